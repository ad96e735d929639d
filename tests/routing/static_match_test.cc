// SPDX-License-Identifier: Apache-2.0
// What is decided about a VirtualService before any request.
#include <gtest/gtest.h>

#include <string>

#include "tests/routing/mesh.h"

namespace meshroute {
namespace {

const char kService[] = "k.default.svc.cluster.local";

// A VirtualService for "k" with two rules: the first to "first.example" under the
// match block given, the second, where asked for, for everything.
std::string Rules(const std::string& block, const std::string& last_rule = "") {
  return ServiceOn(kService, {80, 8080}) +
         Object("VirtualService", "default/vs",
                "hosts: [k]\nhttp:\n- match: [" + block +
                    "]\n  route: [{destination: {host: first.example, port: {number: 1}}}]\n" +
                    last_rule);
}

const char kLastRule[] = "- route: [{destination: {host: last.example, port: {number: 1}}}]";
const char kFirst[] = "1||first.example";
const char kLast[] = "1||last.example";

TEST(StaticMatchTest, ABlockWithAPortExistsOnThatPortOnly) {
  const Mesh mesh(Rules("{port: 8080}", kLastRule));
  EXPECT_EQ(mesh.Destination("k:8080"), kFirst);
  EXPECT_EQ(mesh.Destination("k:80"), kLast);
  EXPECT_EQ(mesh.Destination("k"), kLast);
  EXPECT_EQ(mesh.Destination("k:99"), kLast);
}

TEST(StaticMatchTest, WithoutAnyRuleForThePortTheServiceItselfIsCalled) {
  const Mesh mesh(Rules("{port: 8080}"));
  EXPECT_EQ(mesh.Destination("k:8080"), kFirst);
  EXPECT_EQ(mesh.Destination("k:80"), "80||" + std::string(kService));
}

TEST(StaticMatchTest, WithRulesOfWhichNoneMatchesThereIsNoRoute) {
  const Mesh mesh(Rules("{uri: {exact: /a}}"));
  EXPECT_EQ(mesh.Destination("k", "/a"), kFirst);
  EXPECT_EQ(mesh.Destination("k", "/b"), "NR");
  EXPECT_TRUE(mesh.Get("k", "/b").host_known);
}

TEST(StaticMatchTest, SourceLabelsMustAllBeTheClients) {
  const std::string rules = Rules("{sourceLabels: {app: web, tier: front}}", kLastRule);
  EXPECT_EQ(
      Mesh(rules, ClientWith({{"app", "web"}, {"tier", "front"}, {"x", "y"}})).Destination("k"),
      kFirst);
  EXPECT_EQ(Mesh(rules, ClientWith({{"app", "web"}})).Destination("k"), kLast);
  EXPECT_EQ(Mesh(rules, ClientWith({{"app", "web"}, {"tier", "back"}})).Destination("k"), kLast);
}

TEST(StaticMatchTest, SourceLabelsSeeTheClientsPlace) {
  const std::string rules = Rules("{sourceLabels: {topology.kubernetes.io/zone: z1}}", kLastRule);
  EXPECT_EQ(Mesh(rules, ClientAt("r1/z1")).Destination("k"), kFirst);
  EXPECT_EQ(Mesh(rules, ClientAt("r1/z2")).Destination("k"), kLast);
}

TEST(StaticMatchTest, SourceNamespaceMustBeTheClients) {
  const std::string rules = Rules("{sourceNamespace: default}", kLastRule);
  EXPECT_EQ(Mesh(rules).Destination("k"), kFirst);
  EXPECT_EQ(Mesh(rules, ClientIn("other")).Destination("k.default"), kLast);
}

TEST(StaticMatchTest, ABlockForOtherGatewaysDoesNotExist) {
  EXPECT_EQ(Mesh(Rules("{gateways: [ns/edge]}", kLastRule)).Destination("k"), kLast);
  EXPECT_EQ(Mesh(Rules("{gateways: [ns/edge, mesh]}", kLastRule)).Destination("k"), kFirst);
}

TEST(StaticMatchTest, ABlockThatNamesGatewaysIsNotAskedForItsSource) {
  const Mesh mesh(
      Rules("{gateways: [mesh], sourceLabels: {app: nobody}, "
            "sourceNamespace: nowhere}",
            kLastRule));
  EXPECT_EQ(mesh.Destination("k"), kFirst);
}

TEST(StaticMatchTest, WhatFollowsACatchAllIsLeftOut) {
  for (const char* block : {"{}", "{uri: {}}", "{uri: {prefix: /}}", "{uri: {regex: \".*\"}}",
                            "{uri: {prefix: /}, port: 80}"}) {
    const Mesh mesh(Rules(block, kLastRule));
    EXPECT_EQ(mesh.table().destinations().size(), std::string(block).ends_with("80}") ? 2u : 1u)
        << block;
    EXPECT_EQ(mesh.Destination("k"), kFirst) << block;
  }
  for (const char* block :
       {"{uri: {prefix: /}, method: {exact: GET}}", "{uri: {prefix: \"\"}}", "{headers: {h: {}}}",
        "{withoutHeaders: {h: {}}}", "{queryParams: {q: {exact: a}}}", "{uri: {exact: /}}"}) {
    EXPECT_EQ(Mesh(Rules(block, kLastRule)).table().destinations().size(), 2u) << block;
  }
}

TEST(StaticMatchTest, BlocksOfARuleAreAlternativesInOrder) {
  const Mesh mesh(Rules("{name: a, uri: {exact: /a}}, {name: b, uri: {prefix: /}}"));
  EXPECT_EQ(mesh.Get("k", "/a").route->name, ".a");
  EXPECT_EQ(mesh.Get("k", "/b").route->name, ".b");
}

TEST(StaticMatchTest, TheNextVirtualServiceOfALiteralHostGetsItsChance) {
  const std::string next = Object(
      "VirtualService", "default/w",
      "hosts: [k]\nhttp: [{route: [{destination: {host: next.example, port: {number: 1}}}]}]");
  const Mesh mesh(Rules("{port: 8080}") + next);
  EXPECT_EQ(mesh.Destination("k:8080"), kFirst);
  EXPECT_EQ(mesh.Destination("k:80"), "1||next.example");
}

TEST(StaticMatchTest, AWildcardDoesNotStandInForALiteralHostWithoutRules) {
  const std::string wildcard = Object("VirtualService", "default/a-wild",
                                      "hosts: [\"*.default.svc.cluster.local\"]\nhttp: [{route: "
                                      "[{destination: {host: wild.example, port: {number: 1}}}]}]");
  EXPECT_EQ(Mesh(Rules("{port: 8080}") + wildcard).Destination("k:80"),
            "80||" + std::string(kService));
}

TEST(StaticMatchTest, NorDoesTheSecondOfTwoEqualWildcards) {
  const std::string first =
      Object("VirtualService", "default/a",
             "hosts: [\"*.example.com\"]\nhttp: [{match: [{port: 8080}], "
             "route: [{destination: {host: a.example, port: {number: 1}}}]}]");
  const std::string second =
      Object("VirtualService", "default/b",
             "hosts: [\"*.example.com\"]\nhttp: [{"
             "route: [{destination: {host: b.example, port: {number: 1}}}]}]");
  const Mesh mesh(ServiceOn("q.example.com", {80, 8080}) + first + second);
  EXPECT_EQ(mesh.Destination("q.example.com:8080"), "1||a.example");
  EXPECT_EQ(mesh.Destination("q.example.com:80"), "80||q.example.com");
  EXPECT_EQ(mesh.Destination("else.example.com:80"), "unknown host");
}

TEST(StaticMatchTest, PortsThatAreNotHttpAreNotGovernedByHttpRules) {
  const Mesh mesh(
      Object(
          "ServiceEntry", "default/db",
          "hosts: [db.example]\nlocation: MESH_INTERNAL\nresolution: STATIC\nports:\n"
          "- {number: 5432, name: tcp, protocol: TCP}\n- {number: 443, name: tls, protocol: TLS}\n"
          "- {number: 80, name: http, protocol: HTTP2}\nendpoints: [{address: 1.2.3.4}]") +
      Object("VirtualService", "default/vs",
             "hosts: [db.example]\nhttp: [{route: [{destination: {host: x.example, "
             "port: {number: 1}}}]}]"));
  EXPECT_EQ(mesh.Destination("db.example:5432"), "5432||db.example");
  EXPECT_EQ(mesh.Destination("db.example:443"), "443||db.example");
  EXPECT_EQ(mesh.Destination("db.example:80"), "1||x.example");
}

}  // namespace
}  // namespace meshroute
