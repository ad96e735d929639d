// SPDX-License-Identifier: Apache-2.0
// DestinationRule: which rule a client gets for a host, and which policy that makes for
// a port and a subset. A row's name is the path of the field that it is about.
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/config/destination_rules.h"
#include "meshroute/config/json.h"
#include "meshroute/config/writer.h"
#include "tests/conformance/conformance.h"

namespace meshroute {
namespace {

// `host: s.svc.svc.cluster.local` is a service of the namespace "svc"; the root
// namespace is istio-system.
constexpr char kHost[] = "s.svc.svc.cluster.local";

struct ChoiceRow {
  const char* field;

  // "namespace/name: members of the spec", one rule for each element.
  std::vector<std::string> rules;

  // "namespace | label: value, ..."
  std::string client;

  // "namespace/name [subset of labels, ...]" of the rule that applies, or "none".
  std::string expected;
};

void PrintTo(const ChoiceRow& row, std::ostream* out) { *out << row.field; }

ValidatedConfig Load(const std::string& yaml) {
  ResourceLoader loader({});
  AddYaml({"test.yaml", yaml}, loader);
  absl::StatusOr<ValidatedConfig> config = loader.Finish();
  EXPECT_TRUE(config.ok()) << config.status() << yaml;
  return config.ok() ? *std::move(config) : ValidatedConfig();
}

ClientIdentity ClientOf(const std::string& text) {
  const auto parts = ConformanceRequest::Split(text, " | ");
  ClientIdentity client;
  client.namespace_name = parts[0];
  for (const std::string_view pair : parts.size() < 2 ? std::vector<std::string_view>()
                                                      : ConformanceRequest::Split(parts[1], ", ")) {
    const size_t colon = pair.find(": ");
    client.labels.emplace(pair.substr(0, colon), pair.substr(colon + 2));
  }
  return client;
}

std::string Chosen(const DestinationRule* rule) {
  if (rule == nullptr) return "none";
  std::string text = rule->metadata.namespace_name + "/" + rule->metadata.name;
  std::string subsets;
  for (const Subset& subset : rule->subsets) {
    subsets += (subsets.empty() ? "" : ", ") + subset.name;
    for (const auto& [key, value] : subset.labels) subsets += " " + key + "=" + value;
  }
  return subsets.empty() ? text : text + " [" + subsets + "]";
}

class RuleChoice : public testing::TestWithParam<ChoiceRow> {};

TEST_P(RuleChoice, Holds) {
  std::string yaml;
  for (const std::string& rule : GetParam().rules) {
    const size_t colon = rule.find(": ");
    yaml += Object("DestinationRule", rule.substr(0, colon), "{" + rule.substr(colon + 2) + "}");
  }
  const DestinationRules rules(Load(yaml), ClientOf(GetParam().client), MeshOptions());
  EXPECT_EQ(Chosen(rules.Find(kHost, "svc")), GetParam().expected) << yaml;
}

template <typename Row>
std::string NameOfRow(const testing::TestParamInfo<Row>& info) {
  std::string name = info.param.field;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name + "_" + std::to_string(info.index);
}

const std::string kS = "host: s.svc.svc.cluster.local";
const std::string kSelectA = ", workloadSelector: {matchLabels: {app: a}}";

const ChoiceRow kHosts[] = {
    // A short name is completed with the rule's own namespace; what has a dot is complete.
    {"host", {"svc/r: host: s"}, "web", "svc/r"},
    {"host", {"web/r: host: s"}, "web", "none"},
    {"host", {"web/r: host: s.svc"}, "web", "none"},
    {"host", {"web/r: " + kS}, "web", "web/r"},
    {"host", {"web/r: host: S.svc.SVC.cluster.local"}, "web", "web/r"},
    {"host", {"web/r: host: '*.svc.cluster.local'"}, "web", "web/r"},
    {"host", {"web/r: host: '*'"}, "web", "web/r"},
    {"host", {"web/r: host: '*.example.com'"}, "web", "none"},
    // In one step an exact host beats a wildcard, a longer wildcard a shorter one.
    {"host", {"web/a: host: '*.local'", "web/b: " + kS}, "web", "web/b"},
    {"host", {"web/a: host: '*.local'", "web/b: host: '*.cluster.local'"}, "web", "web/b"},
    // The steps: the client's namespace, the service's, the root's; the first decides.
    {"metadata.namespace", {"web/a: " + kS, "svc/b: " + kS}, "web", "web/a"},
    {"metadata.namespace", {"web/a: host: '*'", "svc/b: " + kS}, "web", "web/a"},
    {"metadata.namespace", {"svc/a: " + kS, "istio-system/b: " + kS}, "web", "svc/a"},
    {"metadata.namespace", {"svc/a: host: '*'", "istio-system/b: " + kS}, "web", "svc/a"},
    {"metadata.namespace", {"istio-system/a: host: '*'"}, "web", "istio-system/a"},
    {"metadata.namespace", {"fourth/a: " + kS + ", exportTo: ['*']"}, "web", "none"},
    {"metadata.namespace", {"fourth/a: " + kS + ", exportTo: [web]"}, "web", "none"},
    // A client in the root namespace sees only that namespace's private rules first.
    {"metadata.namespace", {"istio-system/a: " + kS, "svc/b: " + kS}, "istio-system", "svc/b"},
    {"metadata.namespace",
     {"istio-system/a: " + kS + ", exportTo: ['.']", "svc/b: " + kS},
     "istio-system",
     "istio-system/a"},
};
INSTANTIATE_TEST_SUITE_P(Hosts, RuleChoice, testing::ValuesIn(kHosts), NameOfRow<ChoiceRow>);

const ChoiceRow kExports[] = {
    {"exportTo", {"svc/a: " + kS}, "web", "svc/a"},
    {"exportTo", {"svc/a: " + kS + ", exportTo: ['*']"}, "web", "svc/a"},
    {"exportTo", {"svc/a: " + kS + ", exportTo: ['.']"}, "web", "none"},
    {"exportTo", {"svc/a: " + kS + ", exportTo: ['.']"}, "svc", "svc/a"},
    {"exportTo", {"svc/a: " + kS + ", exportTo: [svc]"}, "web", "none"},
    {"exportTo", {"svc/a: " + kS + ", exportTo: [web]"}, "web", "svc/a"},
    {"exportTo", {"svc/a: " + kS + ", exportTo: [web]"}, "other", "none"},
    // A list without the rule's own namespace hides it from home.
    {"exportTo", {"svc/a: " + kS + ", exportTo: [web]"}, "svc", "none"},
    // An unseen specific rule is not replaced by a wider one of its step; the next step is.
    {"exportTo", {"svc/a: " + kS + ", exportTo: [other]", "svc/b: host: '*'"}, "web", "none"},
    {"exportTo",
     {"svc/a: " + kS + ", exportTo: [other]", "istio-system/b: host: '*'"},
     "web",
     "istio-system/b"},
};
INSTANTIATE_TEST_SUITE_P(Exports, RuleChoice, testing::ValuesIn(kExports), NameOfRow<ChoiceRow>);

const ChoiceRow kSelectors[] = {
    {"workloadSelector.matchLabels", {"web/a: " + kS + kSelectA}, "web | app: a", "web/a"},
    {"workloadSelector.matchLabels", {"web/a: " + kS + kSelectA}, "web | app: a, v: 1", "web/a"},
    {"workloadSelector.matchLabels", {"web/a: " + kS + kSelectA}, "web | app: b", "none"},
    {"workloadSelector.matchLabels", {"web/a: " + kS + kSelectA}, "web", "none"},
    {"workloadSelector.matchLabels",
     {"web/a: " + kS + ", workloadSelector: {matchLabels: {app: a, v: '1'}}"},
     "web | app: a",
     "none"},
    // Never exported, from whichever namespace.
    {"workloadSelector.matchLabels", {"svc/a: " + kS + kSelectA}, "web | app: a", "none"},
    {"workloadSelector.matchLabels", {"istio-system/a: " + kS + kSelectA}, "web | app: a", "none"},
    // Beats a rule for everybody, which the others get; whichever is older.
    {"workloadSelector.matchLabels",
     {"web/a: " + kS, "web/b: " + kS + kSelectA},
     "web | app: a",
     "web/b"},
    {"workloadSelector.matchLabels", {"web/a: " + kS, "web/b: " + kS + kSelectA}, "web", "web/a"},
    // It is chosen among the rules of the most specific host alone.
    {"workloadSelector.matchLabels",
     {"web/a: " + kS, "web/b: host: '*'" + kSelectA},
     "web | app: a",
     "web/a"},
    // A step with a rule for the host ends the search, though none is for this client.
    {"workloadSelector.matchLabels", {"web/a: " + kS + kSelectA, "svc/b: " + kS}, "web", "none"},
};
INSTANTIATE_TEST_SUITE_P(Selectors, RuleChoice, testing::ValuesIn(kSelectors),
                         NameOfRow<ChoiceRow>);

std::string Named(const std::string& rest, const std::string& subset, const std::string& label) {
  return kS + rest + ", subsets: [{name: " + subset + ", labels: {v: " + label + "}}]";
}

// Rules of one host in one namespace.
const ChoiceRow kMerges[] = {
    {"subsets",
     {"web/a: " + Named("", "v1", "a"), "web/b: " + Named("", "v2", "b")},
     "web",
     "web/a [v1 v=a, v2 v=b]"},
    {"subsets",
     {"web/a: " + Named("", "v1", "a"), "web/b: " + Named("", "v1", "b")},
     "web",
     "web/a [v1 v=a]"},
    // Not over different hosts, namespaces or steps.
    {"subsets",
     {"web/a: " + Named("", "v1", "a"), "web/b: host: '*', subsets: [{name: v2}]",
      "svc/c: " + Named("", "v3", "c")},
     "web",
     "web/a [v1 v=a]"},
    // Short and complete names of one host are one host.
    {"subsets",
     {"svc/a: host: s, subsets: [{name: v1}]", "svc/b: " + Named("", "v2", "b")},
     "web",
     "svc/a [v1, v2 v=b]"},
    // Different sets of exports stay apart, and of those that are seen the last counts.
    {"exportTo",
     {"svc/a: " + Named(", exportTo: [web]", "v1", "a"),
      "svc/b: " + Named(", exportTo: [other]", "v2", "b")},
     "web",
     "svc/a [v1 v=a]"},
    {"exportTo",
     {"web/a: " + Named("", "v1", "a"), "web/b: " + Named(", exportTo: ['*']", "v2", "b")},
     "web",
     "web/b [v2 v=b]"},
    // A wider set is merged into a narrower one, and its wider export is lost.
    {"exportTo",
     {"svc/a: " + Named(", exportTo: [web]", "v1", "a"),
      "svc/b: " + Named(", exportTo: [web, other]", "v2", "b")},
     "web",
     "svc/a [v1 v=a, v2 v=b]"},
    {"exportTo",
     {"svc/a: " + Named(", exportTo: [web]", "v1", "a"),
      "svc/b: " + Named(", exportTo: [web, other]", "v2", "b")},
     "other",
     "none"},
    // Equal selectors merge, different ones stay apart.
    {"workloadSelector",
     {"web/a: " + Named(kSelectA, "v1", "a"), "web/b: " + Named(kSelectA, "v2", "b")},
     "web | app: a",
     "web/a [v1 v=a, v2 v=b]"},
    {"workloadSelector",
     {"web/a: " + Named(kSelectA, "v1", "a"),
      "web/b: " + Named(", workloadSelector: {matchLabels: {app: b}}", "v2", "b")},
     "web | app: b",
     "web/b [v2 v=b]"},
    // A selected client sees nothing of a rule for everybody that has no exportTo ...
    {"workloadSelector",
     {"web/a: " + Named("", "v1", "a"), "web/b: " + Named(kSelectA, "v2", "b")},
     "web | app: a",
     "web/b [v2 v=b]"},
    // ... one with exactly "." is taken in, and lost to the others ...
    {"workloadSelector",
     {"web/a: " + Named(", exportTo: ['.']", "v1", "a"), "web/b: " + Named(kSelectA, "v2", "b")},
     "web | app: a",
     "web/b [v2 v=b, v1 v=a]"},
    {"workloadSelector",
     {"web/a: " + Named(", exportTo: ['.']", "v1", "a"), "web/b: " + Named(kSelectA, "v2", "b")},
     "web",
     "none"},
    // ... and one with more than "." is taken in and kept.
    {"workloadSelector",
     {"web/a: " + Named(", exportTo: ['.', x]", "v1", "a"), "web/b: " + Named(kSelectA, "v2", "b")},
     "web",
     "web/a [v1 v=a]"},
};
INSTANTIATE_TEST_SUITE_P(Merges, RuleChoice, testing::ValuesIn(kMerges), NameOfRow<ChoiceRow>);

struct PolicyRow {
  const char* field;
  std::string rule;      // Members of the spec besides `host`.
  std::string question;  // "80", "80 v1": a port and a subset.

  // The blocks in force as JSON, in Istio's order; or the labels: "labels v=1".
  std::string expected;
};

void PrintTo(const PolicyRow& row, std::ostream* out) { *out << row.field; }

std::string BlocksOf(const EffectivePolicy& policy) {
  TrafficPolicy blocks;
  blocks.load_balancer = policy.load_balancer;
  blocks.connection_pool = policy.connection_pool;
  blocks.outlier_detection = policy.outlier_detection;
  blocks.tls = policy.tls;
  blocks.tunnel = policy.tunnel;
  blocks.proxy_protocol = policy.proxy_protocol;
  blocks.retry_budget = policy.retry_budget;
  return WriteCompactJson(ToDocument(blocks));
}

class EffectivePolicyRow : public testing::TestWithParam<PolicyRow> {};

TEST_P(EffectivePolicyRow, Holds) {
  const PolicyRow& row = GetParam();
  const ValidatedConfig config =
      Load(Object("DestinationRule", "svc/r", "{host: s, " + row.rule + "}"));
  const DestinationRules rules(config, ClientIdentity(), MeshOptions());
  const DestinationRule* const rule = rules.Find(kHost, "svc");
  ASSERT_NE(rule, nullptr);
  const auto parts = ConformanceRequest::Split(row.question, " ");
  const auto port = static_cast<uint32_t>(std::stoul(std::string(parts[0])));
  const Subset* const subset =
      parts.size() < 2 ? nullptr : DestinationRules::FindSubset(rule, parts[1]);
  EXPECT_EQ(BlocksOf(ResolvePolicy(rule, port, subset, MeshOptions())), row.expected) << row.rule;
}

const std::string kTlsAt80 = "portLevelSettings: [{port: {number: 80}, tls: {mode: SIMPLE}}]";
const std::string kLbAndOutlier = "loadBalancer: {simple: ROUND_ROBIN}, outlierDetection: {}";
const char kRoundRobin[] = R"({"loadBalancer":{"simple":"ROUND_ROBIN"}})";

const PolicyRow kPolicies[] = {
    {"trafficPolicy.loadBalancer", "trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}", "80",
     kRoundRobin},
    {"trafficPolicy.loadBalancer", "trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}",
     "8080 v1", kRoundRobin},
    {"trafficPolicy.connectionPool", "trafficPolicy: {connectionPool: {tcp: {maxConnections: 5}}}",
     "80", R"({"connectionPool":{"tcp":{"maxConnections":5}}})"},
    {"trafficPolicy.outlierDetection", "trafficPolicy: {outlierDetection: {}}", "80",
     R"({"outlierDetection":{}})"},
    {"trafficPolicy.tls", "trafficPolicy: {tls: {mode: SIMPLE}}", "80",
     R"({"tls":{"mode":"SIMPLE"}})"},
    {"trafficPolicy.tunnel", "trafficPolicy: {tunnel: {targetHost: x, targetPort: 1}}", "80",
     R"({"tunnel":{"targetHost":"x","targetPort":1}})"},
    {"trafficPolicy.proxyProtocol", "trafficPolicy: {proxyProtocol: {}}", "80",
     R"({"proxyProtocol":{}})"},
    {"trafficPolicy.retryBudget", "trafficPolicy: {retryBudget: {percent: 50}}", "80",
     R"({"retryBudget":{"percent":50}})"},
    // A port entry replaces all four blocks of its level, and drops the other three.
    {"trafficPolicy.portLevelSettings", "trafficPolicy: {" + kLbAndOutlier + ", " + kTlsAt80 + "}",
     "80", R"({"tls":{"mode":"SIMPLE"}})"},
    {"trafficPolicy.portLevelSettings", "trafficPolicy: {" + kLbAndOutlier + ", " + kTlsAt80 + "}",
     "8080", R"({"loadBalancer":{"simple":"ROUND_ROBIN"},"outlierDetection":{}})"},
    {"trafficPolicy.portLevelSettings",
     "trafficPolicy: {tunnel: {targetHost: x, targetPort: 1}, retryBudget: {}, " + kTlsAt80 + "}",
     "80", R"({"tls":{"mode":"SIMPLE"}})"},
    {"trafficPolicy.portLevelSettings", "trafficPolicy: {proxyProtocol: {}, " + kTlsAt80 + "}",
     "80", R"({"tls":{"mode":"SIMPLE"}})"},
    // The first entry of a port counts.
    {"trafficPolicy.portLevelSettings.port",
     "trafficPolicy: {portLevelSettings: [{port: {number: 80}, loadBalancer: {simple: "
     "ROUND_ROBIN}}, {port: {number: 80}, tls: {mode: SIMPLE}}]}",
     "80", kRoundRobin},
    {"trafficPolicy.portLevelSettings.port", "trafficPolicy: {" + kTlsAt80 + "}", "81", "{}"},
    // A subset takes a block whole, and what it lacks from the rule.
    {"subsets.trafficPolicy",
     "trafficPolicy: {connectionPool: {tcp: {maxConnections: 5}}}, subsets: [{name: v1, "
     "trafficPolicy: {connectionPool: {http: {http2MaxRequests: 7}}}}]",
     "80 v1", R"({"connectionPool":{"http":{"http2MaxRequests":7}}})"},
    {"subsets.trafficPolicy",
     "trafficPolicy: {" + kLbAndOutlier +
         "}, subsets: [{name: v1, trafficPolicy: {loadBalancer: {simple: RANDOM}}}]",
     "80 v1", R"({"loadBalancer":{"simple":"RANDOM"},"outlierDetection":{}})"},
    {"subsets.trafficPolicy",
     "subsets: [{name: v1, trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}}]", "80 v1",
     kRoundRobin},
    {"subsets.trafficPolicy",
     "subsets: [{name: v1, trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}}]", "80", "{}"},
    // Even over the rule's entry for the port.
    {"subsets.trafficPolicy",
     "trafficPolicy: {loadBalancer: {simple: RANDOM}, portLevelSettings: [{port: {number: 80}, "
     "loadBalancer: {simple: ROUND_ROBIN}}]}, subsets: [{name: v1, trafficPolicy: {loadBalancer: "
     "{simple: LEAST_REQUEST}}}]",
     "80 v1", R"({"loadBalancer":{"simple":"LEAST_REQUEST"}})"},
    // Its own entry for the port wipes what it would inherit; one for another port does not.
    {"subsets.trafficPolicy.portLevelSettings",
     "trafficPolicy: {outlierDetection: {}}, subsets: [{name: v1, trafficPolicy: "
     "{portLevelSettings: [{port: {number: 80}, loadBalancer: {simple: ROUND_ROBIN}}]}}]",
     "80 v1", kRoundRobin},
    {"subsets.trafficPolicy.portLevelSettings",
     "trafficPolicy: {outlierDetection: {}}, subsets: [{name: v1, trafficPolicy: "
     "{portLevelSettings: [{port: {number: 80}, loadBalancer: {simple: ROUND_ROBIN}}]}}]",
     "81 v1", R"({"outlierDetection":{}})"},
    {"subsets.trafficPolicy.retryBudget",
     "trafficPolicy: {retryBudget: {percent: 50}}, subsets: [{name: v1, trafficPolicy: "
     "{loadBalancer: {simple: RANDOM}}}]",
     "80 v1", R"({"loadBalancer":{"simple":"RANDOM"},"retryBudget":{"percent":50}})"},
};
INSTANTIATE_TEST_SUITE_P(Policies, EffectivePolicyRow, testing::ValuesIn(kPolicies),
                         NameOfRow<PolicyRow>);

// subsets[].labels: what a subset selects, by the endpoints that carry them.
TEST(SubsetLabels, SelectEndpointsThatHaveAllPairsAndWithoutLabelsAll) {
  const Labels endpoint{{"app", "s"}, {"v", "1"}};
  EXPECT_TRUE(LabelsCover(endpoint, {{"v", "1"}}));
  EXPECT_FALSE(LabelsCover(endpoint, {{"v", "2"}}));
  EXPECT_FALSE(LabelsCover(endpoint, {{"v", "1"}, {"w", ""}}));
  EXPECT_TRUE(LabelsCover(endpoint, {}));
}

}  // namespace
}  // namespace meshroute
