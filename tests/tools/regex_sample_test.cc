// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/regex_sample.h"

#include <gtest/gtest.h>

namespace meshroute::tool {
namespace {

TEST(RegexSampleTest, WritesATextThatThePatternMatches) {
  const std::pair<const char*, const char*> kCases[] = {
      {"/api/v[0-9]+/(users|items)/.*", "/api/v0/users/"},
      {"^/a$", "/a"},
      {"", ""},
      {"a?b*c+", "c"},
      {"(?i)case", "case"},
      {"(?:x|y)z{2,5}", "xzz"},
      {"(?P<name>\\d{3})-\\w", "000-x"},
      {"[^a-z]", "0"},
      {"[[:alpha:]]\\.[\\d]", "x.0"},
      {"[]a]", "]"},
      {"(a|(b|c))+?", "a"},
  };
  for (const auto& [pattern, sample] : kCases) EXPECT_EQ(SampleOf(pattern), sample) << pattern;
}

TEST(RegexSampleTest, SaysSoWhereItFindsNone) {
  EXPECT_EQ(SampleOf("("), std::nullopt);
  EXPECT_EQ(SampleOf("a\\bb"), std::nullopt);  // Nothing can match.
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "(";
  deep += "a";
  for (int i = 0; i < 100; ++i) deep += ")";
  EXPECT_EQ(SampleOf(deep), std::nullopt);
}

}  // namespace
}  // namespace meshroute::tool
