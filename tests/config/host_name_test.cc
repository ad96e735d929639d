// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/host_name.h"

#include <gtest/gtest.h>

#include <vector>

#include "meshroute/base/random_source.h"
#include "meshroute/config/destination_key.h"

namespace meshroute {
namespace {

TEST(CompleteHost, CompletesNamesWithoutADot) {
  EXPECT_EQ(CompleteHost("a", "ns", "cluster.local"), "a.ns.svc.cluster.local");
  EXPECT_EQ(CompleteHost("a.b", "ns", "cluster.local"), "a.b");
  EXPECT_EQ(CompleteHost("*", "ns", "cluster.local"), "*");
  EXPECT_EQ(CompleteHost("*.a", "ns", "cluster.local"), "*.a");
  EXPECT_EQ(CompleteHost("10.1.2.3", "ns", "cluster.local"), "10.1.2.3");
  EXPECT_EQ(CompleteHost("::1", "ns", "cluster.local"), "::1");
  EXPECT_EQ(CompleteHost("a", "ns", ""), "a.ns");
}

TEST(CompleteHost, LeavesOutWhatIsEmpty) {
  EXPECT_EQ(CompleteHost("", "ns", "cluster.local"), "");
  EXPECT_EQ(CompleteHost("a", "", "cluster.local"), "a.svc.cluster.local");
  EXPECT_EQ(CompleteHost("a", "", ""), "a");
}

TEST(CompleteHost, CompletesAWildcardWithoutADotLikeAName) {
  EXPECT_EQ(CompleteHost("*foo", "ns", "cluster.local"), "*foo.ns.svc.cluster.local");
}

TEST(CompleteHost, IsLowerCase) {
  EXPECT_EQ(CompleteHost("Reviews", "Prod", "Cluster.Local"), "reviews.prod.svc.cluster.local");
  EXPECT_EQ(CompleteHost("WWW.Example.COM", "ns", "cluster.local"), "www.example.com");
  EXPECT_EQ(CompleteHost("2001:DB8::1", "ns", "cluster.local"), "2001:db8::1");
}

TEST(IsIpLiteral, TellsAddressesFromNames) {
  for (const char* const address : {"0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::8:1",
                                    "::ffff:10.0.0.1", "fe80:0:0:0:0:0:0:1"}) {
    EXPECT_TRUE(IsIpLiteral(address)) << address;
  }
  for (const char* const other :
       {"", "a", "10.0.0", "10.0.0.256", "10.0.0.1.", "10.0.0.1:80", "[::1]", "1::2::3",
        ":::", "10.0.0.01", " 10.0.0.1", "fe80:0:0:0:0:0:0:0:1"}) {
    EXPECT_FALSE(IsIpLiteral(other)) << other;
  }
  EXPECT_FALSE(IsIpLiteral(std::string_view("10.0.0.1\0x", 10)));
  EXPECT_TRUE(IsIpLiteral(std::string_view("10.0.0.1xyz").substr(0, 8)));
}

TEST(HostsOverlap, WhereSomeNameFitsBoth) {
  EXPECT_TRUE(HostsOverlap("foo.com", "foo.com"));
  EXPECT_TRUE(HostsOverlap("*.com", "foo.com"));
  EXPECT_TRUE(HostsOverlap("foo.com", "*.com"));
  EXPECT_FALSE(HostsOverlap("*.foo.com", "foo.com"));
  EXPECT_TRUE(HostsOverlap("*", "foo.com"));
  EXPECT_TRUE(HostsOverlap("*", "*.foo.com"));
  EXPECT_TRUE(HostsOverlap("*.com", "*.foo.com"));
  EXPECT_TRUE(HostsOverlap("*-x.foo.com", "a-x.foo.com"));
  EXPECT_FALSE(HostsOverlap("*-x.foo.com", "a-y.foo.com"));
  EXPECT_FALSE(HostsOverlap("*.foo.com", "*.bar.com"));
  EXPECT_FALSE(HostsOverlap("a.com", "b.com"));
}

TEST(HostCovers, WhereEveryNameOfOneFitsTheOther) {
  EXPECT_TRUE(HostCovers("*.com", "*.a.com"));
  EXPECT_FALSE(HostCovers("*.a.com", "*.com"));
  EXPECT_TRUE(HostCovers("*.com", "a.com"));
  EXPECT_FALSE(HostCovers("a.com", "*.com"));
  EXPECT_TRUE(HostCovers("*", "*"));
  EXPECT_TRUE(HostCovers("a.com", "a.com"));
  EXPECT_FALSE(HostCovers("a.com", "b.com"));
}

TEST(MoreSpecificHost, LiteralsThenLongerThenSmaller) {
  EXPECT_TRUE(MoreSpecificHost("a.com", "*.bar.com"));
  EXPECT_TRUE(MoreSpecificHost("*.bar.com", "*.com"));
  EXPECT_FALSE(MoreSpecificHost("*.com", "*.bar.com"));
  EXPECT_TRUE(MoreSpecificHost("*.a.com", "*.b.com"));
  EXPECT_TRUE(MoreSpecificHost("*.com", "*"));
  EXPECT_FALSE(MoreSpecificHost("*.com", "*.com"));
}

TEST(FindHost, PrefersTheExactEntryThenTheLongestWildcard) {
  const std::map<std::string, int, std::less<>> table{
      {"a.foo.com", 1}, {"*.foo.com", 2}, {"*.com", 3}, {"*-b.foo.com", 4}};
  const auto found = [&table](std::string_view host) {
    const int* const value = FindHost(table, host);
    return value == nullptr ? 0 : *value;
  };
  EXPECT_EQ(found("a.foo.com"), 1);
  EXPECT_EQ(found("c.foo.com"), 2);
  EXPECT_EQ(found("a-b.foo.com"), 4);
  EXPECT_EQ(found("foo.com"), 3);
  EXPECT_EQ(found("foo.org"), 0);
  EXPECT_EQ(found(""), 0);
}

TEST(FindHost, AWildcardFindsAnEqualOrShorterWildcardOnly) {
  const std::map<std::string, int, std::less<>> table{
      {"a.foo.com", 1}, {"*.foo.com", 2}, {"*.com", 3}};
  EXPECT_EQ(*FindHost(table, "*.foo.com"), 2);
  EXPECT_EQ(*FindHost(table, "*.x.foo.com"), 2);
  EXPECT_EQ(*FindHost(table, "*.bar.com"), 3);
  EXPECT_EQ(FindHost(table, "*"), nullptr);
  EXPECT_EQ(FindHost(table, "*a.foo.org"), nullptr);
}

TEST(FindHost, TheCatchAllIsTheLastResort) {
  const std::map<std::string, int, std::less<>> table{{"*", 1}, {"*.com", 2}};
  EXPECT_EQ(*FindHost(table, "a.com"), 2);
  EXPECT_EQ(*FindHost(table, "a.org"), 1);
  EXPECT_EQ(*FindHost(table, "*"), 1);
  EXPECT_EQ(*FindHost(table, "*.org"), 1);
}

// Hosts over a tiny alphabet, so that they often meet.
std::string RandomHost(SeededRandom& random) {
  std::string host;
  if (random.Below(2) == 0) host = random.Below(2) == 0 ? "*." : "*";
  for (uint64_t i = random.Below(3) + 1; i > 0; --i) {
    host += static_cast<char>('a' + random.Below(2));
    if (i > 1) host += '.';
  }
  return random.Below(20) == 0 ? "*" : host;
}

class WildcardLawsTest : public testing::TestWithParam<uint64_t> {};

TEST_P(WildcardLawsTest, HoldForRandomHosts) {
  SCOPED_TRACE(testing::Message() << "seed " << GetParam());
  SeededRandom random(GetParam());
  for (int i = 0; i < 2000; ++i) {
    const std::string a = RandomHost(random);
    const std::string b = RandomHost(random);
    const std::string c = RandomHost(random);
    SCOPED_TRACE(a + " " + b + " " + c);
    EXPECT_TRUE(HostCovers(a, a));
    EXPECT_TRUE(HostCovers("*", a));
    EXPECT_EQ(HostsOverlap(a, b), HostsOverlap(b, a));
    if (HostCovers(a, b)) {
      EXPECT_TRUE(HostsOverlap(a, b));
      if (HostCovers(b, a)) {
        EXPECT_EQ(a, b);
      }
      if (HostCovers(b, c)) {
        EXPECT_TRUE(HostCovers(a, c));
      }
      if (a != b) {
        EXPECT_TRUE(MoreSpecificHost(b, a));
      }
      if (HostsOverlap(b, c)) {
        EXPECT_TRUE(HostsOverlap(a, c));
      }
    }
    // A strict weak order, of which FindHost takes the first that covers.
    EXPECT_FALSE(MoreSpecificHost(a, a));
    EXPECT_NE(MoreSpecificHost(a, b) || a == b, MoreSpecificHost(b, a));
    if (MoreSpecificHost(a, b) && MoreSpecificHost(b, c)) {
      EXPECT_TRUE(MoreSpecificHost(a, c));
    }
  }
}

TEST_P(WildcardLawsTest, FindHostAgreesWithALinearSearch) {
  SCOPED_TRACE(testing::Message() << "seed " << GetParam());
  SeededRandom random(GetParam());
  for (int i = 0; i < 500; ++i) {
    std::map<std::string, std::string, std::less<>> table;
    for (uint64_t n = random.Below(6); n > 0; --n) {
      const std::string host = RandomHost(random);
      table[host] = host;
    }
    const std::string wanted = RandomHost(random);
    const std::string* expected = nullptr;
    for (const auto& [host, value] : table) {
      if (!HostCovers(host, wanted)) continue;
      if (expected == nullptr || MoreSpecificHost(host, *expected)) expected = &value;
    }
    EXPECT_EQ(FindHost(table, wanted), expected) << wanted;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, WildcardLawsTest, testing::Values(1, 2, 3, 4, 5));

TEST(DestinationKey, IsNamedAsIstioNamesIt) {
  EXPECT_EQ((DestinationKey{"reviews.default.svc.cluster.local", 9080, "v1"}).ToString(),
            "outbound|9080|v1|reviews.default.svc.cluster.local");
  EXPECT_EQ((DestinationKey{"a.com", 80, ""}).ToString(), "outbound|80||a.com");
}

TEST(DestinationKey, IsOrderedByHostPortAndSubset) {
  EXPECT_LT((DestinationKey{"a", 80, "v2"}), (DestinationKey{"b", 1, ""}));
  EXPECT_LT((DestinationKey{"a", 80, "v2"}), (DestinationKey{"a", 443, ""}));
  EXPECT_LT((DestinationKey{"a", 80, ""}), (DestinationKey{"a", 80, "v1"}));
  EXPECT_EQ((DestinationKey{"a", 80, "v1"}), (DestinationKey{"a", 80, "v1"}));
}

}  // namespace
}  // namespace meshroute
