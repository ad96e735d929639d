// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/spelling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meshroute::tool {
namespace {

using ::testing::ElementsAre;

TEST(SpellingTest, FindsTheWordThatWasMeant) {
  const std::vector<std::string_view> words = {"analyze", "check", "explain", "failure-threshold"};
  EXPECT_EQ(NearestWord("anlayze", words), "analyze");
  EXPECT_EQ(NearestWord("analyse", words), "analyze");
  EXPECT_EQ(NearestWord("chekc", words), "check");
  EXPECT_EQ(NearestWord("failure-treshold", words), "failure-threshold");
  EXPECT_EQ(NearestWord("fail", words), "failure-threshold");
}

TEST(SpellingTest, GuessesNothingFromFarAway) {
  const std::vector<std::string_view> words = {"analyze", "check"};
  EXPECT_EQ(NearestWord("serve", words), "");
  EXPECT_EQ(NearestWord("", words), "");
  EXPECT_EQ(NearestWord("x", words), "");
  EXPECT_EQ(NearestWord(std::string(10'000, 'a'), words), "");
}

TEST(SpellingTest, ListsWordsAsASentenceDoes) {
  EXPECT_EQ(ListWords({"text"}), "text");
  EXPECT_EQ(ListWords({"text", "json", "yaml"}), "text, json or yaml");
  EXPECT_THAT(SplitChoices("a|b|c"), ElementsAre("a", "b", "c"));
}

}  // namespace
}  // namespace meshroute::tool
