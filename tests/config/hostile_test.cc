// SPDX-License-Identifier: Apache-2.0
// Texts made to exhaust the stack, the memory or the reader's patience.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <functional>
#include <string>

#include "lib/config/text_check.h"
#include "tests/config/load.h"

namespace meshroute {
namespace {

using ::testing::AnyOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr size_t kMillion = 1'000'000;

std::string Repeated(const std::string& part, size_t count) {
  std::string text;
  text.reserve(part.size() * count);
  for (size_t i = 0; i < count; ++i) text += part;
  return text;
}

std::string Head() {
  return "{\"apiVersion\": \"networking.istio.io/v1\", \"kind\": \"VirtualService\", "
         "\"metadata\": {\"name\": \"a\"}, ";
}

// The only problem of a text that is refused.
std::string Refusal(const Loaded& loaded) {
  EXPECT_EQ(loaded.errors().size(), 1U);
  EXPECT_THAT(loaded.positions(), Each(Not(StartsWith("0:"))));
  return loaded.errors().empty() ? "" : loaded.errors()[0];
}

TEST(HostileTextTest, AMillionOpenBracketsAreRefusedByDepth) {
  for (const char* part : {"[", "{\"a\":", "[{\"a\":", "[[["}) {
    const std::string text = Repeated(part, kMillion);
    EXPECT_THAT(Refusal(Loaded::Json(text)), HasSubstr("nested more than 64 deep")) << part;
    // yaml-cpp looks for the ':' of a key first; either way the end is near the start.
    EXPECT_THAT(Refusal(Loaded::Yaml(text)),
                AnyOf(HasSubstr("nested more than 64 deep"), HasSubstr("a key must be a scalar")))
        << part;
  }
}

TEST(HostileTextTest, AMillionNestedBlocksAreRefusedByDepth) {
  for (const char* part : {"- ", "? ", "-\t", "- - ? ", "{", "a: [", "{a: "}) {
    const Loaded loaded = Loaded::Yaml(Repeated(part, kMillion));
    EXPECT_EQ(loaded.errors().size(), 1U) << part;
  }
  std::string staircase;
  for (size_t depth = 0; depth < 2000; ++depth) staircase += std::string(depth, ' ') + "a:\n";
  EXPECT_THAT(Refusal(Loaded::Yaml(staircase)), HasSubstr("nested more than 64 deep"));
}

TEST(HostileTextTest, AGenerousDepthLimitStillCannotExhaustTheStack) {
  LoadOptions options;
  options.maximum_depth = 10 * kMillion;
  EXPECT_THAT(Refusal(Loaded::Json(Repeated("[", kMillion), options)),
              HasSubstr("nested more than"));
  EXPECT_EQ(Loaded::Yaml(Repeated("[", kMillion), options).errors().size(), 1U);
}

TEST(HostileTextTest, RowsOfIndicatorsEndInTime) {
  const std::clock_t start = std::clock();
  for (const char* part : {"]",      "}",           ",",
                           ":",      "\"",          "'",
                           "|",      ">",           "&a ",
                           "*a ",    "!a ",         "%",
                           "---\n",  "...\n",       "#",
                           "\n",     " ",           "\t",
                           "? a\n",  "a: ",         "[a, ",
                           "- a\n",  "'a' ",        "\\",
                           "!!str ", "%YAML 1.2\n", "[?",
                           "{?",     "[:",          "a:\n",
                           "? ",     "\r",          "\xEF\xBB\xBF",
                           "[\n",    "-\n",         "\"a\n"}) {
    const std::string text = Repeated(part, 100'000);
    (void)Loaded::Yaml(text);
    (void)Loaded::Json(text);
    (void)Loaded::Yaml("a: [" + text);
    (void)Loaded::Yaml("a: \"" + text);
  }
  EXPECT_LT(std::clock() - start, 120 * CLOCKS_PER_SEC);
}

TEST(HostileTextTest, TheLaughOfABillionIsRefusedAtItsFirstAlias) {
  std::string text = "a: &a [lol, lol, lol]\n";
  for (char c = 'b'; c <= 'i'; ++c) {
    const std::string alias = "*" + std::string(1, static_cast<char>(c - 1));
    text += std::string(1, c) + ": &" + c + " [" + alias + ", " + alias + ", " + alias + "]\n";
  }
  EXPECT_THAT(Refusal(Loaded::Yaml(text)), HasSubstr("aliases (*name) are not allowed"));
}

TEST(HostileTextTest, TooManyValuesAreRefused) {
  const std::string list = "[" + Repeated("1,", kMillion) + "1]";
  EXPECT_THAT(Refusal(Loaded::Json(list)), HasSubstr("more than 1000000 values"));
  EXPECT_THAT(Refusal(Loaded::Yaml(list)), HasSubstr("more than 1000000 values"));
}

TEST(HostileTextTest, TheValuesOfAllDocumentsOfATextCountTogether) {
  LoadOptions options;
  options.maximum_nodes = 10;
  EXPECT_THAT(Loaded::Yaml(Repeated("--- [1, 2]\n", 5), options).errors(),
              testing::Contains(HasSubstr("more than 10 values")));
}

TEST(HostileTextTest, TooManyBytesAreRefusedBeforeTheyAreLookedAt) {
  LoadOptions options;
  options.maximum_bytes = 100;
  const std::string text(101, '[');
  EXPECT_THAT(Refusal(Loaded::Json(text, options)), HasSubstr("101 bytes; at most 100"));
  EXPECT_THAT(Refusal(Loaded::Yaml(text, options)), HasSubstr("101 bytes; at most 100"));
}

TEST(HostileTextTest, ElementsThatWouldFillTheMemoryAreRefused) {
  LoadOptions options;
  options.maximum_element_bytes = 1 << 20;
  const std::string routes = Head() + "\"spec\": {\"http\": [" + Repeated("{},", 10'000) + "{}]}}";
  const Loaded loaded = Loaded::Json(routes, options);
  EXPECT_THAT(loaded.errors()[0], HasSubstr("too many elements"));
  EXPECT_LT(loaded.resources().virtual_services.size(), 1000U);
  EXPECT_TRUE(Loaded::Json(routes).errors().empty());
}

TEST(HostileTextTest, OneProblemPerElementIsCutOffAndCounted) {
  Loaded loaded =
      Loaded::Json(Head() + "\"spec\": {\"hosts\": [" + Repeated("1,", 200'000) + "1]}}");
  EXPECT_EQ(loaded.loader().errors().problems().size(), ConfigErrors::kMaximumProblems);
  const std::string status(loaded.loader().errors().ToStatus().message());
  EXPECT_THAT(status, HasSubstr("199001 more problems are not listed"));
}

TEST(HostileTextTest, UnknownFieldsByTheHundredThousandAreFoundInTime) {
  std::string fields;
  for (size_t i = 0; i < 200'000; ++i) fields += "\"f" + std::to_string(i) + "\": 1,";
  const std::clock_t start = std::clock();
  Loaded loaded = Loaded::Json(Head() + "\"spec\": {" + fields + "\"hosts\": []}}");
  EXPECT_LT(std::clock() - start, 30 * CLOCKS_PER_SEC);
  EXPECT_EQ(loaded.loader().errors().problems().size(), ConfigErrors::kMaximumProblems);
}

TEST(HostileTextTest, HugeValuesAreShortenedInMessages) {
  const std::string huge(kMillion, '9');
  for (const std::string& value : {huge, "\"" + huge + "\""}) {
    Loaded loaded = Loaded::Json(Head() + "\"spec\": {\"hosts\": " + value + "}}");
    EXPECT_LT(std::string(loaded.loader().errors().ToStatus().message()).size(), 400U);
  }
  Loaded loaded = Loaded::Json(Head() + "\"spec\": {\"" + huge + "\": {}}}");
  EXPECT_LT(std::string(loaded.loader().errors().ToStatus().message()).size(), 400U);
}

TEST(HostileTextTest, HugeNamesAreShortenedInMessagesOfReadingAndOfValidating) {
  const std::string name(kMillion, 'a');
  Loaded loaded = Loaded::Yaml(
      "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
      "metadata: {name: " +
      name + ", namespace: " + name +
      "}\nspec: {hosts: [a], http: [{timeuot: 1s, route: [{destination: "
      "{host: b}, weight: -1}]}]}\n");
  EXPECT_FALSE(loaded.loader().Finish().ok());
  const std::vector<ConfigProblem>& problems = loaded.loader().errors().problems();
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[0].resource, problems[1].resource);
  EXPECT_THAT(problems[0].resource, StartsWith("VirtualService aaa"));
  EXPECT_LT(problems[0].resource.size(), 600U);
}

TEST(HostileTextTest, HugeNumbersAreNeitherIntegersNorDoubles) {
  for (const char* number :
       {"1e400", "-1e400", "0xFFFFFFFFFFFFFFFFFFFFFFFF", "1e99999999999999999999"}) {
    const Loaded loaded = Loaded::Spec(
        "VirtualService", "http: [{mirrorPercentage: {value: " + std::string(number) + "}}]");
    EXPECT_THAT(Refusal(loaded), HasSubstr("must be a finite number")) << number;
  }
}

TEST(HostileTextTest, BytesThatAreNoUtf8AreRefusedWhereTheyStand) {
  for (const char* bytes :
       {"\x80", "\xC0\xAF", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xFF\xFE", "\xE2\x82"}) {
    const std::string text = "a:\n  \u00E9" + std::string(bytes);
    EXPECT_THAT(Refusal(Loaded::Yaml(text)), HasSubstr("is not valid UTF-8 here"));
    EXPECT_THAT(Loaded::Yaml(text).positions(), testing::ElementsAre("2:5"));
    EXPECT_THAT(Refusal(Loaded::Json("[\"" + std::string(bytes) + "\"]")),
                HasSubstr("is not valid UTF-8 here"));
  }
  for (const char* text :
       {"\u0080", "\u07FF", "\u0800", "\uD7FF", "\uE000", "\uFFFF", "\U00010000", "\U0010FFFF"}) {
    EXPECT_EQ(CheckText(text, {}), std::nullopt);
  }
}

TEST(HostileTextTest, ControlCharactersAreRefusedAndNulInDisguiseToo) {
  for (char c = 0; c < ' '; ++c) {
    if (c == '\t' || c == '\n' || c == '\r') continue;
    const std::string text = "a: x" + std::string(1, c) + "y";
    EXPECT_THAT(Refusal(Loaded::Yaml(text)), HasSubstr("control character")) << int{c};
  }
  EXPECT_THAT(Refusal(Loaded::Yaml("a: \"\\0\"")), HasSubstr("must not contain the character NUL"));
  EXPECT_THAT(Refusal(Loaded::Yaml("\"\\x00\": a")),
              HasSubstr("must not contain the character NUL"));
}

TEST(HostileTextTest, OtherEncodingsAreRefused) {
  EXPECT_EQ(Loaded::Yaml(std::string("\xFF\xFE"
                                     "a\0:\0",
                                     6))
                .errors()
                .size(),
            1U);
  EXPECT_EQ(Loaded::Yaml(std::string("\0\0\xFE\xFF\0\0\0a", 8)).errors().size(), 1U);
}

TEST(HostileTextTest, ListsInListsAreBoundedByDepth) {
  const std::string list = "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [";
  EXPECT_THAT(Refusal(Loaded::Json(Repeated(list, 1000) + Repeated("]}", 1000))),
              HasSubstr("nested more than 64 deep"));
}

}  // namespace
}  // namespace meshroute
