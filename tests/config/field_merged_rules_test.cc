// SPDX-License-Identifier: Apache-2.0
// MeshOptions::DestinationRuleMerging::kByField: docs/merging.md, line by line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "meshroute/config/destination_rules.h"
#include "meshroute/config/policy_parts.h"
#include "tests/config/load.h"

namespace meshroute {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kHost[] = "s.svc.svc.cluster.local";

MeshOptions ByField() {
  MeshOptions mesh;
  mesh.destination_rule_merging = MeshOptions::DestinationRuleMerging::kByField;
  return mesh;
}

// "namespace/name: members of the spec" as a DestinationRule; `created` may be empty.
std::string Rule(const std::string& text, const std::string& created = "") {
  const size_t slash = text.find('/');
  const size_t colon = text.find(": ");
  return "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {namespace: " +
         text.substr(0, slash) + ", name: " + text.substr(slash + 1, colon - slash - 1) +
         (created.empty() ? "" : ", creationTimestamp: '" + created + "'") + "}\nspec: {" +
         text.substr(colon + 2) + "}\n";
}

// Rules of a client in the namespace "web" with the label app=a, unless told otherwise.
class ByFieldTest : public testing::Test {
 protected:
  ByFieldTest() {
    client_.namespace_name = "web";
    client_.labels = {{"app", "a"}};
  }

  void Load(const std::vector<std::string>& rules) {
    std::string yaml;
    for (const std::string& rule : rules) yaml += rule.starts_with("---") ? rule : Rule(rule);
    Loaded loaded = Loaded::Yaml(yaml);
    absl::StatusOr<ValidatedConfig> config = loaded.loader().Finish();
    ASSERT_TRUE(config.ok()) << config.status();
    rules_ = std::make_unique<DestinationRules>(*config, client_, mesh_);
    istio_ = std::make_unique<DestinationRules>(*config, client_, MeshOptions());
  }

  const DestinationRule* Find() const { return rules_->Find(kHost, "svc"); }

  // "name value from origin" of each part of the policy.
  std::vector<std::string> Parts(uint32_t port = 80, std::string_view subset = "") const {
    std::vector<std::string> texts;
    for (const PolicyPart& part : ListPolicyParts(
             *rules_, Find(), port, DestinationRules::FindSubset(Find(), subset), mesh_)) {
      std::string origin = part.origin;
      if (const size_t at = origin.find("DestinationRule "); at == 0) origin.erase(0, 16);
      texts.push_back(part.name + " " + part.value + " from " + origin);
    }
    return texts;
  }

  // "namespace/name" of the rules that are merged.
  std::vector<std::string> Merged() const {
    std::vector<std::string> names;
    if (Find() == nullptr) return names;
    for (const DestinationRule* part : rules_->PartsOf(*Find())) {
      names.push_back(part->metadata.namespace_name + "/" + part->metadata.name);
    }
    return names;
  }

  EffectivePolicy Policy(uint32_t port = 80, std::string_view subset = "") const {
    return ResolvePolicy(Find(), port, DestinationRules::FindSubset(Find(), subset), mesh_);
  }

  ClientIdentity client_;
  MeshOptions mesh_ = ByField();
  std::unique_ptr<DestinationRules> rules_;
  std::unique_ptr<DestinationRules> istio_;
};

const std::string kS = "host: s.svc.svc.cluster.local";
const std::string kSelectA = ", workloadSelector: {matchLabels: {app: a}}";

TEST_F(ByFieldTest, TakesTheClientsNamespaceThenTheServicesThenTheRoots) {
  Load({"istio-system/r: " + kS, "svc/s: " + kS, "web/c: host: '*'"});
  EXPECT_THAT(Merged(), ElementsAre("web/c", "svc/s", "istio-system/r"));
  EXPECT_EQ(Find()->metadata.name, "c");
}

TEST_F(ByFieldTest, TakesTheMoreSpecificHostOfANamespaceFirst) {
  Load({"web/all: host: '*'", "web/local: host: '*.local'", "web/exact: " + kS,
        "web/other: host: '*.example.com'"});
  EXPECT_THAT(Merged(), ElementsAre("web/exact", "web/local", "web/all"));
}

TEST_F(ByFieldTest, TakesSelectedRulesOfAHostFirstThenTheOlderThenByName) {
  Load({Rule("web/young: " + kS, "2026-01-02T00:00:00Z"),
        Rule("web/old: " + kS, "2026-01-01T00:00:00Z"),
        Rule("web/mine: " + kS + kSelectA, "2026-01-03T00:00:00Z"), "web/b: " + kS, "web/a: " + kS,
        "web/theirs: " + kS + ", workloadSelector: {matchLabels: {app: b}}",
        "svc/exported: " + kS + kSelectA});
  EXPECT_THAT(Merged(), ElementsAre("web/mine", "web/a", "web/b", "web/old", "web/young"));
}

TEST_F(ByFieldTest, LeavesOutWhatTheClientMayNotUse) {
  Load({"web/hidden: " + kS + ", exportTo: [svc]", "svc/private: " + kS + ", exportTo: ['.']",
        "svc/other: " + kS + ", exportTo: [x]", "svc/mine: " + kS + ", exportTo: [web, x]",
        "fourth/f: " + kS});
  EXPECT_THAT(Merged(), ElementsAre("svc/mine"));
}

TEST_F(ByFieldTest, AClientInTheRootNamespaceTakesItsPrivateRulesFirst) {
  client_.namespace_name = "istio-system";
  Load({"istio-system/public: " + kS, "istio-system/private: host: '*', exportTo: ['.']",
        "svc/s: " + kS});
  EXPECT_THAT(Merged(), ElementsAre("istio-system/private", "svc/s", "istio-system/public"));
}

TEST_F(ByFieldTest, ARuleOfTwoStepsIsTakenOnce) {
  client_.namespace_name = "svc";
  Load({"svc/s: " + kS});
  EXPECT_THAT(Merged(), ElementsAre("svc/s"));
}

TEST_F(ByFieldTest, WithoutARuleThereIsNone) {
  Load({"web/c: host: '*.example.com'"});
  EXPECT_EQ(Find(), nullptr);
  EXPECT_THAT(Merged(), IsEmpty());
}

TEST_F(ByFieldTest, AMemberIsOfTheFirstRuleThatSetsIt) {
  Load({"web/c: " + kS +
            ", trafficPolicy: {connectionPool: {tcp: {maxConnections: 5}}, outlierDetection: "
            "{interval: 1s}}",
        "svc/s: " + kS +
            ", trafficPolicy: {connectionPool: {tcp: {maxConnections: 9, idleTimeout: 3s}, http: "
            "{maxRetries: 2}}, retryBudget: {percent: 50}}",
        "istio-system/r: host: '*', trafficPolicy: {outlierDetection: {interval: 7s, "
        "consecutive5xxErrors: 3}, retryBudget: {percent: 10, minRetryConcurrency: 4}}"});
  EXPECT_THAT(
      Parts(),
      ElementsAre("connectionPool.tcp.maxConnections 5 from web/c spec.trafficPolicy",
                  "connectionPool.tcp.idleTimeout \"3s\" from svc/s spec.trafficPolicy",
                  "connectionPool.http {\"maxRetries\":2} from svc/s spec.trafficPolicy",
                  "outlierDetection.consecutive5xxErrors 3 from istio-system/r spec.trafficPolicy",
                  "outlierDetection.interval \"1s\" from web/c spec.trafficPolicy",
                  "retryBudget.percent 50 from svc/s spec.trafficPolicy",
                  "retryBudget.minRetryConcurrency 4 from istio-system/r spec.trafficPolicy"));
  EXPECT_EQ(Policy().connection_pool->tcp->max_connections, 5);
  EXPECT_EQ(Policy().connection_pool->tcp->idle_timeout, std::chrono::seconds(3));
  EXPECT_EQ(Policy().outlier_detection->consecutive_5xx_errors, 3U);
  EXPECT_EQ(Policy().retry_budget->min_retry_concurrency, 4U);
}

TEST_F(ByFieldTest, AMemberWithItsDefaultIsNotSet) {
  Load({"web/c: " + kS + ", trafficPolicy: {connectionPool: {http: {maxRetries: 0}}}",
        "svc/s: " + kS + ", trafficPolicy: {connectionPool: {http: {maxRetries: 2}}}"});
  EXPECT_EQ(Policy().connection_pool->http->max_retries, 2);
}

TEST_F(ByFieldTest, WhatMakesSenseOnlyTogetherIsTakenWhole) {
  Load({"web/c: " + kS +
            ", trafficPolicy: {tls: {mode: SIMPLE}, loadBalancer: {warmup: {duration: 1s}}, "
            "outlierDetection: {outlierDetectionHttpErrorCodes: [500]}}",
        "svc/s: " + kS +
            ", trafficPolicy: {tls: {mode: SIMPLE, caCertificates: c}, loadBalancer: {warmup: "
            "{duration: 2s, aggression: 2}}, outlierDetection: {outlierDetectionHttpErrorCodes: "
            "[503]}}"});
  EXPECT_EQ(Policy().tls->ca_certificates, "");
  EXPECT_EQ(Policy().load_balancer->warmup->aggression, std::nullopt);
  EXPECT_THAT(Policy().outlier_detection->outlier_detection_http_error_codes, ElementsAre(500U));
}

TEST_F(ByFieldTest, TheFirstRuleDecidesBetweenWhatExcludesEachOther) {
  Load({"web/c: " + kS +
            ", trafficPolicy: {loadBalancer: {simple: RANDOM, localityLbSetting: {enabled: "
            "false}}, proxyProtocol: {version: V2}, connectionPool: {http: {useClientProtocol: "
            "true}}}",
        "svc/s: " + kS +
            ", trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x}, "
            "zoneAwareLbSetting: {}}, tunnel: {targetHost: a, targetPort: 1}, connectionPool: "
            "{http: {h2UpgradePolicy: UPGRADE}}}"});
  const EffectivePolicy policy = Policy();
  EXPECT_EQ(policy.load_balancer->consistent_hash, std::nullopt);
  EXPECT_EQ(policy.load_balancer->zone_aware_lb_setting, std::nullopt);
  EXPECT_EQ(policy.tunnel, std::nullopt);
  EXPECT_EQ(policy.connection_pool->http->h2_upgrade_policy,
            HttpSettings::H2UpgradePolicy::kDefault);
  EXPECT_TRUE(policy.proxy_protocol.has_value());
}

TEST_F(ByFieldTest, SubsetsAddUpAndTheLabelsAreOfTheFirst) {
  Load({"web/c: " + kS + ", subsets: [{name: v1, labels: {v: '1'}}]",
        "svc/s: " + kS +
            ", subsets: [{name: v1, labels: {v: x}, trafficPolicy: {outlierDetection: {interval: "
            "2s}}}, {name: v2, labels: {v: '2'}}]"});
  ASSERT_EQ(Find()->subsets.size(), 2U);
  EXPECT_EQ(Find()->subsets[0].labels, (Labels{{"v", "1"}}));
  EXPECT_EQ(Find()->subsets[1].name, "v2");
  EXPECT_THAT(Parts(80, "v1"), ElementsAre("outlierDetection {\"interval\":\"2s\"} from svc/s "
                                           "spec.subsets[v1].trafficPolicy"));
  EXPECT_EQ(rules_->OriginsOf(*Find())->Of("subsets[v2].labels"), "DestinationRule svc/s");
}

TEST_F(ByFieldTest, PortsAndSubsetsInheritMembers) {
  Load({"web/c: " + kS +
        ", trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}, outlierDetection: {interval: 5s}, "
        "retryBudget: {percent: 50}, portLevelSettings: [{port: {number: 80}, tls: {mode: "
        "SIMPLE}, connectionPool: {tcp: {maxConnections: 8}}}]}, subsets: [{name: v1, "
        "trafficPolicy: {connectionPool: {http: {http2MaxRequests: 7}}, portLevelSettings: "
        "[{port: {number: 80}, outlierDetection: {baseEjectionTime: 9s}}]}}]"});
  EXPECT_THAT(
      Parts(80, "v1"),
      ElementsAre(
          "loadBalancer {\"simple\":\"ROUND_ROBIN\"} from web/c spec.trafficPolicy",
          "connectionPool.tcp {\"maxConnections\":8} from web/c "
          "spec.trafficPolicy.portLevelSettings[80]",
          "connectionPool.http {\"http2MaxRequests\":7} from web/c spec.subsets[v1].trafficPolicy",
          "outlierDetection.interval \"5s\" from web/c spec.trafficPolicy",
          "outlierDetection.baseEjectionTime \"9s\" from web/c "
          "spec.subsets[v1].trafficPolicy.portLevelSettings[80]",
          "tls {\"mode\":\"SIMPLE\"} from web/c spec.trafficPolicy.portLevelSettings[80]",
          "retryBudget {\"percent\":50} from web/c spec.trafficPolicy"));
  EXPECT_EQ(Policy(81, "v1").tls, std::nullopt);
  EXPECT_EQ(Policy(81).connection_pool, std::nullopt);
}

TEST_F(ByFieldTest, ASubsetOfALessSpecificRuleGoesBeforeTheTopOfAMoreSpecificOne) {
  Load({"web/c: " + kS + ", trafficPolicy: {loadBalancer: {simple: RANDOM}}",
        "svc/s: " + kS +
            ", subsets: [{name: v1, trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}}]"});
  EXPECT_EQ(Policy(80, "v1").load_balancer->simple, LoadBalancerSettings::Simple::kRoundRobin);
  EXPECT_EQ(Policy(80).load_balancer->simple, LoadBalancerSettings::Simple::kRandom);
}

TEST_F(ByFieldTest, PortEntriesOfSeveralRulesAreMergedByPort) {
  const auto at = [](const std::string& rule, const std::string& port, const std::string& rest) {
    return rule + kS + ", trafficPolicy: {portLevelSettings: [{port: {number: " + port + "}, " +
           rest + "}]}";
  };
  Load({at("web/c: ", "80", "connectionPool: {tcp: {maxConnections: 1}}"),
        at("svc/s: ", "80", "connectionPool: {tcp: {maxConnections: 2, idleTimeout: 2s}}"),
        at("istio-system/r: ", "81", "connectionPool: {tcp: {maxConnections: 3}}")});
  EXPECT_THAT(Parts(80), ElementsAre("connectionPool.tcp.maxConnections 1 from web/c "
                                     "spec.trafficPolicy.portLevelSettings[80]",
                                     "connectionPool.tcp.idleTimeout \"2s\" from svc/s "
                                     "spec.trafficPolicy.portLevelSettings[80]"));
  EXPECT_EQ(Policy(81).connection_pool->tcp->max_connections, 3);
}

TEST_F(ByFieldTest, TheMeshsDefaultsComeLastMemberByMember) {
  mesh_.default_outlier_detection.emplace().interval = std::chrono::seconds(4);
  mesh_.default_outlier_detection->consecutive_5xx_errors = 9;
  Load({"web/c: " + kS + ", trafficPolicy: {outlierDetection: {interval: 1s}}"});
  EXPECT_THAT(Parts(),
              ElementsAre("outlierDetection.consecutive5xxErrors 9 from MeshConfig "
                          "defaultTrafficPolicy",
                          "outlierDetection.interval \"1s\" from web/c spec.trafficPolicy"));
}

TEST_F(ByFieldTest, AHashKeyIsThatOfTheBalancer) {
  Load({"web/c: " + kS +
        ", trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: top}}, "
        "portLevelSettings: [{port: {number: 80}, loadBalancer: {consistentHash: {httpHeaderName: "
        "port}}}, {port: {number: 81}, loadBalancer: {simple: RANDOM}}, {port: {number: 82}, tls: "
        "{}}]}"});
  const auto key = [&](uint32_t port) -> std::string {
    const ConsistentHash* const hash =
        ResolveHashKey(Find(), nullptr, port, mesh_.destination_rule_merging);
    const EffectivePolicy policy = Policy(port);
    EXPECT_EQ(hash != nullptr, policy.load_balancer->consistent_hash.has_value());
    return hash == nullptr ? "none" : *hash->http_header_name;
  };
  EXPECT_EQ(key(80), "port");
  EXPECT_EQ(key(81), "none");
  EXPECT_EQ(key(82), "top");
}

// Where one rule applies and each block stands on one level only.
TEST_F(ByFieldTest, IsAsIstioWhereNothingIsMerged) {
  Load({"web/c: " + kS +
        ", trafficPolicy: {loadBalancer: {simple: RANDOM}, connectionPool: {tcp: {maxConnections: "
        "5}}, retryBudget: {percent: 50}}, subsets: [{name: v1, labels: {v: '1'}, trafficPolicy: "
        "{outlierDetection: {interval: 1s}, tls: {mode: SIMPLE}}}, {name: v2}]"});
  const DestinationRule* const rule = istio_->Find(kHost, "svc");
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(Find()->subsets, rule->subsets);
  EXPECT_EQ(Find()->traffic_policy, rule->traffic_policy);
  for (const std::string_view subset : {"", "v1", "v2"}) {
    EXPECT_EQ(Policy(80, subset),
              ResolvePolicy(rule, 80, DestinationRules::FindSubset(rule, subset), MeshOptions()))
        << subset;
  }
}

TEST_F(ByFieldTest, AnExtensionIsOfTheFirstRuleThatHasIt) {
  const auto with = [](const std::string& rule, const std::string& json) {
    std::string text = Rule(rule);
    return text.insert(text.find("}\nspec"),
                       ", annotations: {meshroute.io/outlier-detection: '" + json + "'}");
  };
  Load({"web/c: " + kS, with("svc/s: " + kS, R"({"alwaysEjectOneEndpoint": true})"),
        with("istio-system/r: host: '*'", R"({"shadow": true})")});
  ASSERT_TRUE(Policy().outlier_detection_extension.has_value());
  EXPECT_EQ(Policy().outlier_detection_extension,
            rules_->PartsOf(*Find())[1]->outlier_detection_extension);
  EXPECT_THAT(Parts(), IsEmpty()) << "without detection it does nothing";
  mesh_.default_outlier_detection.emplace().consecutive_5xx_errors = 9;
  EXPECT_EQ(Parts().back(),
            "meshroute.io/outlier-detection {\"alwaysEjectOneEndpoint\":true} from svc/s "
            "metadata.annotations");
}

TEST_F(ByFieldTest, AnyNumberOfRulesIsMergedInBoundedTime) {
  constexpr size_t kRules = 10'000;
  Resources resources;
  for (size_t i = 0; i < kRules; ++i) {
    const std::string number = std::to_string(100'000 + i);
    DestinationRule& rule = resources.destination_rules.emplace_back();
    rule.metadata.name = "r" + number;
    rule.metadata.namespace_name = "web";
    rule.host = kHost;
    rule.subsets.emplace_back().name = "v" + number;
    rule.traffic_policy.emplace().retry_budget.emplace().percent = 1;
  }
  const absl::StatusOr<ValidatedConfig> config = Validate(resources);
  ASSERT_TRUE(config.ok());
  const DestinationRules rules(*config, client_, mesh_);
  EXPECT_EQ(rules.Find(kHost, "svc")->subsets.size(), kRules);
  EXPECT_EQ(rules.Find(kHost, "svc"), rules.Find(kHost, "svc"));
}

}  // namespace
}  // namespace meshroute
