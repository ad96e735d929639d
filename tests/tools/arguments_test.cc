// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace meshroute::tool {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::array kOptions = {
    Option{.letter = 'o', .name = "output", .value = "FORMAT", .help = "", .choices = "text|json"},
    Option{.letter = 'H',
           .name = "header",
           .value = "LINE",
           .help = "",
           .times = Option::Times::kMany},
    Option{.letter = 'R', .name = "recursive", .value = "", .help = ""},
    Option{.letter = 'q', .name = "quiet", .value = "", .help = ""},
    Option{.letter = 0, .name = "random", .value = "N", .help = ""},
};
constexpr std::array kGroups = {OptionGroup{"Options", kOptions}};
constexpr std::array kPositionals = {
    Positional{.name = "WHAT", .help = "what to do", .choices = "walk|run"},
    Positional{.name = "PATH", .help = "where", .count = Positional::Count::kAny},
};

absl::StatusOr<Arguments> Parse(std::vector<std::string> words) {
  const Command command = {.name = "go",
                           .summary = "",
                           .description = "",
                           .positionals = kPositionals,
                           .options = kGroups};
  return Arguments::Parse(command, words);
}

std::string ErrorOf(std::vector<std::string> words) {
  return std::string(Parse(std::move(words)).status().message());
}

TEST(ArgumentsTest, OptionsAndPositionalsMayStandInAnyOrder) {
  const auto arguments = Parse({"walk", "--output=json", "a", "-R", "b", "--header", "k: v"});
  ASSERT_TRUE(arguments.ok()) << arguments.status();
  EXPECT_EQ(arguments->Get("output"), "json");
  EXPECT_TRUE(arguments->Has("recursive"));
  EXPECT_FALSE(arguments->Has("quiet"));
  EXPECT_THAT(arguments->All("header"), ElementsAre("k: v"));
  EXPECT_THAT(arguments->positionals(), ElementsAre("walk", "a", "b"));
}

TEST(ArgumentsTest, ShortOptionsMayShareAWordAndCarryTheirValue) {
  const auto arguments = Parse({"-Rqojson", "run", "-Ha: b", "-H", "c: d"});
  ASSERT_TRUE(arguments.ok()) << arguments.status();
  EXPECT_TRUE(arguments->Has("recursive"));
  EXPECT_TRUE(arguments->Has("quiet"));
  EXPECT_EQ(arguments->Get("output"), "json");
  EXPECT_THAT(arguments->All("header"), ElementsAre("a: b", "c: d"));
}

TEST(ArgumentsTest, ADashAloneIsAPositionalAndTwoEndTheOptions) {
  const auto arguments = Parse({"run", "-", "--", "--output", "-R"});
  ASSERT_TRUE(arguments.ok()) << arguments.status();
  EXPECT_THAT(arguments->positionals(), ElementsAre("run", "-", "--output", "-R"));
  EXPECT_FALSE(arguments->Has("recursive"));
}

TEST(ArgumentsTest, AnEmptyValueIsAValue) {
  const auto arguments = Parse({"run", "--random="});
  ASSERT_TRUE(arguments.ok());
  EXPECT_TRUE(arguments->Has("random"));
  EXPECT_EQ(arguments->Get("random", "fallback"), "");
}

TEST(ArgumentsTest, WhatWasNotGivenHasItsFallback) {
  const auto arguments = Parse({"run"});
  ASSERT_TRUE(arguments.ok());
  EXPECT_EQ(arguments->Get("output", "text"), "text");
  EXPECT_THAT(arguments->All("header"), IsEmpty());
  EXPECT_EQ(*arguments->Number("random"), std::nullopt);
}

TEST(ArgumentsTest, AMistypedOptionIsAnsweredWithTheOneThatWasMeant) {
  EXPECT_EQ(ErrorOf({"run", "--ouptut=json"}),
            "unknown option --ouptut\nhint: did you mean --output?");
  EXPECT_EQ(ErrorOf({"run", "--zebra"}), "unknown option --zebra\nhint: see meshroute go --help");
  EXPECT_EQ(ErrorOf({"run", "-x"}), "unknown option -x\nhint: see meshroute go --help");
}

TEST(ArgumentsTest, AMistypedChoiceIsAnsweredWithThoseThereAre) {
  EXPECT_EQ(ErrorOf({"run", "-o", "jsno"}),
            "--output must be text or json, got 'jsno'\nhint: did you mean json?");
  EXPECT_EQ(ErrorOf({"wlak"}), "WHAT must be walk or run, got 'wlak'\nhint: did you mean walk?");
}

TEST(ArgumentsTest, RefusesWhatTheTablesDoNotAllow) {
  EXPECT_EQ(ErrorOf({"run", "--output"}), "--output needs a value: --output=FORMAT");
  EXPECT_EQ(ErrorOf({"run", "--recursive=yes"}), "--recursive takes no value, got 'yes'");
  EXPECT_EQ(ErrorOf({"run", "-o", "text", "-o", "json"}),
            "--output was given twice: 'text' and 'json'");
  EXPECT_THAT(ErrorOf({}), HasSubstr("WHAT is missing: what to do"));
}

TEST(ArgumentsTest, AnArgumentTooManyIsNamed) {
  const Command command = {.name = "version", .summary = "", .description = ""};
  const std::vector<std::string> words = {"now"};
  EXPECT_THAT(std::string(Arguments::Parse(command, words).status().message()),
              HasSubstr("one argument too many: 'now'"));
}

TEST(ArgumentsTest, APositionalThatMayBeMissingLeavesWordsForThoseBehindIt) {
  constexpr std::array kTwo = {
      Positional{.name = "METHOD", .help = "", .count = Positional::Count::kMaybeOne},
      Positional{.name = "URL", .help = "where"}};
  const Command command = {.name = "go", .summary = "", .description = "", .positionals = kTwo};
  const auto message = [&](const std::vector<std::string>& words) {
    return std::string(Arguments::Parse(command, words).status().message());
  };
  EXPECT_EQ(message({"http://a"}), "");
  EXPECT_EQ(message({"GET", "http://a"}), "");
  EXPECT_THAT(message({}), HasSubstr("URL is missing: where"));
  EXPECT_THAT(message({"GET", "http://a", "b"}), HasSubstr("one argument too many: 'b'"));
}

TEST(ArgumentsTest, HelpIsGivenWhateverElseIsMissing) {
  const auto arguments = Parse({"--help"});
  ASSERT_TRUE(arguments.ok()) << arguments.status();
  EXPECT_TRUE(arguments->Has("help"));
}

TEST(ArgumentsTest, NumbersAreWholeAndFitIntoSixtyFourBits) {
  EXPECT_EQ(*Parse({"run", "--random=18446744073709551615"})->Number("random"),
            std::optional<uint64_t>(18446744073709551615ULL));
  for (const char* const bad : {"18446744073709551616", "-1", "1.5", "", "0x10", "7 "}) {
    EXPECT_THAT(
        std::string(
            Parse({"run", std::string("--random=") + bad})->Number("random").status().message()),
        HasSubstr("must be a whole number"))
        << bad;
  }
}

TEST(ArgumentsTest, PercentagesLieBetweenNoughtAndAHundred) {
  EXPECT_EQ(*Parse({"run", "--random=99.5%"})->Percentage("random"), std::optional<double>(99.5));
  for (const char* const bad : {"101", "-1", "nan", "", "%", "ten"}) {
    EXPECT_FALSE(Parse({"run", std::string("--random=") + bad})->Percentage("random").ok()) << bad;
  }
}

}  // namespace
}  // namespace meshroute::tool
