// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/document.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "meshroute/config/errors.h"
#include "meshroute/config/json.h"

namespace meshroute {
namespace {

DocumentNode Read(const std::string& json) {
  ConfigErrors errors;
  const auto root = ReadJson({"", json}, {}, errors);
  EXPECT_TRUE(errors.ok()) << errors.ToStatus();
  return root == nullptr ? DocumentNode() : *root;
}

TEST(DocumentNodeTest, AnIntegerIsOneHoweverItIsWritten) {
  EXPECT_EQ(DocumentNode::Number("80").AsInt64(), 80);
  EXPECT_EQ(DocumentNode::Number("+80").AsInt64(), 80);
  EXPECT_EQ(DocumentNode::Number("80.0").AsInt64(), 80);
  EXPECT_EQ(DocumentNode::Number("8e1").AsUint64(), 80U);
  EXPECT_EQ(DocumentNode::Number("-80").AsInt64(), -80);
  EXPECT_EQ(DocumentNode::Number("-80").AsUint64(), std::nullopt);
  EXPECT_EQ(DocumentNode::Number("80.5").AsInt64(), std::nullopt);
}

TEST(DocumentNodeTest, IntegersOf64BitsKeepEveryDigit) {
  EXPECT_EQ(DocumentNode::Number("9223372036854775807").AsInt64(),
            std::numeric_limits<int64_t>::max());
  EXPECT_EQ(DocumentNode::Number("-9223372036854775808").AsInt64(),
            std::numeric_limits<int64_t>::min());
  EXPECT_EQ(DocumentNode::Number("9223372036854775808").AsInt64(), std::nullopt);
  EXPECT_EQ(DocumentNode::Number("18446744073709551615").AsUint64(),
            std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(DocumentNode::Number("18446744073709551616").AsUint64(), std::nullopt);
}

TEST(DocumentNodeTest, ADoubleBeyond2To53IsNoInteger) {
  EXPECT_EQ(DocumentNode::Number("9007199254740992.0").AsInt64(), 9007199254740992);
  EXPECT_EQ(DocumentNode::Number("9007199254740994.0").AsInt64(), std::nullopt);
  EXPECT_EQ(DocumentNode::Number("1e30").AsUint64(), std::nullopt);
}

TEST(DocumentNodeTest, OnlyFiniteNumbersAreDoubles) {
  EXPECT_EQ(DocumentNode::Number("0.1").AsDouble(), 0.1);
  EXPECT_EQ(DocumentNode::Number(".5").AsDouble(), 0.5);
  EXPECT_EQ(DocumentNode::Number("5.").AsDouble(), 5.0);
  for (const char* text : {".inf", "-.inf", ".nan", "inf", "nan", "1e999", ""}) {
    EXPECT_EQ(DocumentNode::Number(text).AsDouble(), std::nullopt) << text;
    EXPECT_EQ(DocumentNode::Number(text).AsInt64(), std::nullopt) << text;
  }
  EXPECT_EQ(DocumentNode::String("5").AsDouble(), std::nullopt);
  EXPECT_EQ(DocumentNode::String("5").AsUint64(), std::nullopt);
}

TEST(DocumentNodeTest, MembersAreFoundInSmallAndInLargeMaps) {
  for (const size_t size : {1U, 16U, 17U, 1000U}) {
    std::vector<DocumentNode::Member> members;
    for (size_t i = 0; i < size; ++i) {
      members.push_back({"k" + std::to_string(i), {}, DocumentNode::Number(std::to_string(i))});
    }
    const DocumentNode map = DocumentNode::Map(members);
    for (size_t i = 0; i < size; ++i) {
      const DocumentNode* found = map.Find("k" + std::to_string(i));
      ASSERT_NE(found, nullptr);
      EXPECT_EQ(found->AsUint64(), i);
    }
    EXPECT_EQ(map.Find("k"), nullptr);
    EXPECT_EQ(map.Find("z"), nullptr);
    EXPECT_EQ(map.FindDuplicate(), nullptr);
    members.push_back({"k0", {7, 7}, DocumentNode()});
    const DocumentNode twice = DocumentNode::Map(members);
    ASSERT_NE(twice.FindDuplicate(), nullptr);
    EXPECT_EQ(twice.FindDuplicate()->key_position, (TextPosition{7, 7}));
  }
  EXPECT_EQ(DocumentNode::String("x").Find("x"), nullptr);
}

TEST(DocumentNodeTest, APathLeadsToTheKeyOrElementItNames) {
  const DocumentNode root = Read("{\"a\": {\"b\": [\n 1,\n {\"c\": 2}]}}");
  EXPECT_EQ(root.PositionOf(""), (TextPosition{1, 1}));
  EXPECT_EQ(root.PositionOf("a"), (TextPosition{1, 2}));
  EXPECT_EQ(root.PositionOf("a.b"), (TextPosition{1, 8}));
  EXPECT_EQ(root.PositionOf("a.b[0]"), (TextPosition{2, 2}));
  EXPECT_EQ(root.PositionOf("a.b[1].c"), (TextPosition{3, 3}));
}

TEST(DocumentNodeTest, APathThatLeadsNowhereEndsAtTheDeepestNodeOnTheWay) {
  const DocumentNode root = Read("{\"a\": {\"b\": [\n 1,\n {\"c\": 2}]}}");
  EXPECT_EQ(root.PositionOf("x.y"), (TextPosition{1, 1}));
  EXPECT_EQ(root.PositionOf("a.x"), (TextPosition{1, 2}));
  EXPECT_EQ(root.PositionOf("a.b[2]"), (TextPosition{1, 8}));
  EXPECT_EQ(root.PositionOf("a.b[1].c.d"), (TextPosition{3, 3}));
  for (const char* path :
       {"a.b[", "a.b[]", "a.b[x]", "a.b[99999999999999999999]", "a.b.c", "a.b[1"}) {
    EXPECT_EQ(root.PositionOf(path), (TextPosition{1, 8})) << path;
  }
}

TEST(DocumentNodeTest, AKeyWithDotsOrBracketsIsFoundOnAPath) {
  const DocumentNode root = Read(
      "{\"labels\": {\"topology.istio.io/zone\": 1,\n \"topology\": 2,\n \"a[0].b\": {\"c\": 3}}}");
  EXPECT_EQ(root.PositionOf("labels.topology.istio.io/zone"), (TextPosition{1, 13}));
  EXPECT_EQ(root.PositionOf("labels.topology"), (TextPosition{2, 2}));
  EXPECT_EQ(root.PositionOf("labels.a[0].b.c"), (TextPosition{3, 13}));
}

TEST(DocumentNodeTest, AKeyAnswersToItsOtherSpelling) {
  const DocumentNode root = Read("{\"per_try_timeout\":\n 1, \"consecutive_5xx_errors\": 2}");
  EXPECT_EQ(root.PositionOf("perTryTimeout"), (TextPosition{1, 2}));
  EXPECT_EQ(root.PositionOf("consecutive5xxErrors"), (TextPosition{2, 5}));
}

}  // namespace
}  // namespace meshroute
