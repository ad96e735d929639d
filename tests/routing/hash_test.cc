// SPDX-License-Identifier: Apache-2.0
// Keys of consistent hashing.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "lib/routing/hash_policy.h"
#include "meshroute/base/hash.h"
#include "meshroute/testing/scripted_random.h"
#include "tests/routing/mesh.h"

namespace meshroute {
namespace {

std::string Hashing(const std::string& host, const std::string& consistent_hash,
                    const std::string& more = "") {
  return ServiceOn(host + ".default.svc.cluster.local", {80, 81}) +
         Object("DestinationRule", "default/" + host,
                "host: " + host + "\ntrafficPolicy:\n  loadBalancer: {consistentHash: " +
                    consistent_hash + "}\n" + more);
}

struct Keyed {
  explicit Keyed(const std::string& yaml, MeshOptions options = {})
      : mesh(yaml, {}, std::move(options)) {}

  HashKey Hash(const std::vector<HeaderView>& headers, std::string_view path = "/",
               std::string_view authority = "k") {
    RequestView request;
    request.authority = authority;
    request.path = path;
    request.headers = headers;
    return mesh.Match(request).route->Hash(request, random);
  }

  const Mesh mesh;
  ScriptedRandom random = ScriptedRandom({0x0123456789abcdefULL}, 7);
};

const char kByHeader[] = "{httpHeaderName: x-user}";

TEST(HashKeyTest, WithoutConsistentHashThereIsNoKey) {
  const Mesh mesh(ServiceOn("k.default.svc.cluster.local", {80}));
  EXPECT_FALSE(mesh.Get("k").route->has_hash_policy);
}

TEST(HashKeyTest, AHeaderIsHashedOverAllItsValuesInByteOrder) {
  Keyed keyed(Hashing("k", kByHeader));
  EXPECT_TRUE(keyed.mesh.Get("k").route->has_hash_policy);
  EXPECT_EQ(keyed.Hash({{"X-User", "joe"}}).hash, XxHash64("joe"));
  EXPECT_EQ(keyed.Hash({{"x-user", "b"}, {"x-user", "a"}}).hash, XxHash64("b", XxHash64("a")));
  EXPECT_EQ(keyed.Hash({{"x-user", ""}}).hash, XxHash64(""));
  EXPECT_EQ(keyed.Hash({{"other", "joe"}}).hash, std::nullopt);
  EXPECT_EQ(keyed.random.draws(), 0u);
}

TEST(HashKeyTest, AQueryParameterIsHashedRaw) {
  Keyed keyed(Hashing("k", "{httpQueryParameterName: q}"));
  EXPECT_EQ(keyed.Hash({}, "/a?q=%41&q=2").hash, XxHash64("%41"));
  EXPECT_EQ(keyed.Hash({}, "/a?q").hash, XxHash64(""));
  EXPECT_EQ(keyed.Hash({}, "/a?p=1").hash, std::nullopt);
}

TEST(HashKeyTest, TheSourceAddressIsHashedWithoutItsPort) {
  const Mesh mesh(Hashing("k", "{useSourceIp: true}"));
  ScriptedRandom random;
  const auto hash = [&](std::string_view source) {
    RequestView request;
    request.authority = "k";
    return mesh.Match(request).route->Hash(request, random, source).hash;
  };
  EXPECT_EQ(hash("192.0.2.7:50000"), XxHash64("192.0.2.7"));
  EXPECT_EQ(hash("192.0.2.7"), XxHash64("192.0.2.7"));
  EXPECT_EQ(hash("[2001:db8::7]:50000"), XxHash64("2001:db8::7"));
  EXPECT_EQ(hash("2001:db8::7"), XxHash64("2001:db8::7"));
  EXPECT_EQ(hash(""), std::nullopt) << "a caller of its own has no address";
}

TEST(HashKeyTest, TheFirstCookieWithAValueIsHashed) {
  Keyed keyed(Hashing("k", "{httpCookie: {name: session, ttl: 0s}}"));
  EXPECT_EQ(keyed.Hash({{"Cookie", "a=b; session=abc"}}).hash, XxHash64("abc"));
  EXPECT_EQ(keyed.Hash({{"cookie", "session=\"abc\""}}).hash, XxHash64("abc"));
  EXPECT_EQ(keyed.Hash({{"cookie", "session=;session=x=y"}}).hash, XxHash64("x=y"));
  EXPECT_EQ(keyed.Hash({{"cookie", "a=b"}, {"cookie", " session = abc "}}).hash, XxHash64("abc"));
  EXPECT_EQ(keyed.Hash({{"cookie", "session=abc"}}).set_cookies, std::vector<std::string>());
  EXPECT_EQ(keyed.random.draws(), 0u);
}

TEST(HashKeyTest, AMissingCookieIsMadeUpWhereItHasATtl) {
  Keyed keyed(Hashing("k",
                      "{httpCookie: {name: session, path: /p, ttl: 90s, "
                      "attributes: [{name: SameSite, value: Strict}, {name: Secure}]}}"));
  const HashKey key = keyed.Hash({{"cookie", "xsession=abc; session"}});
  EXPECT_EQ(key.hash, XxHash64("0123456789abcdef"));
  ASSERT_EQ(key.set_cookies.size(), 1u);
  EXPECT_EQ(key.set_cookies[0],
            "session=\"0123456789abcdef\"; Max-Age=90; Path=/p; SameSite=Strict; Secure; HttpOnly");
  // What the caller sends back gives the same key, from the next draw on.
  EXPECT_EQ(keyed.Hash({{"cookie", "session=\"0123456789abcdef\""}}).hash, key.hash);
  EXPECT_EQ(keyed.Hash({}).set_cookies.at(0).substr(0, 26), "session=\"0000000000000007\"");
}

TEST(HashKeyTest, ASessionCookieHasNoMaxAgeAndWithoutTtlNoneIsMadeUp) {
  Keyed session(Hashing("k", "{httpCookie: {name: s, ttl: 0s}}"));
  EXPECT_EQ(session.Hash({}).set_cookies.at(0), "s=\"0123456789abcdef\"; HttpOnly");
  Keyed none(Hashing("k", "{httpCookie: {name: s}}"));
  EXPECT_EQ(none.Hash({}).hash, std::nullopt);
  EXPECT_EQ(none.Hash({}).set_cookies, std::vector<std::string>());
}

TEST(HashKeyTest, SeveralDestinationsJoinTheirKeysInOrder) {
  Keyed keyed(Hashing("a", "{httpHeaderName: one}") + Hashing("b", "{httpHeaderName: two}") +
              Object("VirtualService", "default/vs",
                     "hosts: [k]\nhttp: [{route: [{destination: {host: a}, weight: 1}, "
                     "{destination: {host: b}, weight: 1}]}]"));
  EXPECT_EQ(keyed.Hash({{"one", "1"}, {"two", "2"}}).hash,
            CombineHashPolicies(XxHash64("1"), XxHash64("2")));
  EXPECT_EQ(keyed.Hash({{"two", "2"}}).hash, XxHash64("2"));
  EXPECT_EQ(keyed.Hash({}).hash, std::nullopt);
}

TEST(HashKeyTest, EveryCookieThatADestinationAsksForIsMadeUpOnce) {
  const std::string weights =
      "hosts: [k]\nhttp: [{route: [{destination: {host: a}, weight: 1}, "
      "{destination: {host: b}, weight: 1}, {destination: {host: c}, weight: 1}]}]";
  Keyed keyed(Hashing("a", "{httpCookie: {name: one, ttl: 0s}}") +
              Hashing("b", "{httpCookie: {name: two, ttl: 60s}}") +
              Hashing("c", "{httpCookie: {name: one, ttl: 0s}}") +
              Object("VirtualService", "default/vs", weights));
  const HashKey key = keyed.Hash({});
  const std::vector<std::string> both = {"one=\"0123456789abcdef\"; HttpOnly",
                                         "two=\"0123456789abcdef\"; Max-Age=60; HttpOnly"};
  EXPECT_EQ(key.set_cookies, both);
  EXPECT_EQ(keyed.random.draws(), 1u);
  // A cookie that the request has is not made up again, and what is, has a value anew.
  const HashKey second = keyed.Hash({{"cookie", "one=x"}});
  EXPECT_EQ(second.set_cookies.size(), 1u);
  EXPECT_EQ(second.set_cookies.at(0).substr(0, 4), "two=");
}

TEST(HashKeyTest, SubsetsAndExplicitPortsGoFirst) {
  const std::string rule = Hashing(
      "k", kByHeader,
      "  portLevelSettings:\n"
      "  - {port: {number: 81}, loadBalancer: {consistentHash: {httpHeaderName: of-port}}}\n"
      "subsets:\n- name: v1\n  labels: {v: '1'}\n"
      "  trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: of-subset}}}\n");
  const auto header_of = [&rule](const std::string& destination, std::string_view authority) {
    Keyed keyed(
        rule + (destination.empty()
                    ? ""
                    : Object("VirtualService", "default/vs",
                             "hosts: [k]\nhttp: [{route: [{destination: " + destination + "}]}]")));
    for (const char* name : {"x-user", "of-port", "of-subset"}) {
      if (keyed.Hash({{name, "v"}}, "/", authority).hash) return std::string(name);
    }
    return std::string("none");
  };
  EXPECT_EQ(header_of("{host: k}", "k"), "x-user");
  EXPECT_EQ(header_of("{host: k, subset: v1}", "k"), "of-subset");
  EXPECT_EQ(header_of("{host: k, port: {number: 81}}", "k"), "of-port");
  EXPECT_EQ(header_of("{host: k}", "k:81"), "x-user");
  EXPECT_EQ(header_of("", "k:81"), "of-port");  // The default route names its port.
  EXPECT_EQ(header_of("", "k:80"), "x-user");
}

// Istio looks at a port's key only where the rule names the port; the balancer, and with it
// the key of rules that are merged by field, goes by the port in any case.
TEST(HashKeyTest, MergedByFieldAKeyIsThatOfTheBalancer) {
  const std::string yaml =
      Hashing("k", kByHeader,
              "  portLevelSettings:\n"
              "  - port: {number: 80}\n"
              "    loadBalancer: {consistentHash: {httpHeaderName: x-port}}\n") +
      Object("VirtualService", "default/k",
             "hosts: [k]\nhttp: [{route: [{destination: {host: k}}]}]");
  const std::vector<HeaderView> headers{{"x-user", "u"}, {"x-port", "p"}};
  EXPECT_EQ(Keyed(yaml).Hash(headers).hash, XxHash64("u"));
  MeshOptions options;
  options.destination_rule_merging = MeshOptions::DestinationRuleMerging::kByField;
  EXPECT_EQ(Keyed(yaml, options).Hash(headers).hash, XxHash64("p"));
}

TEST(HashKeyTest, OnlyASingleHashedDestinationMayMeetTheSameEndpointAgain) {
  const std::string hashed =
      Hashing("a", kByHeader) + ServiceOn("b.default.svc.cluster.local", {80});
  const auto avoids = [&hashed](const std::string& route) {
    const Mesh mesh(hashed + Object("VirtualService", "default/vs",
                                    "hosts: [k]\nhttp: [{route: [" + route + "]}]"));
    return mesh.Get("k").route->retry.avoid_previous_endpoints;
  };
  EXPECT_FALSE(avoids("{destination: {host: a}}"));
  EXPECT_TRUE(avoids("{destination: {host: b}}"));
  EXPECT_TRUE(avoids("{destination: {host: a}, weight: 1}, {destination: {host: b}, weight: 0}"));
  EXPECT_FALSE(Mesh(hashed).Get("a").route->retry.avoid_previous_endpoints);
}

class TerminalHashPolicyTest : public testing::Test {
 protected:
  // Keys of two headers, the first as given, and of a cookie that is made up.
  void Append(bool terminal) {
    HashPolicySettings one;
    one.http_header_name = "one";
    one.terminal = terminal;
    policies_.Append(one);
    HashPolicySettings two;
    two.http_header_name = "two";
    policies_.Append(two);
    HashPolicySettings cookie;
    cookie.http_cookie.emplace().name = "c";
    cookie.http_cookie->ttl = Duration(0);
    policies_.Append(cookie);
  }

  HashKey Hash(const std::vector<HeaderView>& headers) {
    RequestView request;
    request.headers = headers;
    return policies_.Hash(request, random_, "");
  }

  HashPolicies policies_;
  ScriptedRandom random_ = ScriptedRandom({}, 7);
};

TEST_F(TerminalHashPolicyTest, EndsTheListWhereItGivesAKey) {
  Append(true);
  const HashKey key = Hash({{"one", "1"}, {"two", "2"}});
  EXPECT_EQ(key.hash, XxHash64("1"));
  EXPECT_TRUE(key.set_cookies.empty());
  EXPECT_EQ(random_.draws(), 0u);
}

TEST_F(TerminalHashPolicyTest, EndsNothingWhereThereIsNoKeyYet) {
  Append(true);
  const HashKey key = Hash({{"two", "2"}});
  EXPECT_EQ(key.hash, CombineHashPolicies(XxHash64("2"), XxHash64("0000000000000007")));
  EXPECT_EQ(key.set_cookies.size(), 1u);
}

TEST_F(TerminalHashPolicyTest, EndsTheListAlsoWhereAnEarlierOneGaveTheKey) {
  HashPolicySettings first;
  first.http_query_parameter_name = "q";
  policies_.Append(first);
  Append(true);
  RequestView request;
  request.path = "/?q=x";
  EXPECT_EQ(policies_.Hash(request, random_, "").hash, XxHash64("x"));
}

TEST_F(TerminalHashPolicyTest, WithoutItAllAreJoined) {
  Append(false);
  const uint64_t two = CombineHashPolicies(XxHash64("1"), XxHash64("2"));
  EXPECT_EQ(Hash({{"one", "1"}, {"two", "2"}, {"cookie", "c=3"}}).hash,
            CombineHashPolicies(two, XxHash64("3")));
}

}  // namespace
}  // namespace meshroute
