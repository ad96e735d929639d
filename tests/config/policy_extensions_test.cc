// SPDX-License-Identifier: Apache-2.0
// Annotations of a DestinationRule that are settings beyond Istio.
#include "meshroute/config/policy_extensions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "meshroute/config/destination_rules.h"
#include "meshroute/config/support.h"
#include "meshroute/config/validated_config.h"
#include "meshroute/config/writer.h"
#include "tests/config/analyze.h"
#include "tests/config/load.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kKey[] = "meshroute.io/outlier-detection";

// A rule with outlierDetection whose annotations are this YAML, in lines that are
// indented by four.
std::string RuleText(const std::string& annotations) {
  return "apiVersion: networking.istio.io/v1\n"
         "kind: DestinationRule\n"
         "metadata:\n"
         "  name: r\n"
         "  annotations:\n" +
         annotations + "spec: {host: a.com, trafficPolicy: {outlierDetection: {}}}\n";
}

Loaded LoadRule(const std::string& annotations, LoadOptions options = {}) {
  return Loaded::Yaml(RuleText(annotations), std::move(options));
}

Loaded Detection(const std::string& json) {
  return LoadRule("    " + std::string(kKey) + ": '" + json + "'\n");
}

// All problems that a rule with this extension has, in reading and in meaning.
std::vector<std::string> ErrorsOf(const std::string& json) {
  Loaded loaded = Detection(json);
  const bool accepted = loaded.loader().Finish().ok();
  EXPECT_EQ(accepted, loaded.errors().empty());
  return loaded.errors();
}

const DestinationRule& RuleOf(const Loaded& loaded) {
  return loaded.resources().destination_rules.at(0);
}

TEST(PolicyExtensions, AreReadFromAnnotationsAndAreNoneAfterwards) {
  const Loaded loaded = LoadRule(
      "    team: a\n"
      "    meshroute.io/outlier-detection: '{\"maxEjectionTime\": \"60s\", \"shadow\": true}'\n"
      "    meshroute.io/load-balancer: '{\"hashBalanceFactor\": 150}'\n");
  EXPECT_THAT(loaded.errors(), IsEmpty());
  const DestinationRule& rule = RuleOf(loaded);
  EXPECT_EQ(rule.metadata.annotations, (Labels{{"team", "a"}}));
  ASSERT_TRUE(rule.outlier_detection_extension.has_value());
  EXPECT_EQ(rule.outlier_detection_extension->max_ejection_time, 60s);
  EXPECT_TRUE(rule.outlier_detection_extension->shadow);
  EXPECT_EQ(rule.load_balancer_extension->hash_balance_factor, 150U);
}

TEST(PolicyExtensions, WithoutAnnotationsThereAreNone) {
  const Loaded loaded = LoadRule("    team: a\n");
  EXPECT_EQ(RuleOf(loaded).outlier_detection_extension, std::nullopt);
  EXPECT_EQ(RuleOf(loaded).load_balancer_extension, std::nullopt);
}

TEST(PolicyExtensions, AnEmptyOneHasTheDefaults) {
  const Loaded loaded =
      Detection(R"({"successRate":{},"failurePercentage":{},"latency":{},"halfOpen":{}})");
  const OutlierDetectionExtension& read = *RuleOf(loaded).outlier_detection_extension;
  EXPECT_EQ(read.success_rate, SuccessRateDetection());
  EXPECT_EQ(read.success_rate->minimum_endpoints, 5U);
  EXPECT_EQ(read.success_rate->request_volume, 100U);
  EXPECT_EQ(read.success_rate->stdev_factor, 1.9);
  EXPECT_EQ(read.failure_percentage->threshold, 85U);
  EXPECT_EQ(read.failure_percentage->minimum_endpoints, 5U);
  EXPECT_EQ(read.failure_percentage->request_volume, 50U);
  EXPECT_EQ(read.latency, LatencyDetection());
  EXPECT_EQ(read.half_open, HalfOpenReturn());
  EXPECT_EQ(Detection("{}").resources().destination_rules.at(0).outlier_detection_extension,
            OutlierDetectionExtension());
}

TEST(PolicyExtensions, AnUnknownAnnotationOfOursIsAnErrorThatNamesTheNearest) {
  const Loaded loaded = LoadRule("    meshroute.io/outlier-detecton: '{}'\n    other.io/x: y\n");
  EXPECT_THAT(loaded.errors(),
              ElementsAre("metadata.annotations.meshroute.io/outlier-detecton: unknown field; did "
                          "you mean 'meshroute.io/outlier-detection'?"));
  EXPECT_THAT(loaded.positions(), ElementsAre("6:5"));
  EXPECT_THAT(LoadRule("    meshroute.io/x: '{}'\n").errors(),
              ElementsAre("metadata.annotations.meshroute.io/x: unknown field"));
}

TEST(PolicyExtensions, AnnotationsOfOtherKindsAreLeftAlone) {
  const Loaded loaded = Loaded::Yaml(
      "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\n"
      "metadata: {name: s, annotations: {meshroute.io/outlier-detection: 'no json'}}\n"
      "spec: {hosts: [a.com]}\n");
  EXPECT_THAT(loaded.errors(), IsEmpty());
  EXPECT_EQ(loaded.resources().service_entries.at(0).metadata.annotations.size(), 1U);
}

TEST(PolicyExtensions, UnknownFieldsInsideAreErrorsAtTheirPlace) {
  const Loaded loaded = Detection(R"({"shadow": true, "latency": {"minimumRato": 3}})");
  EXPECT_THAT(loaded.errors(),
              ElementsAre("metadata.annotations.meshroute.io/outlier-detection.latency.minimumRato"
                          ": unknown field; did you mean 'minimumRatio'?"));
  // `    meshroute.io/outlier-detection: '` is 37 characters long.
  EXPECT_THAT(loaded.positions(), Contains("6:67"));
}

TEST(PolicyExtensions, OrWarningsWhereTheLoadIsToGoOn) {
  LoadOptions lenient;
  lenient.unknown_fields = LoadOptions::UnknownFields::kWarning;
  Loaded loaded = LoadRule(
      "    meshroute.io/load-balancer: '{\"x\": 1}'\n    meshroute.io/y: z\n    meshroute.io/w: "
      "'{}'\n",
      lenient);
  EXPECT_THAT(loaded.warnings(), Contains(HasSubstr("load-balancer.x: unknown field")));
  EXPECT_THAT(loaded.warnings(), Contains(HasSubstr("meshroute.io/w: unknown field")));
  EXPECT_THAT(RuleOf(loaded).metadata.annotations, IsEmpty());
}

TEST(PolicyExtensions, WrongTypesAndValuesAreErrorsAtTheirPlace) {
  Loaded loaded = LoadRule(
      "    meshroute.io/outlier-detection: |\n"
      "      {\n"
      "        \"shadow\": 1,\n"
      "        \"halfOpen\": {\"percent\": 101}\n"
      "      }\n");
  EXPECT_FALSE(loaded.loader().Finish().ok());
  EXPECT_THAT(loaded.errors(),
              ElementsAre("metadata.annotations.meshroute.io/outlier-detection.shadow: must be "
                          "true or false, got the number 1",
                          "metadata.annotations.meshroute.io/outlier-detection.halfOpen.percent: "
                          "must be a percentage from 0 to 100, got 101"));
  EXPECT_THAT(loaded.positions(), Contains("8:9"));
  EXPECT_THAT(loaded.positions(), Contains("9:22"));
}

TEST(PolicyExtensions, PlacesAreExactInEveryWayToWriteAString) {
  const auto position_of = [](const std::string& annotation) {
    const Loaded loaded = LoadRule("    " + std::string(kKey) + ": " + annotation + "\n");
    EXPECT_THAT(loaded.errors(), ElementsAre(HasSubstr(".latency.x: unknown field"))) << annotation;
    return loaded.positions().at(0);
  };
  EXPECT_EQ(position_of("'{\"latency\": {\"x\": 1}}'"), "6:51");
  EXPECT_EQ(position_of("\"{\\\"latency\\\": {\\\"x\\\": 1}}\""), "6:54");
  EXPECT_EQ(position_of("\"{\\\"latency\\\":\\n\\t {\\\"x\\\": 1}}\""), "6:58");
  EXPECT_EQ(position_of("'{\"latency\":\n      {\"x\": 1}}'"), "7:8");
  EXPECT_EQ(position_of(">-\n      {\"latency\":\n\n       {\"x\": 1}}"), "9:9");
  EXPECT_EQ(position_of("|\n      {\"latency\":\n       {\"x\": 1}}"), "8:9");
}

TEST(PolicyExtensions, PlacesAreExactInJsonAndThoseOfTheKeyWhereTheyCannotBeTold) {
  const auto load = [](const std::string& value) {
    return Loaded::Json(
        "{\"apiVersion\": \"networking.istio.io/v1\", \"kind\": \"DestinationRule\",\n"
        "\"metadata\": {\"name\": \"r\", \"annotations\": {\n"
        "\"meshroute.io/outlier-detection\": " +
        value + "}},\n\"spec\": {\"host\": \"a.com\"}}");
  };
  EXPECT_THAT(load("\"{\\\"x\\\": 1}\"").positions(), Contains("3:38"));
  EXPECT_THAT(load("\"{\\u0022x\\u0022: 1}\"").positions(), Contains("3:1"));
}

TEST(PolicyExtensions, WhatIsNoJsonIsAnErrorAtItsPlace) {
  const Loaded loaded = Detection(R"({"shadow": true,})");
  EXPECT_THAT(loaded.errors(),
              ElementsAre(StartsWith("metadata.annotations.meshroute.io/outlier-detection: not "
                                     "valid JSON: ")));
  const ConfigProblem& problem = const_cast<Loaded&>(loaded).loader().errors().problems().at(0);
  EXPECT_EQ(problem.resource, "DestinationRule default/r");
  EXPECT_EQ(problem.position, (SourcePosition{"test.yaml", 6, 54}));
}

TEST(PolicyExtensions, WhatIsNoStringIsAnError) {
  EXPECT_THAT(LoadRule("    meshroute.io/outlier-detection: {shadow: true}\n").errors(),
              ElementsAre("metadata.annotations.meshroute.io/outlier-detection: must be a string "
                          "of JSON, got a map; write it in quotes"));
  EXPECT_THAT(LoadRule("    meshroute.io/outlier-detection: null\n").errors(),
              ElementsAre(HasSubstr("must be a string of JSON, got null")));
  EXPECT_THAT(ErrorsOf("[]"), ElementsAre(HasSubstr("must be a map, got a list")));
}

TEST(PolicyExtensions, HostileOnesAreRefusedInBoundedMemory) {
  EXPECT_THAT(ErrorsOf(std::string(100'000, '[')),
              ElementsAre(HasSubstr("nested more than 16 deep")));
  std::string wide = "[0";
  for (int i = 0; i < 100'000; ++i) wide += ",0";
  EXPECT_THAT(ErrorsOf(wide + "]"), ElementsAre(HasSubstr("more than 1000")));
  EXPECT_THAT(ErrorsOf(R"({"shadow": true, "shadow": false})"), ElementsAre(HasSubstr("twice")));
  EXPECT_THAT(ErrorsOf(R"({"latency": {"minimumRatio": 1e999}})"), testing::SizeIs(1));
}

TEST(PolicyExtensions, EveryRuleOfTheFieldsIsChecked) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"maxEjectionTime": "0s"})", "maxEjectionTime"},
      {R"({"maxEjectionTimeJitter": "1us"})", "maxEjectionTimeJitter"},
      {R"({"enforcingConsecutive5xx": 101})", "enforcingConsecutive5xx"},
      {R"({"enforcingConsecutiveGatewayErrors": 101})", "enforcingConsecutiveGatewayErrors"},
      {R"({"enforcingConsecutiveLocalOriginFailures": 101})",
       "enforcingConsecutiveLocalOriginFailures"},
      {R"({"successRate": {"stdevFactor": -1}})", "successRate.stdevFactor"},
      {R"({"successRate": {"enforcing": 101}})", "successRate.enforcing"},
      {R"({"successRate": {"enforcingLocalOrigin": 101}})", "successRate.enforcingLocalOrigin"},
      {R"({"failurePercentage": {"threshold": 101}})", "failurePercentage.threshold"},
      {R"({"failurePercentage": {"enforcing": 101}})", "failurePercentage.enforcing"},
      {R"({"failurePercentage": {"enforcingLocalOrigin": 101}})",
       "failurePercentage.enforcingLocalOrigin"},
      {R"({"latency": {"minimumEndpoints": 2}})", "latency.minimumEndpoints"},
      {R"({"latency": {"requestVolume": 0}})", "latency.requestVolume"},
      {R"({"latency": {"madFactor": -0.1}})", "latency.madFactor"},
      {R"({"latency": {"minimumRatio": 0.9}})", "latency.minimumRatio"},
      {R"({"latency": {"minimumDifference": "-1ms"}})", "latency.minimumDifference"},
      {R"({"latency": {"sharedSlowdownRatio": 1}})", "latency.sharedSlowdownRatio"},
      {R"({"latency": {"maximumSlowPercent": 101}})", "latency.maximumSlowPercent"},
      {R"({"latency": {"enforcing": 101}})", "latency.enforcing"},
      {R"({"halfOpen": {"percent": 0}})", "halfOpen.percent"},
      {R"({"halfOpen": {"percent": 101}})", "halfOpen.percent"},
      {R"({"halfOpen": {"successes": 0}})", "halfOpen.successes"},
  };
  for (const auto& [json, field] : cases) {
    EXPECT_THAT(ErrorsOf(json), ElementsAre(StartsWith("metadata.annotations." + std::string(kKey) +
                                                       "." + field + ": must")))
        << json;
  }
  EXPECT_THAT(ErrorsOf(R"({"maxEjectionTime": "1ms", "maxEjectionTimeJitter": "0s",
      "enforcingConsecutive5xx": 0, "successRate": {"stdevFactor": 0, "enforcing": 0},
      "failurePercentage": {"threshold": 0}, "halfOpen": {"percent": 100, "successes": 1},
      "latency": {"minimumEndpoints": 3, "requestVolume": 1, "madFactor": 0, "minimumRatio": 1,
                  "minimumDifference": "0s", "maximumSlowPercent": 100}})"),
              IsEmpty());
}

TEST(PolicyExtensions, InCodeAnAnnotationIsRefusedForItWouldDoNothing) {
  Resources resources;
  DestinationRule& rule = resources.destination_rules.emplace_back();
  rule.metadata.name = "r";
  rule.host = "a.com";
  rule.metadata.annotations[kKey] = "{}";
  EXPECT_THAT(std::string(Validate(resources).status().message()),
              HasSubstr("is no annotation in code: set the member of DestinationRule"));
  rule.metadata.annotations.clear();
  rule.outlier_detection_extension.emplace();
  EXPECT_TRUE(Validate(resources).ok());
  rule.outlier_detection_extension->half_open.emplace().percent = 0;
  EXPECT_FALSE(Validate(resources).ok());
}

TEST(PolicyExtensions, WithoutOutlierDetectionTheyHaveNoEffectAndALoadSaysSo) {
  const auto warnings = [](const std::string& spec) {
    Loaded loaded = Loaded::Yaml(
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\n"
        "metadata: {name: r, annotations: {meshroute.io/outlier-detection: '{}'}}\nspec: " +
        spec + "\n");
    EXPECT_TRUE(loaded.loader().Finish().ok());
    return loaded.warnings();
  };
  EXPECT_THAT(warnings("{host: a.com}"),
              Contains(HasSubstr("adds to outlierDetection, which no trafficPolicy here has")));
  for (const char* const spec :
       {"{host: a.com, trafficPolicy: {outlierDetection: {}}}",
        "{host: a.com, trafficPolicy: {portLevelSettings: [{port: {number: 80}, outlierDetection: "
        "{}}]}}",
        "{host: a.com, subsets: [{name: v, trafficPolicy: {outlierDetection: {}}}]}"}) {
    EXPECT_THAT(warnings(spec), testing::Not(Contains(HasSubstr("adds to")))) << spec;
  }
}

TEST(PolicyExtensions, ReadBackFromWhatIsWritten) {
  const Loaded loaded = LoadRule(
      "    team: a\n"
      "    meshroute.io/outlier-detection: '{\"latency\": {\"minimumRatio\": 2.5}}'\n"
      "    meshroute.io/load-balancer: '{}'\n");
  const std::string yaml = WriteYaml(loaded.resources());
  EXPECT_THAT(yaml, HasSubstr("meshroute.io/outlier-detection: '{\"latency\":{\"minimumRatio\":"));
  EXPECT_EQ(Loaded::Yaml(yaml).resources(), loaded.resources());
  EXPECT_EQ(Loaded::Json(WriteJson(loaded.resources())).resources(), loaded.resources());
}

TEST(PolicyExtensions, HoldForEverySubsetAndPort) {
  DestinationRule rule;
  rule.outlier_detection_extension.emplace().shadow = true;
  rule.load_balancer_extension.emplace().hash_balance_factor = 150;
  rule.subsets.resize(1);
  PortTrafficPolicy& port =
      rule.subsets[0].traffic_policy.emplace().port_level_settings.emplace_back();
  port.port.emplace().number = 80;
  for (const Subset* const subset :
       {static_cast<const Subset*>(nullptr), std::as_const(rule).subsets.data()}) {
    for (const uint32_t number : {80U, 81U}) {
      const EffectivePolicy policy = ResolvePolicy(&rule, number, subset, MeshOptions());
      EXPECT_EQ(policy.outlier_detection_extension, rule.outlier_detection_extension);
      EXPECT_EQ(policy.load_balancer_extension, rule.load_balancer_extension);
    }
  }
  EXPECT_EQ(ResolvePolicy(nullptr, 80, nullptr, MeshOptions()).outlier_detection_extension,
            std::nullopt);
}

std::string NamedRule(const std::string& name, const std::string& annotations) {
  return "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: " + name +
         ", annotations: {" + annotations + "}}\nspec: {host: a.com}\n---\n";
}

TEST(PolicyExtensions, OfMergedRulesTheFirstStandsAndAnalysisTellsOfTheOther) {
  const std::string text =
      NamedRule("a", "meshroute.io/outlier-detection: '{\"shadow\": true}'") +
      NamedRule("b", "meshroute.io/outlier-detection: '{}', meshroute.io/load-balancer: '{}'");
  Loaded loaded = Loaded::Yaml(text);
  const ValidatedConfig config = loaded.loader().Finish().value();
  const DestinationRules rules(config, ClientIdentity(), MeshOptions());
  const DestinationRule* const merged = rules.Find("a.com", "default");
  ASSERT_NE(merged, nullptr);
  EXPECT_TRUE(merged->outlier_detection_extension->shadow);
  EXPECT_TRUE(merged->load_balancer_extension.has_value());

  const std::vector<ConfigProblem> problems = Analyze(config, std::nullopt, MeshOptions());
  std::vector<std::string> dropped;
  for (const ConfigProblem& problem : problems) {
    if (problem.code == FactsOf(ProblemCode::kPolicyDropped).code) dropped.push_back(problem.path);
  }
  EXPECT_THAT(dropped, ElementsAre("metadata.annotations.meshroute.io/outlier-detection"));
}

TEST(PolicyExtensions, StandInTheSupportTable) {
  std::vector<std::string> paths;
  for (const FieldSupport& field : ListFieldSupport()) {
    if (field.path.find("meshroute.io/") == std::string::npos) continue;
    if (field.kind == "VirtualService") continue;
    EXPECT_EQ(field.kind, "DestinationRule");
    paths.push_back(field.path);
  }
  EXPECT_THAT(paths, Contains("metadata.annotations.meshroute.io/outlier-detection"));
  EXPECT_THAT(paths,
              Contains("metadata.annotations.meshroute.io/outlier-detection.latency.madFactor"));
  EXPECT_THAT(paths,
              Contains("metadata.annotations.meshroute.io/load-balancer.leastRequest.choiceCount"));
}

}  // namespace
}  // namespace meshroute
