// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/subnet_table.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace meshroute {
namespace {

// The index of the range that `address` falls into, or -1.
int Find(const std::vector<std::string>& ranges, std::string_view address) {
  std::map<Subnet, uint32_t> numbers;
  for (uint32_t i = 0; i < ranges.size(); ++i) {
    const auto subnet = Subnet::Parse(ranges[i]);
    EXPECT_TRUE(subnet.has_value()) << ranges[i];
    numbers.emplace(*subnet, i);
  }
  const auto parsed = IpAddress::Parse(address);
  EXPECT_TRUE(parsed.has_value()) << address;
  const uint32_t found = SubnetTable(numbers).Find(*parsed);
  return found == SubnetTable::kNone ? -1 : static_cast<int>(found);
}

TEST(SubnetTableTest, TheSmallestRangeThatHasTheAddressCounts) {
  const std::vector<std::string> ranges{"10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "10.1.2.0/23"};
  EXPECT_EQ(Find(ranges, "10.1.2.3"), 2);
  EXPECT_EQ(Find(ranges, "10.1.3.255"), 3);
  EXPECT_EQ(Find(ranges, "10.1.4.0"), 1);
  EXPECT_EQ(Find(ranges, "10.200.0.1"), 0);
  EXPECT_EQ(Find(ranges, "11.0.0.0"), -1);
}

TEST(SubnetTableTest, Ipv6RangesAndAddressesMayStandInBrackets) {
  const std::vector<std::string> ranges{"2001:db8::/32", "2001:db8:0:1::/64", "::1"};
  EXPECT_EQ(Find(ranges, "2001:db8:0:1::9"), 1);
  EXPECT_EQ(Find(ranges, "[2001:db8:ffff::1]"), 0);
  EXPECT_EQ(Find(ranges, "::1"), 2);
  EXPECT_EQ(Find(ranges, "2001:db9::"), -1);
}

TEST(SubnetTableTest, TheTwoFamiliesDoNotMeet) {
  EXPECT_EQ(Find({"0.0.0.0/0"}, "::1"), -1);
  EXPECT_EQ(Find({"0.0.0.0/0"}, "255.255.255.255"), 0);
  EXPECT_EQ(Find({"::/0"}, "1.2.3.4"), -1);
  EXPECT_EQ(Find({"::/0", "0.0.0.0/0"}, "1.2.3.4"), 1);
  EXPECT_EQ(Find({"a00::/8"}, "10.0.0.1"), -1);  // The same bits.
  EXPECT_EQ(Find({"::/0"}, "2001:db8::1"), 0);
}

TEST(SubnetTableTest, BitsBeyondTheLengthDoNotCount) {
  EXPECT_EQ(Subnet::Parse("10.9.8.7/8"), Subnet::Parse("10.0.0.0/8"));
  EXPECT_EQ(Find({"192.168.1.77/30"}, "192.168.1.79"), 0);
  EXPECT_EQ(Find({"192.168.1.77/30"}, "192.168.1.80"), -1);
}

TEST(SubnetTableTest, WhatIsNoRangeIsRefused) {
  for (const char* text : {"", "10.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/8x",
                           "10.0.0.0/-1", "a.example", "[10.0.0.1", "10.0.0.1/4294967297"}) {
    EXPECT_FALSE(Subnet::Parse(text).has_value()) << text;
  }
  EXPECT_FALSE(IpAddress::Parse(std::string_view("10.0.0.1\0x", 10)).has_value());
}

}  // namespace
}  // namespace meshroute
