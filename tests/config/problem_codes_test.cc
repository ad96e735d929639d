// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/problem_codes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "meshroute/config/errors.h"
#include "tests/config/analyze.h"

namespace meshroute {
namespace {

using ::testing::MatchesRegex;

TEST(ProblemCodes, EachHasItsOwnNumberAndASentence) {
  std::set<std::string> codes;
  std::set<std::string> meanings;
  for (const ProblemCodeFacts& facts : ListProblemCodes()) {
    SCOPED_TRACE(facts.code);
    EXPECT_THAT(facts.code, MatchesRegex("MR[0-9]{4}"));
    EXPECT_TRUE(codes.insert(facts.code).second);
    EXPECT_THAT(facts.istio_code, MatchesRegex("(IST[0-9]{4})?"));
    EXPECT_TRUE(meanings.insert(facts.meaning).second);
    EXPECT_THAT(facts.meaning, MatchesRegex("[A-Z].*[.]"));
    EXPECT_EQ(FactsOf(facts.id).code, facts.code);
  }
  EXPECT_EQ(*codes.begin(), "MR0001");
}

TEST(ProblemCodes, AProblemTakesItsSeverityAndIstiosNameFromItsCode) {
  const ConfigProblem problem = MakeProblem(ProblemCode::kIneffectiveMatch, "text");
  EXPECT_EQ(problem.severity, Severity::kInfo);
  EXPECT_EQ(problem.code, "MR0015");
  EXPECT_EQ(problem.istio_code, "IST0131");
  EXPECT_EQ(problem.message, "text");
  EXPECT_STREQ(SeverityName(problem.severity), "info");
}

TEST(ProblemCodes, TheWorstProblemsAreKeptWhereThereAreTooMany) {
  ConfigErrors errors;
  for (size_t i = 0; i < ConfigErrors::kMaximumProblems; ++i) {
    errors.Report(ProblemCode::kUnusedSubset, "info");
  }
  errors.Report(ProblemCode::kDoubtfulValue, "warning");
  errors.Report(ProblemCode::kInvalidValue, "error");
  errors.Report(ProblemCode::kUnusedSubset, "one more");
  const std::vector<ConfigProblem>& problems = errors.problems();
  ASSERT_EQ(problems.size(), ConfigErrors::kMaximumProblems);
  EXPECT_EQ(problems[problems.size() - 2].message, "warning");
  EXPECT_EQ(problems.back().message, "error");
  EXPECT_EQ(problems[problems.size() - 3].message, "info");
}

// A Rollout of a rule of the VirtualService `service`.
std::string RolloutOf(const std::string& service, const std::string& route,
                      const std::string& name = "first") {
  return Object("Rollout", name,
                "virtualService: " + service + ", route: '" + route +
                    "', baseline: {host: a, subset: v1}, canary: {host: a, subset: v2}, "
                    "analysis: {stepWeights: [5], metrics: [{name: request-success-rate}]}");
}

// A text for each code that produces it.
std::map<ProblemCode, std::string> TextsByCode() {
  using enum ProblemCode;
  const std::string to_a = ", http: [{route: [{destination: {host: a}}]}]";
  const auto route = [](const std::string& rest) {
    return Object("VirtualService", "v", "hosts: [v.com], http: [" + rest + "]");
  };
  const auto to = [&route](const std::string& destination) {
    return route("{route: [{destination: {" + destination + "}}]}");
  };
  const auto rule = [](const std::string& rest) {
    return Object("DestinationRule", "r", "host: a.com, " + rest);
  };
  const std::string service = ServiceOf("a.com", "80,90", {"v: '1'"});
  const auto entry = [](const std::string& name, const std::string& protocol) {
    return Object("ServiceEntry", name,
                  "hosts: [a.com], ports: [{number: 1, name: p, protocol: " + protocol + "}]");
  };
  const std::string last = "route: [{destination: {host: a}}]";
  return {
      {kUnreadableText, "{"},
      {kLimitExceeded, std::string(70, '[') + std::string(70, ']')},
      {kMalformedObject, "kind: VirtualService"},
      {kWrongType, Object("VirtualService", "v", "hosts: a")},
      {kUnknownField, Object("VirtualService", "v", "host: [a]")},
      {kInvalidValue, Object("VirtualService", "v", "hosts: ['*']" + to_a)},
      {kObjectReplaced, rule("") + rule("")},
      {kUnknownKind, Object("Virtualservice", "v", "")},
      {kNotHonoured, rule("trafficPolicy: {tunnel: {targetHost: a, targetPort: 1}}")},
      {kDeprecatedField, rule("trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true, "
                              "minimumRingSize: 9}}}")},
      {kDoubtfulValue, rule("workloadSelector: {}")},
      {kNoEffect, route("{fault: {abort: {}}, " + last + "}")},
      {kUnreachableRule, route("{" + last + "}, {" + last + "}")},
      {kIneffectiveMatch, route("{match: [{port: 1}, {port: 1}], " + last + "}")},
      {kUnknownHost, to("host: b.com") + service},
      {kUnknownPort, to("host: a.com, port: {number: 1}") + service},
      {kUnknownSubset, to("host: a.com, subset: v1")},
      {kUnknownGateway, Object("VirtualService", "v", "hosts: [a], gateways: [g]" + to_a) +
                            Object("Gateway", "h", "")},
      {kUnusableDelegate, route("{delegate: {name: d}}")},
      {kDelegateConflict,
       route("{match: [{port: 1}], delegate: {name: d}}") +
           Object("VirtualService", "d", "http: [{match: [{port: 2}], " + last + "}]")},
      {kUnusedDelegate, Object("VirtualService", "d", "http: [{" + last + "}]")},
      {kHostClaimedTwice, Object("VirtualService", "v1", "hosts: [a]" + to_a) +
                              Object("VirtualService", "v2", "hosts: [a]" + to_a)},
      {kHiddenVirtualService, Object("VirtualService", "v1", "hosts: [a]" + to_a) +
                                  Object("VirtualService", "v2", "hosts: [a]" + to_a)},
      {kNotForMesh, Object("VirtualService", "v", "hosts: [a], gateways: [g]" + to_a)},
      {kImpossibleMatch, route("{match: [{gateways: [g]}], " + last + "}")},
      {kPortRequired, to("host: a.com") + service},
      {kIgnoredWeight, route("{route: [{destination: {host: a}, weight: 50}]}")},
      {kTlsWithoutCa, rule("trafficPolicy: {tls: {mode: SIMPLE}}")},
      {kPortTlsWithoutCa,
       rule("trafficPolicy: {portLevelSettings: [{port: {number: 1}, tls: {mode: SIMPLE}}]}")},
      {kEmptySubset, rule("subsets: [{name: v2, labels: {v: '2'}}]") + service},
      {kUnusedSubset, rule("subsets: [{name: v1}]")},
      {kUnknownRuleHost, rule("") + ServiceOf("b.com")},
      {kUnusedDestinationRule, rule("exportTo: ['*']") + ServiceOf("a.com", "80", {}, "far")},
      {kPolicyDropped, rule("subsets: [{name: v1}]") +
                           Object("DestinationRule", "s", "host: a.com, subsets: [{name: v1}]")},
      {kUnknownPolicyPort,
       rule("trafficPolicy: {portLevelSettings: [{port: {number: 1}, loadBalancer: {}}]}") +
           service},
      {kNeverEjects, rule("trafficPolicy: {outlierDetection: {}}") + service},
      {kServiceDeclaredTwice, service + ServiceOf("a.com", "80", {}, "far")},
      {kAddressesRequired, entry("s", "TCP")},
      {kConflictingProtocols, entry("s1", "HTTP") + entry("s2", "GRPC")},
      {kUnknownVirtualService, RolloutOf("v", "")},
      {kUnknownRoute, route("{" + last + "}") + RolloutOf("v", "r")},
      {kRouteSteeredTwice,
       route("{" + last + "}") + RolloutOf("v", "") + RolloutOf("v", "", "second")},
      {kIngressWithoutSubset,
       to("host: a.com, subset: v1") +
           Object(
               "VirtualService", "w",
               "hosts: [w.com], gateways: [g], http: [{route: [{destination: {host: a.com}}]}]")},
  };
}

std::set<std::string> CodesOf(const std::string& yaml, LoadOptions options = {}) {
  Loaded loaded = Loaded::Yaml(yaml, std::move(options));
  const absl::StatusOr<ValidatedConfig> config = loaded.loader().Finish();
  std::set<std::string> codes;
  for (const ConfigProblem& problem : loaded.loader().errors().problems()) {
    codes.insert(problem.code);
  }
  if (!config.ok()) return codes;
  for (const ConfigProblem& problem : Analyze(*config, std::nullopt, MeshOptions())) {
    codes.insert(problem.code);
  }
  return codes;
}

TEST(ProblemCodes, EachIsProducedByItsText) {
  const std::map<ProblemCode, std::string> texts = TextsByCode();
  for (const ProblemCodeFacts& facts : ListProblemCodes()) {
    SCOPED_TRACE(facts.code + " " + facts.meaning);
    if (facts.id == ProblemCode::kUnknownFieldIgnored) continue;  // The next test.
    const auto text = texts.find(facts.id);
    ASSERT_NE(text, texts.end());
    EXPECT_THAT(CodesOf(text->second), testing::Contains(facts.code)) << text->second;
  }
}

TEST(ProblemCodes, AnUnknownFieldHasAnotherWhereTheLoadGoesOn) {
  LoadOptions options;
  options.unknown_fields = LoadOptions::UnknownFields::kWarning;
  EXPECT_THAT(CodesOf(Object("DestinationRule", "r", "host: a, hots: b"), options),
              testing::ElementsAre(FactsOf(ProblemCode::kUnknownFieldIgnored).code));
}

TEST(ProblemCodes, EveryProblemHasOne) {
  for (const auto& [code, text] : TextsByCode()) {
    for (const std::string& found : CodesOf(text)) EXPECT_THAT(found, MatchesRegex("MR[0-9]+"));
  }
}

}  // namespace
}  // namespace meshroute
