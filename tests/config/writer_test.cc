// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "lib/config/block_style.h"
#include "tests/config/load.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;

Resources OneOfTwoKinds() {
  Resources resources;
  VirtualService& service = resources.virtual_services.emplace_back();
  service.metadata.name = "reviews";
  service.metadata.namespace_name = "prod";
  service.hosts = {"reviews", "*.example.com"};
  HttpRoute& route = service.http.emplace_back();
  route.match.emplace_back();
  route.match.emplace_back().uri = StringMatch::Regex("/a.*");
  route.match.back().headers["x-user"] = {};
  route.timeout = 1500ms;
  route.retries.emplace();
  DestinationRule& rule = resources.destination_rules.emplace_back();
  rule.metadata.name = "reviews";
  rule.metadata.namespace_name = "prod";
  rule.host = "reviews";
  rule.subsets.push_back({"v1", {{"version", "1"}}, std::nullopt});
  return resources;
}

TEST(WriterTest, YamlIsWrittenAsPeopleWriteIt) {
  EXPECT_EQ(WriteYaml(OneOfTwoKinds()), R"(apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: prod
spec:
  hosts:
  - reviews
  - '*.example.com'
  http:
  - match:
    - {}
    - uri:
        regex: '/a.*'
      headers:
        x-user: {}
    timeout: 1.5s
    retries: {}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: reviews
  namespace: prod
spec:
  host: reviews
  subsets:
  - name: v1
    labels:
      version: '1'
)");
}

TEST(WriterTest, JsonIsAListOfTheObjects) {
  Resources resources;
  WorkloadEntry& entry = resources.workload_entries.emplace_back();
  entry.metadata.name = "vm";
  entry.metadata.namespace_name = "prod";
  entry.address = "10.0.0.1";
  entry.weight = 3;
  EXPECT_EQ(WriteJson(resources), R"({
  "apiVersion": "v1",
  "kind": "List",
  "items": [
    {
      "apiVersion": "networking.istio.io/v1",
      "kind": "WorkloadEntry",
      "metadata": {
        "name": "vm",
        "namespace": "prod"
      },
      "spec": {
        "address": "10.0.0.1",
        "weight": 3
      }
    }
  ]
}
)");
}

TEST(WriterTest, NothingIsWrittenAsNothing) {
  EXPECT_EQ(WriteYaml(Resources()), "");
  EXPECT_EQ(Loaded::Json(WriteJson(Resources())).resources(), Resources());
}

TEST(WriterTest, ListsInListsAndEmptyOnesKeepTheirShape) {
  std::vector<DocumentNode> inner;
  inner.push_back(DocumentNode::List({}));
  inner.push_back(DocumentNode::Map({}));
  inner.push_back(DocumentNode::Number("1"));
  std::vector<DocumentNode> outer;
  outer.push_back(DocumentNode::List(std::move(inner)));
  outer.push_back(DocumentNode());
  outer.push_back(DocumentNode::Bool(true));
  EXPECT_EQ(WriteYaml(DocumentNode::List(std::move(outer))),
            "- - []\n  - {}\n  - 1\n- null\n- true\n");
  EXPECT_EQ(WriteYaml(DocumentNode::String("a b")), "'a b'\n");
}

TEST(WriterTest, AKeyTooLongForOneLineStillReadsBack) {
  Resources resources = OneOfTwoKinds();
  const std::string key(5000, 'k');
  resources.virtual_services[0].http[0].match[1].headers = {{key, StringMatch::Exact("a")},
                                                            {key + "\n", {}}};
  const Loaded loaded = Loaded::Yaml(WriteYaml(resources));
  EXPECT_THAT(loaded.errors(), IsEmpty());
  EXPECT_EQ(loaded.resources(), resources);
}

TEST(YamlScalarTest, OnlyWhatNobodyReadsAsSomethingElseIsPlain) {
  for (const char* text : {"reviews", "networking.istio.io/v1", "a-b_c", "/path/x.y", "_a", "v1",
                           "10s", "1.5s", "1h2m", "ROUND_ROBIN"}) {
    EXPECT_EQ(YamlScalar(text), text);
  }
  for (const char* text :
       {"",    "true", "Yes", "no",       "ON",         "y",   "N",    "null",  "~",  "1",
        "1.5", "0x1F", "1e3", "10.0.0.1", "-a",         "- a", "a: b", "a b",   "a:", "*",
        "&a",  "!a",   "%a",  "@a",       "`",          "[",   "{",    "#",     "|",  ">",
        "?",   "<<",   "=",   ".inf",     "2026-01-02", "1_0", "1s ",  "12m34", ".5"}) {
    EXPECT_EQ(YamlScalar(text), "'" + std::string(text) + "'");
  }
}

TEST(YamlScalarTest, QuotesAreDoubledAndControlCharactersEscaped) {
  EXPECT_EQ(YamlScalar("it's"), "'it''s'");
  EXPECT_EQ(YamlScalar("a\\b\"c"), "'a\\b\"c'");
  EXPECT_EQ(YamlScalar("a\n\"\\\t\x7F"), "\"a\\n\\\"\\\\\\x09\\x7F\"");
  EXPECT_EQ(YamlScalar("\u00E9"), "\"\u00E9\"");
}

}  // namespace
}  // namespace meshroute
