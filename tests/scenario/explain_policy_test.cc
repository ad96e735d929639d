// SPDX-License-Identifier: Apache-2.0
// What Explain tells of a destination's policy beyond Istio's own: extensions, the balancer
// that they choose, endpoints that are on trial or warming up.
#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "meshroute/config/json.h"
#include "tests/scenario/scenario.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ExplainPolicyScenario : public ScenarioTest {
 protected:
  // Rules of ratings: annotations, and members of a trafficPolicy.
  void LoadPolicy(const std::string& annotations, const std::string& policy) {
    Load(
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\n"
        "metadata: {name: r, annotations: {" +
        annotations + "}}\nspec: {host: ratings, trafficPolicy: {" + policy + "}}\n");
  }

  Decision Explain() const {
    ScriptedRandom zeros;
    return router_.Explain({.authority = "ratings:9080", .path = "/"},
                           {.call = {}, .random = &zeros});
  }

  // The name of the balancer.
  std::string Balancer(const std::string& extension, const std::string& policy) {
    LoadPolicy("meshroute.io/load-balancer: '" + extension + "'", policy);
    const Decision decision = Explain();
    EXPECT_THAT(decision.ToText(), HasSubstr("load balancer " + decision.pool->load_balancer));
    return decision.pool->load_balancer;
  }

  static std::vector<EndpointSpec> Two() {
    return {{.address = "10.0.1.1:9080"}, {.address = "10.0.1.2:9080"}};
  }
  void SetEndpoints(std::vector<EndpointSpec> endpoints) {
    ASSERT_TRUE(
        router_.SetEndpoints("ratings.default.svc.cluster.local", std::move(endpoints)).ok());
  }

  // What the JSON says of the pool's endpoint number `index`.
  std::string JsonOf(const Decision& decision, size_t index, std::string_view field) {
    ConfigErrors errors;
    const auto document = ReadJson({"decision", decision.ToJson()}, LoadOptions{}, errors);
    return WriteCompactJson(
        *document->Find("pool")->Find("endpoints")->elements()[index].Find(field));
  }
};

constexpr char kDetection[] = "outlierDetection: {consecutive5xxErrors: 1, maxEjectionPercent: 50}";

TEST_F(ExplainPolicyScenario, ExtensionsInForceAreToldWithTheirValueAndWhoseTheyAre) {
  LoadPolicy(
      "meshroute.io/outlier-detection: '{\"halfOpen\": {\"successes\": 2}}', "
      "meshroute.io/load-balancer: '{\"peakEwma\": {\"halfLife\": \"5s\"}}'",
      kDetection);
  const Decision decision = Explain();
  EXPECT_THAT(decision.pool->policies,
              Contains(R"(meshroute.io/outlier-detection {"halfOpen":{"successes":2}} from )"
                       "DestinationRule default/r metadata.annotations"));
  EXPECT_THAT(decision.pool->policies,
              Contains(R"(meshroute.io/load-balancer {"peakEwma":{"halfLife":"5s"}} from )"
                       "DestinationRule default/r metadata.annotations"));
  EXPECT_THAT(decision.ToText(), HasSubstr("pool        DestinationRule default/r\n"));
  EXPECT_THAT(decision.ToText(), HasSubstr("              meshroute.io/load-balancer {"));
  EXPECT_THAT(decision.ToJson(), HasSubstr("meshroute.io/load-balancer"));
}

TEST_F(ExplainPolicyScenario, AnExtensionThatAnotherRuleOfTheHostAddsIsThatRules) {
  const auto rule = [](const std::string& metadata, const std::string& spec) {
    return "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {" +
           metadata + "}\nspec: {host: ratings, " + spec + "}\n";
  };
  Load(rule("name: a", "trafficPolicy: {loadBalancer: {simple: LEAST_REQUEST}}") +
       rule("name: b, annotations: {meshroute.io/load-balancer: '{\"latencyAware\": {}}'}",
            "subsets: [{name: v1}]"));
  EXPECT_THAT(Explain().pool->policies,
              ElementsAre(R"(loadBalancer {"simple":"LEAST_REQUEST"} from DestinationRule )"
                          "default/a spec.trafficPolicy",
                          R"(meshroute.io/load-balancer {"latencyAware":{}} from )"
                          "DestinationRule default/b metadata.annotations"));
}

TEST_F(ExplainPolicyScenario, DetectionsExtensionIsToldOnlyWhereThereIsDetection) {
  Load(
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: r, "
      "annotations: {meshroute.io/outlier-detection: '{\"shadow\": true}'}}\n"
      "spec:\n  host: ratings\n  trafficPolicy: {portLevelSettings: [{port: {number: 81}, "
      "outlierDetection: {consecutive5xxErrors: 1}}]}\n");
  EXPECT_THAT(Explain().pool->policies, IsEmpty());
}

TEST_F(ExplainPolicyScenario, TheBalancerIsTheOneThatTheExtensionChose) {
  const std::string least = "loadBalancer: {simple: LEAST_REQUEST}";
  const std::string ring = "loadBalancer: {consistentHash: {httpHeaderName: x}}";
  EXPECT_EQ(Balancer("{}", least), "LEAST_REQUEST");
  EXPECT_EQ(Balancer(R"({"leastRequest": {"choiceCount": 3}})", least),
            "LEAST_REQUEST, best of 3 drawn");
  EXPECT_EQ(Balancer(R"({"leastRequest": {"selection": "FULL_SCAN"}})", least),
            "LEAST_REQUEST, best of all");
  EXPECT_EQ(Balancer(R"({"leastRequest": {"activeRequestBias": 1.5}})", least),
            "LEAST_REQUEST, active requests to the power of 1.5");
  EXPECT_EQ(Balancer(R"({"peakEwma": {}})", "loadBalancer: {simple: RANDOM}"), "peak EWMA");
  EXPECT_EQ(Balancer(R"({"latencyAware": {}})", least), "latency aware");
  EXPECT_EQ(Balancer(R"({"hashBalanceFactor": 150})", ring),
            "consistentHash, ring, at most 150% of an even load");
  EXPECT_EQ(
      Balancer("{}",
               "loadBalancer: {consistentHash: {httpHeaderName: x, maglev: {tableSize: 101}}}"),
      "consistentHash, Maglev");
}

// Picks the first.
class First final : public LoadBalancer {
 public:
  explicit First(const EndpointList& endpoints) : endpoints_(endpoints) {}
  const Endpoint* Pick(const PickContext&) override { return endpoints_.at(0); }

 private:
  const EndpointList& endpoints_;
};

TEST_F(ExplainPolicyScenario, ABalancerOfTheEmbeddersIsToldByItsName) {
  CustomBalancers own;
  own.by_name["first"] = [](const EndpointList& endpoints, RandomSource&) {
    return std::make_unique<First>(endpoints);
  };
  own.for_all = "first";
  RouterOptions options = router_.options();
  options.balancers = &own;
  Router router(options);
  const auto balancer = [&router](const std::string& metadata, const std::string& simple) {
    ResourceLoader loader{LoadOptions{}};
    AddYaml({"own.yaml", std::string(kServices) +
                             "apiVersion: networking.istio.io/v1\nkind: DestinationRule\n"
                             "metadata: {name: r" +
                             metadata +
                             "}\nspec: {host: ratings, trafficPolicy: {loadBalancer: {simple: " +
                             simple + "}}}\n"},
            loader);
    absl::StatusOr<ValidatedConfig> config = loader.Finish();
    EXPECT_TRUE(config.ok()) << config.status();
    router.Apply(*std::move(config));
    return router.Explain({.authority = "ratings:9080", .path = "/"}).pool->load_balancer;
  };
  EXPECT_EQ(balancer("", "RANDOM"), "custom, first");
  EXPECT_EQ(balancer("", "PASSTHROUGH"), "PASSTHROUGH");
  const std::string extension = ", annotations: {meshroute.io/load-balancer: ";
  EXPECT_EQ(balancer(extension + "'{\"peakEwma\": {}}'}", "RANDOM"), "peak EWMA");
  EXPECT_EQ(balancer(extension + "'{\"custom\": \"first\"}'}", "RANDOM"), "custom, first");
}

TEST_F(ExplainPolicyScenario, WhomTheShadowWouldEjectIsToldSoWithTheReason) {
  LoadPolicy("meshroute.io/outlier-detection: '{\"shadow\": true}'", kDetection);
  SetEndpoints(Two());
  EXPECT_EQ(JsonOf(Explain(), 0, "ejectionReason"), "\"\"");
  transport_.Push("10.0.1.1:9080", 500);
  while (observer_.ejected.empty()) (void)Send({.authority = "ratings:9080", .path = "/"});
  const Decision decision = Explain();
  const Decision::EndpointInfo& endpoint = decision.pool->endpoints[0];
  EXPECT_EQ(endpoint.health, "would be ejected (shadow)");
  EXPECT_EQ(endpoint.ejection_reason, "consecutive_5xx");
  EXPECT_TRUE(endpoint.eligible);
  EXPECT_EQ(decision.pool->eligible_count, 2U);
  EXPECT_EQ(decision.pool->endpoints[1].health, "healthy");
  EXPECT_EQ(decision.pool->endpoints[1].ejection_reason, "");
  EXPECT_THAT(decision.ToText(),
              HasSubstr("10.0.1.1:9080  would be ejected (shadow): consecutive_5xx, 0 active"));
  EXPECT_EQ(JsonOf(decision, 0, "health"), "\"would be ejected (shadow)\"");
  EXPECT_EQ(JsonOf(decision, 0, "ejectionReason"), "\"consecutive_5xx\"");

  clock_.Advance(seconds(40));
  router_.RunDue(clock_.Now());
  EXPECT_EQ(Explain().pool->endpoints[0].health, "healthy") << "its time is over";
}

TEST_F(ExplainPolicyScenario, AnEndpointOnTrialAfterAnEjectionIsToldSo) {
  LoadPolicy("meshroute.io/outlier-detection: '{\"halfOpen\": {\"percent\": 100}}'", kDetection);
  SetEndpoints(Two());
  transport_.Push("10.0.1.1:9080", 500);
  while (observer_.ejected.empty()) (void)Send({.authority = "ratings:9080", .path = "/"});
  EXPECT_EQ(Explain().pool->endpoints[0].health, "ejected by outlier detection");
  EXPECT_EQ(Explain().pool->endpoints[0].ejection_reason, "consecutive_5xx");

  clock_.Advance(seconds(40));
  router_.RunDue(clock_.Now());
  const Decision decision = Explain();
  EXPECT_EQ(decision.pool->endpoints[0].health, "on trial after an ejection");
  EXPECT_TRUE(decision.pool->endpoints[0].chosen) << "all picks are trials";
  EXPECT_EQ(decision.pool->eligible_count, 1U);
  EXPECT_THAT(decision.ToText(), HasSubstr("10.0.1.1:9080  on trial after an ejection: "
                                           "consecutive_5xx, 0 active  <- picked\n"));
  EXPECT_EQ(JsonOf(decision, 0, "health"), "\"on trial after an ejection\"");

  for (int i = 0; i < 5; ++i) (void)Send({.authority = "ratings:9080", .path = "/"});
  EXPECT_EQ(Explain().pool->endpoints[0].health, "healthy");
}

TEST_F(ExplainPolicyScenario, AnEndpointThatWarmsUpTellsItsAgeAndTheShareOfItsWeight) {
  LoadPolicy("", "loadBalancer: {simple: ROUND_ROBIN, warmup: {duration: 60s}}");
  SetEndpoints({Two()[0]});
  clock_.Advance(seconds(300));
  SetEndpoints(Two());
  clock_.Advance(milliseconds(15'000));
  const Decision young = Explain();
  EXPECT_FALSE(young.pool->endpoints[0].warmup);
  ASSERT_TRUE(young.pool->endpoints[1].warmup);
  EXPECT_EQ(young.pool->endpoints[1].warmup->age, seconds(15));
  EXPECT_EQ(young.pool->endpoints[1].warmup->percent, 25);
  EXPECT_THAT(young.ToText(),
              HasSubstr("10.0.1.2:9080  healthy, 0 active, warming up for 15s: 25 % of its "
                        "weight"));
  EXPECT_EQ(JsonOf(young, 0, "warmup"), "null");
  EXPECT_EQ(JsonOf(young, 1, "warmup"), R"({"age":"15s","percent":25.0})");

  clock_.Advance(seconds(45));
  EXPECT_THAT(Explain().ToText(), Not(HasSubstr("warming up")));
}

TEST_F(ExplainPolicyScenario, BalancersWithoutSlowStartWarmNobodyUp) {
  for (const std::string balancer :
       {"simple: RANDOM", "consistentHash: {httpHeaderName: x}", "simple: LEAST_REQUEST"}) {
    LoadPolicy("", "loadBalancer: {warmup: {duration: 60s}, " + balancer + "}");
    SetEndpoints({{.address = "10.0.2.1:80"}, {.address = "10.0.2.2:80"}});
    EXPECT_EQ(Explain().pool->endpoints[1].warmup.has_value(), balancer == "simple: LEAST_REQUEST")
        << balancer;
  }
}

}  // namespace
}  // namespace meshroute
