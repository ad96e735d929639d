// SPDX-License-Identifier: Apache-2.0
// Several VirtualServices of one host, merged (MeshOptions::virtual_service_merging).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "meshroute/telemetry/decision.h"
#include "tests/routing/mesh.h"

namespace meshroute {
namespace {

MeshOptions Merging() {
  MeshOptions options;
  options.virtual_service_merging = MeshOptions::VirtualServiceMerging::kConcatenate;
  return options;
}

// A rule named `name` for `match`.
std::string Rule(const std::string& name, const std::string& match) {
  return "- {name: " + name + ", match: [" + match + "], route: [{destination: {host: a}}]}\n";
}
std::string Last(const std::string& name) {
  return "- {name: " + name + ", route: [{destination: {host: a}}]}\n";
}
std::string Service(const std::string& identity, const std::string& rules,
                    const std::string& created = "", const std::string& hosts = "[k]",
                    const std::string& more = "") {
  return Object("VirtualService", identity, "hosts: " + hosts + "\n" + more + "http:\n" + rules,
                created);
}

std::string NameOf(const Mesh& mesh, std::string_view authority, std::string_view path) {
  const RouteMatch match = mesh.Get(authority, path);
  if (!match.host_known) return "unknown";
  return match.route == nullptr ? "none" : match.route->name;
}

const char kOld[] = "2026-01-01T00:00:00Z";
const char kYoung[] = "2026-01-02T00:00:00Z";

TEST(MergingTest, RulesFollowEachOtherInTheOrderOfAge) {
  const std::string yaml =
      Service("default/a",
              Rule("young", "{uri: {prefix: /a}}") + Rule("too", "{uri: {prefix: /c}}"), kYoung) +
      Service("default/b", Rule("old", "{uri: {prefix: /a}}") + Rule("b", "{uri: {prefix: /b}}"),
              kOld);
  const Mesh merged(yaml, {}, Merging());
  EXPECT_EQ(NameOf(merged, "k", "/a"), "old");
  EXPECT_EQ(NameOf(merged, "k", "/b"), "b");
  EXPECT_EQ(NameOf(merged, "k", "/c"), "too");
  EXPECT_EQ(NameOf(merged, "k", "/d"), "none");
  const Mesh alone(yaml);
  EXPECT_EQ(NameOf(alone, "k", "/c"), "none");
}

TEST(MergingTest, WhatMatchesEverythingMovesToTheEndAndTheFirstOfItDecides) {
  const Mesh mesh(
      Service("default/a", Rule("one", "{uri: {prefix: /a}}") + Last("old-last"), kOld) +
          Service("default/b", Rule("two", "{uri: {prefix: /b}}") + Last("young-last"), kYoung),
      {}, Merging());
  EXPECT_EQ(NameOf(mesh, "k", "/a"), "one");
  EXPECT_EQ(NameOf(mesh, "k", "/b"), "two");
  EXPECT_EQ(NameOf(mesh, "k", "/c"), "old-last");
}

TEST(MergingTest, WhatStandsBehindAnObjectsOwnLastRuleStaysUnreachable) {
  const Mesh mesh(Service("default/a", Last("last") + Rule("hidden", "{uri: {prefix: /a}}"), kOld) +
                      Service("default/b", Rule("b", "{uri: {prefix: /b}}"), kYoung),
                  {}, Merging());
  EXPECT_EQ(NameOf(mesh, "k", "/a"), "last");
  EXPECT_EQ(NameOf(mesh, "k", "/b"), "b");
}

TEST(MergingTest, OnlyTheBlockThatMatchesEverythingMoves) {
  const Mesh mesh(Service("default/a", Rule("first", "{uri: {exact: /x}}, {}"), kOld) +
                      Service("default/b", Rule("second", "{uri: {prefix: /x}}"), kYoung),
                  {}, Merging());
  EXPECT_EQ(NameOf(mesh, "k", "/x"), "first");
  EXPECT_EQ(NameOf(mesh, "k", "/xy"), "second");
  EXPECT_EQ(NameOf(mesh, "k", "/z"), "first");
}

TEST(MergingTest, ABlockWhoseUriIsOfNoKindMatchesEverythingToo) {
  const Mesh mesh(Service("default/a", Rule("any", "{uri: {}}"), kOld) +
                      Service("default/b", Rule("b", "{uri: {prefix: /b}}"), kYoung),
                  {}, Merging());
  EXPECT_EQ(NameOf(mesh, "k", "/b"), "b");
  EXPECT_EQ(NameOf(mesh, "k", "/c"), "any");
}

TEST(MergingTest, ALiteralHostStillBeatsAWildcard) {
  const Mesh mesh(
      Service("default/a", Rule("wild", "{uri: {prefix: /w}}"), kOld, "['*.example.com']") +
          Service("default/b", Rule("wild-too", "{uri: {prefix: /v}}"), kYoung,
                  "['*.example.com']") +
          Service("default/c", Rule("literal", "{uri: {prefix: /l}}"), kYoung, "[k.example.com]"),
      {}, Merging());
  EXPECT_EQ(NameOf(mesh, "k.example.com", "/l"), "literal");
  EXPECT_EQ(NameOf(mesh, "k.example.com", "/w"), "none");
  EXPECT_EQ(NameOf(mesh, "x.example.com", "/w"), "wild");
  EXPECT_EQ(NameOf(mesh, "x.example.com", "/v"), "wild-too");
}

TEST(MergingTest, PrivateGoesBeforeExportedByNameBeforePublic) {
  const std::string rule = "{uri: {prefix: /}, method: {exact: GET}}";
  const Mesh mesh(
      Service("other/a", Rule("public", rule), kOld, "[k.default.svc.cluster.local]") +
          Service("other/b", Rule("named", rule), kOld, "[k.default.svc.cluster.local]",
                  "exportTo: [default]\n") +
          Service("default/c", Rule("private", rule), kYoung, "[k]", "exportTo: ['.']\n"),
      {}, Merging());
  EXPECT_EQ(NameOf(mesh, "k", "/"), "private");
}

TEST(MergingTest, ObjectsWithoutARuleForThePortOrClientAddNothing) {
  const Mesh mesh(Service("default/a", Rule("on-81", "{port: 81}"), kOld) +
                      Service("default/b", Rule("db", "{sourceLabels: {app: db}}"), kOld) +
                      Service("default/c", Rule("c", "{uri: {prefix: /c}}"), kYoung),
                  ClientWith({{"app", "web"}}), Merging());
  EXPECT_EQ(NameOf(mesh, "k", "/c"), "c");
  EXPECT_EQ(NameOf(mesh, "k", "/d"), "none");
  EXPECT_EQ(NameOf(mesh, "k:81", "/c"), "c");
  EXPECT_EQ(NameOf(mesh, "k:81", "/d"), "on-81");
}

TEST(MergingTest, DestinationsAreCompletedInTheNamespaceOfTheirOwnObject) {
  const Mesh mesh(Service("default/a", Rule("a", "{uri: {prefix: /a}}"), kOld) +
                      Service("other/b", Rule("b", "{uri: {prefix: /b}}"), kYoung,
                              "[k.default.svc.cluster.local]"),
                  {}, Merging());
  EXPECT_EQ(mesh.Destination("k", "/a"), "0||a.default.svc.cluster.local");
  EXPECT_EQ(mesh.Destination("k", "/b"), "0||a.other.svc.cluster.local");
}

TEST(MergingTest, TheExplanationTellsTheMergedRulesInTheirOrder) {
  const Mesh mesh(Service("default/a", Rule("one", "{uri: {prefix: /a}}") + Last("last"), kOld) +
                      Service("default/b", Rule("two", "{uri: {prefix: /b}}"), kYoung),
                  {}, Merging());
  RequestView request;
  request.authority = "k";
  request.path = "/c";
  Decision decision;
  mesh.table().Explain(request, decision);
  ASSERT_EQ(decision.host.candidates.size(), 2u);
  EXPECT_TRUE(decision.host.candidates[0].governs);
  EXPECT_TRUE(decision.host.candidates[1].governs);
  std::vector<std::string> origins;
  for (const Decision::Rule& rule : decision.rules) origins.push_back(rule.origin);
  EXPECT_EQ(origins, (std::vector<std::string>{"VirtualService default/a http[0] match[0]",
                                               "VirtualService default/b http[0] match[0]",
                                               "VirtualService default/a http[1]"}));
}

}  // namespace
}  // namespace meshroute
