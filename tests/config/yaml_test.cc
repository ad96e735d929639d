// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "lib/config/core_schema.h"
#include "tests/config/load.h"

namespace meshroute {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The only problem of a text that is refused.
std::string Refusal(const std::string& text) {
  Loaded loaded = Loaded::Yaml(text);
  const auto& problems = loaded.loader().errors().problems();
  EXPECT_EQ(problems.size(), 1U) << text;
  return problems.empty() ? "" : problems[0].ToString();
}

TEST(CoreSchemaTest, PlainScalarsFollowYaml12) {
  using Kind = DocumentNode::Kind;
  const struct {
    Kind kind;
    std::vector<const char*> texts;
  } kCases[] = {
      {Kind::kNull, {"", "~", "null", "Null", "NULL"}},
      {Kind::kBool, {"true", "True", "TRUE", "false", "False", "FALSE"}},
      {Kind::kNumber,
       {"0", "-1", "+1", "010", "1.5", "1.", ".5", "1e3", "1E-3", "-.5e+1", "0x1F", "0o17", ".inf",
        "-.Inf", "+.INF", ".nan", ".NaN"}},
      {Kind::kString, {"yes", "no", "on",  "off", "y",    "tRUE",  "nULL",       "1_000", "1:30",
                       "0b1", "0x", "0o8", "0xG", "-0x1", "1.2.3", ".",          "-",     "+",
                       "e5",  "1e", "1e+", "inf", "nan",  "-.nan", "2026-01-02", "10s",   "1 2"}},
  };
  for (const auto& [kind, texts] : kCases) {
    for (const char* text : texts) EXPECT_EQ(ResolvePlainScalar(text).kind(), kind) << text;
  }
}

TEST(CoreSchemaTest, OtherBasesComeOutInDecimal) {
  EXPECT_EQ(ResolvePlainScalar("0x1F").AsInt64(), 31);
  EXPECT_EQ(ResolvePlainScalar("0o17").AsInt64(), 15);
  EXPECT_EQ(ResolvePlainScalar("010").AsInt64(), 10);
  EXPECT_EQ(ResolvePlainScalar("0xFFFFFFFFFFFFFFFF").AsUint64(), UINT64_MAX);
  EXPECT_EQ(ResolvePlainScalar("0x1FFFFFFFFFFFFFFFF").AsUint64(), std::nullopt);
}

TEST(YamlTest, QuotesAndBlocksMakeStrings) {
  const Loaded loaded = Loaded::Spec("VirtualService",
                                     "hosts: ['1', \"true\", !!str 2, ! 3, yes]\n"
                                     "gateways:\n- |-\n  null\n- >-\n  1\n  2\n");
  EXPECT_THAT(loaded.errors(), IsEmpty());
  const VirtualService& service = loaded.resources().virtual_services.at(0);
  EXPECT_THAT(service.hosts, ElementsAre("1", "true", "2", "3", "yes"));
  EXPECT_THAT(service.gateways, ElementsAre("null", "1 2"));
}

TEST(YamlTest, TagsOfTheCoreSchemaAreReadAndOthersRefused) {
  const Loaded loaded = Loaded::Spec(
      "VirtualService", "!!map\nhosts: !!seq [!!str a]\nhttp: [{redirect: {port: !!int 80}}]");
  EXPECT_THAT(loaded.errors(), IsEmpty());
  EXPECT_EQ(loaded.resources().virtual_services.at(0).http.at(0).redirect->port, 80U);
  EXPECT_THAT(Refusal("a: !!binary aGk=\n"),
              HasSubstr("1:4: the tag 'tag:yaml.org,2002:binary' is not allowed here"));
  for (const char* text :
       {"!local {}", "a: !x y", "!!int abc", "!!bool 1", "!!seq {}", "a: !!omap []"}) {
    EXPECT_THAT(Refusal(text), HasSubstr("is not allowed here")) << text;
  }
}

TEST(YamlTest, AliasesAndMergeKeysAreRefusedButAnAnchorAloneIsHarmless) {
  EXPECT_THAT(Loaded::Spec("VirtualService", "hosts: &h [a]").errors(), IsEmpty());
  EXPECT_EQ(Refusal("a: &x 1\nb: *x\n"),
            "test.yaml:2:4: aliases (*name) are not allowed; write the value out");
  EXPECT_EQ(Refusal("a: {<<: {b: 1}}\n"),
            "test.yaml:1:5: merge keys (<<) are not allowed; write the fields out");
}

TEST(YamlTest, KeysAreScalarsThatOccurOnce) {
  EXPECT_EQ(Refusal("a: 1\nb:\n  c: 1\n  c: 2\n"),
            "test.yaml:4:3: the key 'c' stands twice in one map");
  EXPECT_EQ(Refusal("'a': 1\na: 2\n"), "test.yaml:2:1: the key 'a' stands twice in one map");
  EXPECT_EQ(Refusal("? [a]\n: 1\n"), "test.yaml:1:3: a key must be a scalar, not a list or a map");
  EXPECT_EQ(Refusal("? {a: b}\n: 1\n"),
            "test.yaml:1:3: a key must be a scalar, not a list or a map");
  EXPECT_EQ(Refusal("~: 1\n"), "test.yaml:1:1: a key must not be null");
}

TEST(YamlTest, AKeyIsAStringWhateverItLooksLike) {
  const Loaded loaded =
      Loaded::Spec("DestinationRule", "subsets: [{name: a, labels: {1: x, true: y, 1.0: z}}]");
  EXPECT_THAT(loaded.errors(), IsEmpty());
  EXPECT_EQ(loaded.resources().destination_rules.at(0).subsets.at(0).labels,
            (Labels{{"1", "x"}, {"true", "y"}, {"1.0", "z"}}));
}

TEST(YamlTest, AllDocumentsAreReadAndEmptyOnesSkipped) {
  const std::string object =
      "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: ";
  const Loaded loaded = Loaded::Yaml("---\n# nothing\n---\n" + object + "a}\n---\n---\n" + object +
                                     "b}\n...\n---\n~\n---\n");
  EXPECT_THAT(loaded.errors(), IsEmpty());
  ASSERT_EQ(loaded.resources().virtual_services.size(), 2U);
  EXPECT_EQ(loaded.resources().virtual_services[1].metadata.name, "b");
  EXPECT_THAT(Loaded::Yaml("").errors(), IsEmpty());
  EXPECT_THAT(Loaded::Yaml("# only a comment").errors(), IsEmpty());
}

TEST(YamlTest, DocumentsBeforeABrokenOneAreKeptWithTheirProblems) {
  const Loaded loaded = Loaded::Yaml(
      "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\n"
      "spec: {hosts: 5}\n---\na: [b\n");
  EXPECT_EQ(loaded.resources().virtual_services.size(), 1U);
  ASSERT_EQ(loaded.errors().size(), 2U);
  EXPECT_EQ(loaded.errors()[0], "spec.hosts: must be a list, got the number 5");
  EXPECT_THAT(loaded.errors()[1], HasSubstr("not valid YAML: "));
}

TEST(YamlTest, WhatFollowsADocumentAndBeginsNothingIsRefused) {
  for (const char* text : {"'a' ]", "[]\n}", "{} ,", "{}]", "[],[]", ",", "---\n...\n,"}) {
    EXPECT_THAT(Loaded::Yaml(text).errors(), testing::Contains(HasSubstr("not valid YAML: ")))
        << text;
  }
}

TEST(YamlTest, PositionsCountFromOneOverAllDocuments) {
  const Loaded loaded = Loaded::Yaml(
      "a: 1\n---\napiVersion: networking.istio.io/v1\nkind: VirtualService\n"
      "metadata: {name: a}\nspec:\n  http:\n  - name: x\n    timeout: 5\n");
  EXPECT_THAT(loaded.positions(), ElementsAre("1:1", "1:1", "9:5"));
}

TEST(YamlTest, JsonIsYaml) {
  const std::string json =
      R"({"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"name":"a"},)"
      R"("spec":{"hosts":["a\u00e9\/\n"],"http":[{"timeout":"5s","retries":null}]}})";
  const Loaded yaml = Loaded::Yaml(json);
  EXPECT_THAT(yaml.errors(), IsEmpty());
  EXPECT_EQ(yaml.resources(), Loaded::Json(json).resources());
}

TEST(YamlTest, WindowsLineEndsAndByteOrderMarkAreRead) {
  const Loaded loaded = Loaded::Yaml(
      "\xEF\xBB\xBF"
      "apiVersion: networking.istio.io/v1\r\nkind: VirtualService\r\nmetadata:\r\n  name: a\r\n");
  EXPECT_THAT(loaded.errors(), IsEmpty());
  EXPECT_EQ(loaded.resources().virtual_services.at(0).metadata.name, "a");
}

TEST(YamlTest, TextsThatHoldNoResourcesAreReadAsTrees) {
  ConfigErrors errors;
  const auto documents = ReadYaml({"a.yaml",
                                   "\xEF\xBB\xBF"
                                   "a: [1, x]\n---\nb\n"},
                                  {}, errors);
  EXPECT_TRUE(errors.ok());
  ASSERT_EQ(documents.size(), 2U);
  EXPECT_EQ(documents[0]->Find("a")->elements().at(0).AsInt64(), 1);
  EXPECT_EQ(documents[1]->string(), "b");
}

TEST(YamlTest, ReadingTreesEndsAtWhatIsNoYaml) {
  ConfigErrors errors;
  EXPECT_EQ(ReadYaml({"a.yaml", "a: 1\n---\n*b"}, {}, errors).size(), 1U);
  ASSERT_EQ(errors.problems().size(), 1U);
  EXPECT_EQ(errors.problems()[0].position, (SourcePosition{"a.yaml", 3, 1}));
}

TEST(YamlTest, ColumnsCountBytes) {
  ConfigErrors errors;
  const auto documents = ReadYaml({"a.yaml", "{gr\xC3\xBC\xC3\x9F: x, b: 1}"}, {}, errors);
  EXPECT_EQ(documents.at(0)->PositionOf("b"), (TextPosition{1, 13}));
}

}  // namespace
}  // namespace meshroute
