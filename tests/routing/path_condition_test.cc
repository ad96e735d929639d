// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/path_condition.h"

#include <gtest/gtest.h>

#include "lib/routing/regex.h"

namespace meshroute {
namespace {

enum class Letters { kAsTheyAre, kFolded };

bool Matches(const StringMatch& uri, std::string_view path, Letters letters = Letters::kAsTheyAre) {
  HttpMatchRequest block;
  block.uri = uri;
  block.ignore_uri_case = letters == Letters::kFolded;
  return PathCondition(block).Matches(path);
}

TEST(PathConditionTest, ExactComparesAllBytes) {
  EXPECT_TRUE(Matches(StringMatch::Exact("/a"), "/a"));
  EXPECT_FALSE(Matches(StringMatch::Exact("/a"), "/a/"));
  EXPECT_FALSE(Matches(StringMatch::Exact("/a"), "/A"));
}

TEST(PathConditionTest, PrefixKnowsNothingOfSegments) {
  EXPECT_TRUE(Matches(StringMatch::Prefix("/api"), "/apiary"));
  EXPECT_TRUE(Matches(StringMatch::Prefix("/api"), "/api"));
  EXPECT_FALSE(Matches(StringMatch::Prefix("/api"), "/ap"));
  EXPECT_FALSE(Matches(StringMatch::Prefix("/api/"), "/api"));
  EXPECT_TRUE(Matches(StringMatch::Prefix(""), "/anything"));
}

TEST(PathConditionTest, RegexMatchesTheWholePathOnly) {
  EXPECT_TRUE(Matches(StringMatch::Regex("/a.c"), "/abc"));
  EXPECT_FALSE(Matches(StringMatch::Regex("/a.c"), "/abcd"));
  EXPECT_FALSE(Matches(StringMatch::Regex("a.c"), "/abc"));
  EXPECT_FALSE(Matches(StringMatch::Regex("/a.c"), "/a\nc"));
  EXPECT_TRUE(Matches(StringMatch::Regex("(?i)/abc"), "/ABC"));
}

TEST(PathConditionTest, CaseIsIgnoredForExactAndPrefixButNotForRegex) {
  EXPECT_TRUE(Matches(StringMatch::Exact("/Ab"), "/aB", Letters::kFolded));
  EXPECT_TRUE(Matches(StringMatch::Prefix("/Ab"), "/aBc", Letters::kFolded));
  EXPECT_FALSE(Matches(StringMatch::Regex("/Ab"), "/ab", Letters::kFolded));
  EXPECT_FALSE(Matches(StringMatch::Exact("/\xc3\x84"), "/\xc3\xa4", Letters::kFolded));
}

TEST(PathConditionTest, WithoutUriAsksForALeadingSlash) {
  EXPECT_TRUE(PathCondition().Matches("/x"));
  EXPECT_FALSE(PathCondition().Matches("*"));
  EXPECT_TRUE(Matches(StringMatch(), "/x"));
}

TEST(PathConditionTest, KnowsHowMuchOfThePathARewriteReplaces) {
  HttpMatchRequest block;
  EXPECT_EQ(PathCondition(block).matched_length(), 1u);
  block.uri = StringMatch::Prefix("/abc");
  EXPECT_EQ(PathCondition(block).matched_length(), 4u);
  block.uri = StringMatch::Exact("/abc");
  EXPECT_EQ(PathCondition(block).matched_length(), PathCondition::kWholePath);
  block.uri = StringMatch::Regex("/abc");
  EXPECT_EQ(PathCondition(block).matched_length(), PathCondition::kWholePath);
}

TEST(RegexTest, LiteralPrefixIsWhatEveryMatchBeginsWith) {
  const struct {
    const char* pattern;
    const char* prefix;
  } rows[] = {
      {"/api/v1/.*", "/api/v1/"},
      {"^/api/v1", "/api/v1"},
      {"/a\\.b/c", "/a.b/c"},
      {"/ab*", "/a"},
      {"/ab?c", "/a"},
      {"/ab{0,2}", "/a"},
      {"/ab+c", "/ab"},
      {"/a(b)c", "/a"},
      {"/a[bc]", "/a"},
      {"/a|/b", ""},
      {"/a(b|c)", ""},
      {"(?i)/a", ""},
      {"\\Q/a\\E", ""},
      {"/a\\d", "/a"},
      {"/a\\/b\\-c", "/a/b-c"},
      {"/a\\.*", "/a"},
      {"/a$", "/a"},
      {"/\xc3\xa4?", "/"},
      {".*", ""},
      {"", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(Regex::LiteralPrefix(row.pattern), row.prefix);
}

TEST(RegexTest, AnExpressionThatDoesNotCompileNeverMatches) {
  const Regex broken("(");
  EXPECT_FALSE(broken.FullMatch("("));
  EXPECT_EQ(broken.ReplaceAll("(", "x"), "(");
}

}  // namespace
}  // namespace meshroute
