// SPDX-License-Identifier: Apache-2.0
// What becomes of several DestinationRules for one host in one namespace.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "meshroute/config/destination_rules.h"
#include "tests/config/load.h"

namespace meshroute {
namespace {

constexpr char kSelector[] = "workloadSelector: {matchLabels: {app: a}}";

// One rule for the host `s` in the namespace "ns". Its subset is named as it
// is, and a traffic policy, if it has one, has as many maxConnections.
struct Rule {
  std::string name;
  std::string rest = "";
  int32_t max_connections = 0;
  std::string timestamp = "";
};

std::string Yaml(const std::vector<Rule>& rules) {
  std::string yaml;
  for (const Rule& rule : rules) {
    yaml += "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: " +
            rule.name + ", namespace: ns";
    if (!rule.timestamp.empty()) yaml += ", creationTimestamp: '" + rule.timestamp + "'";
    yaml += "}\nspec: {host: s, subsets: [{name: " + rule.name + ", labels: {of: " + rule.name +
            "}}, {name: common, labels: {of: " + rule.name + "}}]";
    if (!rule.rest.empty()) yaml += ", " + rule.rest;
    if (rule.max_connections > 0) {
      yaml += ", trafficPolicy: {connectionPool: {tcp: {maxConnections: " +
              std::to_string(rule.max_connections) + "}}}";
    }
    yaml += "}\n";
  }
  return yaml;
}

// What a client with `labels` in `namespace_name` gets: the names of the
// subsets, of whom the common one is, and the traffic policy's number.
std::string Seen(const std::vector<Rule>& rules, const Labels& labels = {},
                 const std::string& namespace_name = "ns") {
  Loaded loaded = Loaded::Yaml(Yaml(rules));
  const absl::StatusOr<ValidatedConfig> config = loaded.loader().Finish();
  EXPECT_TRUE(config.ok()) << config.status();
  ClientIdentity client;
  client.namespace_name = namespace_name;
  client.labels = labels;
  const DestinationRules merged(*config, client, MeshOptions());
  const DestinationRule* const rule = merged.Find("s.ns.svc.cluster.local", "ns");
  if (rule == nullptr) return "nothing";
  std::string seen;
  for (const Subset& subset : rule->subsets) {
    seen += subset.name == "common" ? "(" + subset.labels.at("of") + ")" : subset.name;
    seen += ' ';
  }
  const int32_t number =
      rule->traffic_policy ? rule->traffic_policy->connection_pool->tcp->max_connections : 0;
  return seen + std::to_string(number);
}

TEST(MergeDestinationRules, SubsetsAddUpAndTheFirstOfANameStands) {
  EXPECT_EQ(Seen({{"a"}, {"b"}, {"c"}}), "a (a) b c 0");
}

TEST(MergeDestinationRules, TheFirstTrafficPolicyStandsWhole) {
  EXPECT_EQ(Seen({{"a", "", 1}, {"b", "", 2}}), "a (a) b 1");
  EXPECT_EQ(Seen({{"a", "", 0}, {"b", "", 2}, {"c", "", 3}}), "a (a) b c 2");
}

TEST(MergeDestinationRules, TheOldestComesFirstThenTheFirstByName) {
  EXPECT_EQ(Seen({{"b", "", 2}, {"a", "", 1}}), "a (a) b 1");
  EXPECT_EQ(Seen({{"a", "", 1, "2026-01-02T00:00:01Z"}, {"b", "", 2, "2026-01-02T00:00:00Z"}}),
            "b (b) a 2");
}

TEST(MergeDestinationRules, DifferentExportsStayApart) {
  // The last without a selector is the one that counts.
  EXPECT_EQ(Seen({{"a", "exportTo: [., x]", 1}, {"b", "exportTo: [., y]", 2}}), "b (b) 2");
  EXPECT_EQ(Seen({{"a", "exportTo: [., x]", 1}, {"b", "exportTo: [., y]", 2}}, {}, "x"), "a (a) 1");
  EXPECT_EQ(Seen({{"a", "", 1}, {"b", "exportTo: ['*']", 2}}), "b (b) 2");
}

TEST(MergeDestinationRules, EqualExportsMergeInAnyOrder) {
  EXPECT_EQ(Seen({{"a", "exportTo: [., x]"}, {"b", "exportTo: [x, .]"}}), "a (a) b 0");
}

TEST(MergeDestinationRules, AWiderExportIsMergedIntoANarrowerOneAndLost) {
  const std::vector<Rule> rules{{"a", "exportTo: [., x]"}, {"b", "exportTo: [., x, y]"}};
  EXPECT_EQ(Seen(rules), "a (a) b 0");
  EXPECT_EQ(Seen(rules, {}, "x"), "a (a) b 0");
  EXPECT_EQ(Seen(rules, {}, "y"), "nothing");
}

TEST(MergeDestinationRules, ANarrowerExportIsNotMergedIntoAWiderOne) {
  const std::vector<Rule> rules{{"a", "exportTo: [., x, y]"}, {"b", "exportTo: [., x]"}};
  EXPECT_EQ(Seen(rules), "b (b) 0");
  EXPECT_EQ(Seen(rules, {}, "y"), "a (a) 0");
}

TEST(MergeDestinationRules, EqualSelectorsMerge) {
  EXPECT_EQ(Seen({{"a", kSelector}, {"b", kSelector}}, {{"app", "a"}}), "a (a) b 0");
}

TEST(MergeDestinationRules, DifferentSelectorsStayApart) {
  const std::vector<Rule> rules{{"a", kSelector},
                                {"b", "workloadSelector: {matchLabels: {app: b}}"}};
  EXPECT_EQ(Seen(rules, {{"app", "a"}}), "a (a) 0");
  EXPECT_EQ(Seen(rules, {{"app", "b"}}), "b (b) 0");
  EXPECT_EQ(Seen(rules, {{"app", "c"}}), "nothing");
}

TEST(MergeDestinationRules, ASelectedClientSeesNothingOfTheCommonRule) {
  const std::vector<Rule> rules{{"a", "", 1}, {"b", kSelector, 2}};
  EXPECT_EQ(Seen(rules, {{"app", "a"}}), "b (b) 2");
  EXPECT_EQ(Seen(rules), "a (a) 1");
}

TEST(MergeDestinationRules, APrivateCommonRuleIsLostInASelectedOne) {
  const std::vector<Rule> rules{{"a", "exportTo: [.]", 1}, {"b", kSelector}};
  EXPECT_EQ(Seen(rules, {{"app", "a"}}), "b (b) a 1");
  EXPECT_EQ(Seen(rules), "nothing");
}

TEST(MergeDestinationRules, ACommonRuleForMoreThanHomeIsMergedAndKept) {
  const std::vector<Rule> rules{{"a", "exportTo: [., x]", 1}, {"b", kSelector}};
  EXPECT_EQ(Seen(rules, {{"app", "a"}}), "b (b) a 1");
  EXPECT_EQ(Seen(rules), "a (a) 1");
  EXPECT_EQ(Seen(rules, {}, "x"), "a (a) 1");
}

TEST(MergeDestinationRules, SelectorsComeFirstWhateverTheirAge) {
  const std::vector<Rule> rules{{"a", "exportTo: [., x]", 1, "2020-01-01T00:00:00Z"},
                                {"b", kSelector, 2, "2026-01-01T00:00:00Z"}};
  EXPECT_EQ(Seen(rules, {{"app", "a"}}), "b (b) a 2");
}

// So many rules of one host that comparing each pair would take minutes.
TEST(MergeDestinationRules, AnyNumberOfRulesIsMergedInBoundedTime) {
  constexpr size_t kRules = 20'000;
  Resources resources;
  for (size_t i = 0; i < kRules; ++i) {
    const std::string number = std::to_string(100'000 + i);
    DestinationRule& rule = resources.destination_rules.emplace_back();
    // Istio's order of names: those for all come before those for some.
    rule.metadata.name = (i % 3 == 0 ? "r" : "a") + number;
    rule.metadata.namespace_name = "ns";
    rule.host = "s";
    rule.subsets.emplace_back().name = "v" + number;
    if (i % 3 == 0) rule.export_to = {"x" + number};
    if (i % 3 == 1) rule.workload_selector.emplace().labels = {{"app", number}};
  }
  const absl::StatusOr<ValidatedConfig> config = Validate(resources);
  ASSERT_TRUE(config.ok());
  ClientIdentity client;
  client.namespace_name = "ns";
  client.labels = {{"app", "100001"}};
  const std::string host = "s.ns.svc.cluster.local";
  const DestinationRules selected(*config, client, MeshOptions());
  EXPECT_EQ(selected.Find(host, "ns")->subsets[0].name, "v100001");
  client.labels.clear();
  const DestinationRules others(*config, client, MeshOptions());
  EXPECT_EQ(others.Find(host, "ns")->subsets.size(), kRules / 3) << "those without exportTo";
  EXPECT_EQ(others.FindFrom("x100003", host, "ns")->subsets.back().name, "v100003");
}

}  // namespace
}  // namespace meshroute
