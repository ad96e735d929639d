// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/destination_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/config/load.h"

namespace meshroute {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kHost[] = "s.svc-ns.svc.cluster.local";
constexpr char kServiceNamespace[] = "svc-ns";

// A DestinationRule named `name` in `namespace_name`, in YAML.
std::string Rule(const std::string& namespace_name, const std::string& name,
                 const std::string& host, const std::string& rest = "",
                 const std::string& timestamp = "") {
  return "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: " +
         name + ", namespace: " + namespace_name +
         (timestamp.empty() ? "" : ", creationTimestamp: '" + timestamp + "'") +
         "}\nspec: {host: '" + host + "'" + (rest.empty() ? "" : ", " + rest) + "}\n";
}

ValidatedConfig Config(const std::string& yaml) {
  Loaded loaded = Loaded::Yaml(yaml);
  absl::StatusOr<ValidatedConfig> config = loaded.loader().Finish();
  EXPECT_TRUE(config.ok()) << config.status();
  return *std::move(config);
}

ClientIdentity ClientIn(const std::string& namespace_name) {
  ClientIdentity client;
  client.namespace_name = namespace_name;
  return client;
}

// The name of the rule for kHost, as "namespace/name", and "-" for none.
std::string Found(const std::string& yaml, const ClientIdentity& client,
                  const MeshOptions& mesh = {}, const std::string& service = kServiceNamespace) {
  const DestinationRules rules(Config(yaml), client, mesh);
  const DestinationRule* const rule = rules.Find(kHost, service);
  return rule == nullptr ? "-" : rule->metadata.namespace_name + "/" + rule->metadata.name;
}

std::string Found(const std::string& yaml, const std::string& client_namespace) {
  return Found(yaml, ClientIn(client_namespace));
}

TEST(DestinationRules, CompletesHostsWithTheRulesOwnNamespace) {
  EXPECT_EQ(Found(Rule("svc-ns", "r", "s"), "client"), "svc-ns/r");
  EXPECT_EQ(Found(Rule("client", "r", "s"), "client"), "-");
  EXPECT_EQ(Found(Rule("client", "r", kHost), "client"), "client/r");
  EXPECT_EQ(Found(Rule("svc-ns", "r", "s.svc-ns"), "client"), "-");
  MeshOptions mesh;
  mesh.cluster_domain = "corp.example";
  const DestinationRules rules(Config(Rule("svc-ns", "r", "S")), ClientIn("client"), mesh);
  ASSERT_NE(rules.Find("s.svc-ns.svc.corp.example", "svc-ns"), nullptr);
  EXPECT_EQ(rules.Find("s.svc-ns.svc.corp.example", "svc-ns")->host, "s.svc-ns.svc.corp.example");
}

TEST(DestinationRules, TheClientsNamespaceComesFirstThenTheServicesThenTheRoot) {
  const std::string of_client = Rule("client", "c", kHost);
  const std::string of_service = Rule("svc-ns", "s", kHost);
  const std::string of_root = Rule("istio-system", "r", kHost);
  EXPECT_EQ(Found(of_root + of_service + of_client, "client"), "client/c");
  EXPECT_EQ(Found(of_root + of_service, "client"), "svc-ns/s");
  EXPECT_EQ(Found(of_root, "client"), "istio-system/r");
  EXPECT_EQ(Found("", "client"), "-");
}

TEST(DestinationRules, ARuleInAFourthNamespaceIsNeverUsed) {
  EXPECT_EQ(Found(Rule("fourth", "r", kHost, "exportTo: ['*']"), "client"), "-");
  EXPECT_EQ(Found(Rule("fourth", "r", kHost, "exportTo: [client]"), "client"), "-");
}

TEST(DestinationRules, AWildcardOfAnEarlierStepHidesAnExactHostOfALaterOne) {
  EXPECT_EQ(Found(Rule("client", "wide", "*") + Rule("svc-ns", "exact", kHost), "client"),
            "client/wide");
}

TEST(DestinationRules, TheMostSpecificHostOfAStepWins) {
  const std::string wide = Rule("client", "wide", "*.local");
  const std::string narrow = Rule("client", "narrow", "*.svc.cluster.local");
  EXPECT_EQ(Found(wide + narrow, "client"), "client/narrow");
  EXPECT_EQ(Found(wide + narrow + Rule("client", "exact", kHost), "client"), "client/exact");
}

TEST(DestinationRules, WithoutAServiceNamespaceItsStepIsSkipped) {
  const std::string yaml = Rule("svc-ns", "s", kHost) + Rule("istio-system", "r", kHost);
  EXPECT_EQ(Found(yaml, ClientIn("client"), MeshOptions(), ""), "istio-system/r");
  EXPECT_EQ(Found(yaml, ClientIn("svc-ns"), MeshOptions(), ""), "svc-ns/s");
}

TEST(DestinationRules, PrivateRulesServeTheirOwnNamespaceAlone) {
  for (const std::string export_to : {"exportTo: [.]", "exportTo: [svc-ns]"}) {
    EXPECT_EQ(Found(Rule("svc-ns", "s", kHost, export_to), "client"), "-") << export_to;
    EXPECT_EQ(Found(Rule("svc-ns", "s", kHost, export_to), "svc-ns"), "svc-ns/s") << export_to;
  }
}

TEST(DestinationRules, NamedNamespacesSeeARuleAndOthersDoNot) {
  const std::string yaml = Rule("svc-ns", "s", kHost, "exportTo: [., client]");
  EXPECT_EQ(Found(yaml, "client"), "svc-ns/s");
  EXPECT_EQ(Found(yaml, "other"), "-");
  EXPECT_EQ(Found(yaml, "svc-ns"), "svc-ns/s");
}

TEST(DestinationRules, AListWithoutItsOwnNamespaceHidesARuleFromHome) {
  EXPECT_EQ(Found(Rule("svc-ns", "s", kHost, "exportTo: [client]"), "svc-ns"), "-");
  EXPECT_EQ(Found(Rule("svc-ns", "s", kHost, "exportTo: [client]"), "client"), "svc-ns/s");
}

TEST(DestinationRules, AnUnseenSpecificRuleIsNotReplacedByASeenWiderOne) {
  // The step of the service's namespace ends in nothing, and the root's is next.
  const std::string yaml = Rule("svc-ns", "exact", kHost, "exportTo: [., other]") +
                           Rule("svc-ns", "wide", "*.local") +
                           Rule("istio-system", "root", "*.cluster.local");
  EXPECT_EQ(Found(yaml, "client"), "istio-system/root");
  EXPECT_EQ(Found(yaml, "other"), "svc-ns/exact");
}

TEST(DestinationRules, ThePrivateDefaultOfTheMeshHoldsForRulesWithoutExportTo) {
  MeshOptions mesh;
  mesh.default_destination_rule_export_to = {"."};
  EXPECT_EQ(Found(Rule("svc-ns", "s", kHost), ClientIn("client"), mesh), "-");
  EXPECT_EQ(Found(Rule("svc-ns", "s", kHost), ClientIn("svc-ns"), mesh), "svc-ns/s");
  EXPECT_EQ(Found(Rule("svc-ns", "s", kHost, "exportTo: ['*']"), ClientIn("client"), mesh),
            "svc-ns/s");
}

TEST(DestinationRules, AClientInTheRootNamespaceLooksAtItsPrivateRulesFirst) {
  const std::string of_service = Rule("svc-ns", "s", kHost);
  const std::string exported = Rule("istio-system", "exported", "*");
  const std::string own = Rule("istio-system", "own", "*", "exportTo: [.]");
  EXPECT_EQ(Found(of_service + exported, "istio-system"), "svc-ns/s");
  EXPECT_EQ(Found(of_service + own, "istio-system"), "istio-system/own");
  EXPECT_EQ(Found(exported, "istio-system"), "istio-system/exported");
  EXPECT_EQ(Found(own, "client"), "-");
  MeshOptions mesh;
  mesh.root_namespace = "mesh";
  EXPECT_EQ(Found(Rule("mesh", "r", "*"), ClientIn("client"), mesh), "mesh/r");
  EXPECT_EQ(Found(exported, ClientIn("client"), mesh), "-");
}

TEST(DestinationRules, AMatchingSelectorWinsAndAStepWithoutOneEndsTheSearch) {
  const std::string selected =
      Rule("client", "selected", kHost, "workloadSelector: {matchLabels: {app: a}}");
  const std::string plain = Rule("client", "plain", kHost);
  const std::string of_service = Rule("svc-ns", "s", kHost);
  ClientIdentity client = ClientIn("client");
  client.labels = {{"app", "a"}, {"x", "y"}};
  EXPECT_EQ(Found(selected + plain, client), "client/selected");
  client.labels = {{"app", "b"}};
  EXPECT_EQ(Found(selected + plain, client), "client/plain");
  // The client's namespace has rules for the host, though none for this client.
  EXPECT_EQ(Found(selected + of_service, client), "-");
}

TEST(DestinationRules, SelectorsSeeTheTopologyOfTheClient) {
  ClientIdentity client = ClientIn("client");
  client.locality = "r/z1";
  EXPECT_EQ(Found(Rule("client", "zone", kHost,
                       "workloadSelector: {matchLabels: {topology.kubernetes.io/zone: z1}}"),
                  client),
            "client/zone");
}

TEST(DestinationRules, RulesWithSelectorsAreNotExported) {
  const std::string yaml = Rule("svc-ns", "s", kHost, "workloadSelector: {matchLabels: {app: a}}");
  ClientIdentity client = ClientIn("client");
  client.labels = {{"app", "a"}};
  EXPECT_EQ(Found(yaml, client), "-");
  client.namespace_name = "svc-ns";
  EXPECT_EQ(Found(yaml, client), "svc-ns/s");
}

TEST(DestinationRules, OfSeveralWithoutASelectorTheLastWins) {
  const std::string yaml =
      Rule("client", "a", kHost, "exportTo: [., x]") + Rule("client", "b", kHost, "exportTo: [.]");
  EXPECT_EQ(Found(yaml, "client"), "client/b");
}

TEST(DestinationRules, AServiceWithAWildcardHostFindsAnEqualOrWiderRule) {
  const DestinationRules rules(
      Config(Rule("client", "wide", "*.com") + Rule("client", "literal", "a.foo.com")),
      ClientIn("client"), MeshOptions());
  ASSERT_NE(rules.Find("*.foo.com", ""), nullptr);
  EXPECT_EQ(rules.Find("*.foo.com", "")->metadata.name, "wide");
  EXPECT_EQ(rules.Find("*", ""), nullptr);
}

TEST(FindSubset, FindsByName) {
  DestinationRule rule;
  rule.subsets.resize(2);
  rule.subsets[0].name = "v1";
  rule.subsets[1].name = "v2";
  EXPECT_EQ(DestinationRules::FindSubset(&rule, "v2"), &rule.subsets[1]);
  EXPECT_EQ(DestinationRules::FindSubset(&rule, "v3"), nullptr);
  EXPECT_EQ(DestinationRules::FindSubset(&rule, ""), nullptr);
  EXPECT_EQ(DestinationRules::FindSubset(nullptr, "v1"), nullptr);
}

}  // namespace
}  // namespace meshroute
