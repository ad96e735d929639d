// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace meshroute {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<DocumentNode> Read(const std::string& text) {
  ConfigErrors errors;
  auto root = ReadJson({"t.json", text}, {}, errors);
  EXPECT_EQ(root == nullptr, !errors.ok());
  return root;
}

// The only problem of a text that is refused: "t.json:1:2: why".
std::string Refusal(const std::string& text, const LoadOptions& options = {}) {
  ConfigErrors errors;
  EXPECT_EQ(ReadJson({"t.json", text}, options, errors), nullptr) << text;
  if (errors.problems().size() != 1) return "not one problem";
  return errors.problems()[0].ToString();
}

TEST(ReadJsonTest, EveryKindOfValueIsReadWithItsPosition) {
  const auto root = Read(
      "{\n  \"null\": null,\n  \"yes\": true, \"no\": false,\n"
      "  \"number\": -12.50e1,\n  \"text\": \"a \\\"b\\\\\",\n  \"list\": [ 1, \"x\", {} ] }");
  ASSERT_NE(root, nullptr);
  EXPECT_EQ(root->position(), (TextPosition{1, 1}));
  EXPECT_EQ(root->members().at(0).key_position, (TextPosition{2, 3}));
  EXPECT_TRUE(root->Find("null")->is_null());
  EXPECT_EQ(root->Find("null")->position(), (TextPosition{2, 11}));
  EXPECT_TRUE(root->Find("yes")->boolean());
  EXPECT_EQ(root->Find("yes")->position(), (TextPosition{3, 10}));
  EXPECT_FALSE(root->Find("no")->boolean());
  EXPECT_EQ(root->Find("no")->position(), (TextPosition{3, 22}));
  EXPECT_EQ(root->Find("number")->number_text(), "-12.50e1");
  EXPECT_EQ(root->Find("number")->position(), (TextPosition{4, 13}));
  EXPECT_EQ(root->Find("text")->string(), "a \"b\\");
  EXPECT_EQ(root->Find("text")->position(), (TextPosition{5, 11}));
  const auto& list = root->Find("list")->elements();
  EXPECT_EQ(root->Find("list")->position(), (TextPosition{6, 11}));
  EXPECT_EQ(list.at(0).position(), (TextPosition{6, 13}));
  EXPECT_EQ(list.at(1).position(), (TextPosition{6, 16}));
  EXPECT_EQ(list.at(2).position(), (TextPosition{6, 21}));
}

TEST(ReadJsonTest, AScalarMayStandAlone) {
  EXPECT_EQ(Read("18446744073709551615")->AsUint64(), UINT64_MAX);
  EXPECT_EQ(Read("\"\"")->string(), "");
  EXPECT_EQ(Read(" true\n")->position(), (TextPosition{1, 2}));
}

TEST(ReadJsonTest, ByteOrderMarkAndTrailingWhiteSpaceAreSkipped) {
  EXPECT_EQ(Read("\xEF\xBB\xBF{} \r\n\t")->position(), (TextPosition{1, 1}));
}

TEST(ReadJsonTest, EscapesBecomeUtf8) {
  EXPECT_EQ(Read(R"("\u00e9\ud83d\ude00\n\/")")->string(), "\u00E9\U0001F600\n/");
}

TEST(ReadJsonTest, WhatIsNoJsonIsRefusedWithAPosition) {
  EXPECT_EQ(Refusal(""), "t.json:1:1: not valid JSON: the document is empty");
  EXPECT_THAT(Refusal("{\n \"a\": 1\n \"b\": 2}"),
              HasSubstr("t.json:3:2: not valid JSON: missing a comma"));
  EXPECT_THAT(Refusal("{} {}"), HasSubstr("t.json:1:4: not valid JSON: the document root"));
  for (const char* text :
       {"{",       "[",         "[1,]",   "{\"a\":}", "{a: 1}",   "tru", "01",      "1.",
        ".5",      "+1",        "-",      "nan",      "Infinity", "'a'", "\"a",     "\"\\x\"",
        "// c\n1", "{\"a\" 1}", "{1: 2}", "[1 2]",    "]",        "\\",  "\"a\nb\""}) {
    EXPECT_THAT(Refusal(text), HasSubstr("t.json:")) << text;
  }
}

TEST(ReadJsonTest, BrokenUnicodeIsRefused) {
  EXPECT_THAT(Refusal(R"("\ud83d")"), HasSubstr("t.json:1:"));
  EXPECT_THAT(Refusal(R"("\ud83dx")"), HasSubstr("t.json:1:"));
  EXPECT_EQ(Refusal("[1,\n\"\xC3\"]"), "t.json:2:2: the byte 0xC3 is not valid UTF-8 here");
}

TEST(ReadJsonTest, NulIsRefusedRawAndEscaped) {
  EXPECT_EQ(Refusal(std::string("[1]\0[", 5)),
            "t.json:1:4: the control character 0x00 is not allowed");
  EXPECT_EQ(Refusal(R"(["a\u0000"])"), "t.json:1:2: a text must not contain the character NUL");
  EXPECT_EQ(Refusal(R"({"a\u0000": 1})"), "t.json:1:2: a key must not contain the character NUL");
}

TEST(ReadJsonTest, AKeyTwiceInOneObjectIsRefusedWhereItStandsAgain) {
  EXPECT_EQ(Refusal("{\"a\": 1,\n \"b\": {\"a\": 2},\n \"a\": 3}"),
            "t.json:3:2: the key 'a' stands twice in one map");
}

TEST(ReadJsonTest, NumbersThatADoubleCannotHoldAreRefused) {
  EXPECT_THAT(Refusal("[1e400]"), HasSubstr("t.json:1:2: not valid JSON: number too big"));
  EXPECT_NE(Read("[1e300]"), nullptr);
}

TEST(ReadJsonTest, EachLimitIsKeptAndReachable) {
  LoadOptions options;
  options.maximum_depth = 2;
  options.maximum_nodes = 3;
  options.maximum_bytes = 10;
  ConfigErrors errors;
  EXPECT_NE(ReadJson({"", "[[1]]     "}, options, errors), nullptr);
  EXPECT_EQ(Refusal("[[[]]]", options), "t.json:1:3: lists and maps are nested more than 2 deep");
  EXPECT_EQ(Refusal("[1,1,1]", options), "t.json:1:6: the text has more than 3 values");
  EXPECT_EQ(Refusal("[         ]", options),
            "t.json:1:1: the text has 11 bytes; at most 10 are read");
}

TEST(WriteJsonTest, WhatIsWrittenReadsBack) {
  const std::string text =
      "{\n  \"a\": [\n    1.50,\n    true,\n    null,\n    \"\\u0001\\\"\\\\\u00E9\"\n  ],\n"
      "  \"b\": {}\n}\n";
  EXPECT_EQ(WriteJson(*Read(text)), text);
}

}  // namespace
}  // namespace meshroute
