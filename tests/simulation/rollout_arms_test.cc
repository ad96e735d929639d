// SPDX-License-Identifier: Apache-2.0
// Rollouts that compare within a match, or with a young baseline, and calls that are
// retried on the baseline, in simulated meshes.
#include <gtest/gtest.h>

#include <string>

#include "meshroute/simulation/study.h"
#include "tests/simulation/scenarios.h"

namespace meshroute {
namespace {

constexpr std::string_view kThreeVersions = R"(
- apiVersion: networking.istio.io/v1
  kind: ServiceEntry
  metadata: {name: reviews}
  spec:
    hosts: [reviews.default.svc.cluster.local]
    location: MESH_INTERNAL
    resolution: STATIC
    ports: [{number: 9080, name: http, protocol: HTTP}]
    endpoints:
    - {address: 10.0.0.1, labels: {version: v1, track: old}}
    - {address: 10.0.0.2, labels: {version: v1, track: old}}
    - {address: 10.0.0.3, labels: {version: v2, track: new}}
    - {address: 10.0.0.4, labels: {version: v1, track: new}}
- apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata: {name: reviews}
  spec:
    host: reviews
    subsets:
    - {name: v1, labels: {version: v1, track: old}}
    - {name: v2, labels: {version: v2}}
    - {name: v1-fresh, labels: {version: v1, track: new}}
)";

// The Rollout with `spec` of its own, on calls that are retried as `retries` says.
std::string Mesh(const std::string& spec, const std::string& retries = "{attempts: 0}") {
  return std::string(kThreeVersions) +
         "- apiVersion: networking.istio.io/v1\n  kind: VirtualService\n"
         "  metadata: {name: reviews}\n  spec:\n    hosts: [reviews]\n    http:\n"
         "    - route: [{destination: {host: reviews, subset: v1}}]\n      retries: " +
         retries +
         "\n- apiVersion: meshroute.io/v1alpha1\n  kind: Rollout\n  metadata: {name: reviews}\n"
         "  spec:\n    virtualService: reviews\n    revision: r\n"
         "    baseline: {host: reviews, subset: v1}\n    canary: {host: reviews, subset: v2}\n" +
         spec;
}

std::string AbTest(const std::string& within) {
  return "    strategy: abTest\n    promote: false\n    analysis:\n"
         "      match: [{headers: {x-group: {exact: insiders}}}]\n"
         "      minDuration: 60s\n      minRequests: 1000\n"
         "      metrics: [{name: request-success-rate" +
         within;
}
const std::string kWithin = AbTest("}]\n      within: 50/50\n");
const std::string kAlone = AbTest(", thresholdRange: {min: 99}}]\n");

// A quarter of 200 requests a second are of insiders.
std::string Head(const std::string& more) {
  return "duration: 3m\ninterval: 10s\narrivals: {rate: 200}\nrequests:\n"
         "- {authority: \"reviews:9080\", headers: {x-group: insiders}}\n"
         "- {authority: \"reviews:9080\", weight: 3}\n"
         "behaviours:\n- {failures: [{percent: 0.2, status: 500}], latency: {constant: 5ms}}\n" +
         more;
}

const std::string kFaulty =
    "- {select: {labels: {version: v2}}, failures: [{percent: 5, status: 500}]}\n";
const std::string kIncident =
    "incidents: [{name: all, from: 40s, until: 70s, failures: [{percent: 20, status: 500}]}]\n";

TEST(SimulatedWithin, AHealthyCanaryIsNeverTakenBackNotEvenInAnIncident) {
  const LoadedScenario loaded = LoadText(WithResources(Head(kIncident), Mesh(kWithin)));
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const SimulationResult result = Simulate(loaded, seed);
    EXPECT_EQ(result.rollouts.at(0).phase, "Succeeded") << seed;
    EXPECT_FALSE(result.rollouts[0].rollback_at.has_value()) << seed;
  }
  const absl::StatusOr<StudyResult> study = RunFastStudy(loaded, 1, 300);
  ASSERT_TRUE(study.ok()) << study.status();
  EXPECT_EQ(study->rollouts[0].rolled_back, 0U);

  const LoadedScenario alone = LoadText(WithResources(Head(kIncident), Mesh(kAlone)));
  EXPECT_EQ(Simulate(alone, 1).rollouts.at(0).phase, "Failed") << "it has the blame for it";
}

TEST(SimulatedWithin, AFaultyCanaryIsTakenBack) {
  const LoadedScenario loaded = LoadText(WithResources(Head(kFaulty), Mesh(kWithin)));
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const SimulationResult result = Simulate(loaded, seed);
    EXPECT_EQ(result.rollouts.at(0).phase, "Failed") << seed;
    EXPECT_TRUE(result.rollouts[0].rollback_at.has_value()) << seed;
    EXPECT_EQ(CountsOf(result, result.timeline.back(), "v2").calls, 0U) << seed;
  }
  const absl::StatusOr<StudyResult> study = RunFastStudy(loaded, 1, 300);
  ASSERT_TRUE(study.ok()) << study.status();
  EXPECT_GE(study->rollouts[0].rolled_back, 297U);
}

TEST(SimulatedWithin, HalfOfTheMatchAndNobodyElseGoesToTheCanary) {
  const SimulationResult result = RunText(WithResources(Head(""), Mesh(kWithin)));
  const SimulatedInterval& interval = result.timeline.at(5);
  const auto calls = static_cast<double>(interval.all.calls);
  EXPECT_NEAR(static_cast<double>(CountsOf(result, interval, "v2").calls) / calls, 0.125, 0.03);
}

TEST(SimulatedWithin, UsersOfTheMatchAreCompared) {
  const std::string sticky =
      Mesh(kWithin + "      sessionAffinity: {key: {httpHeaderName: x-user}}\n");
  const auto head = [](const std::string& more) {
    return "duration: 4m\ninterval: 10s\narrivals: {rate: 200}\nrequests:\n"
           "- {authority: \"reviews:9080\", headers: {x-group: insiders}, users: {count: 9000}}\n"
           "behaviours:\n- {failures: [{percent: 0.2, status: 500}], latency: {constant: 5ms}}\n" +
           more;
  };
  EXPECT_EQ(RunText(WithResources(head(""), sticky)).rollouts.at(0).phase, "Succeeded");
  EXPECT_EQ(RunText(WithResources(head(kFaulty), sticky)).rollouts.at(0).phase, "Failed");
}

TEST(SimulatedFreshBaseline, WhatAllYoungEndpointsDoIsNoFaultOfTheCanary) {
  // All that is new fails while it is cold.
  const std::string cold =
      "- {select: {labels: {track: new}}, until: 100s, failures: [{percent: 3, status: 500}]}\n";
  const std::string analysis =
      "    analysis:\n      stepWeights: [10, 30]\n      minDuration: 60s\n"
      "      minRequests: 1000\n      metrics: [{name: request-success-rate}]\n";
  const std::string fresh = "    freshBaseline: {host: reviews, subset: v1-fresh}\n" + analysis;
  const LoadedScenario young = LoadText(WithResources(Head(cold), Mesh(fresh)));
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    EXPECT_EQ(Simulate(young, seed).rollouts.at(0).phase, "Succeeded") << seed;
  }
  const absl::StatusOr<StudyResult> study = RunFastStudy(young, 1, 300);
  ASSERT_TRUE(study.ok()) << study.status();
  EXPECT_EQ(study->rollouts[0].rolled_back, 0U);
  EXPECT_EQ(RunText(WithResources(Head(cold), Mesh(analysis))).rollouts.at(0).phase, "Failed")
      << "compared with what is warm";
  const LoadedScenario faulty = LoadText(WithResources(Head(cold + kFaulty), Mesh(fresh)));
  EXPECT_EQ(Simulate(faulty, 1).rollouts.at(0).phase, "Failed");

  const SimulationResult result = Simulate(young, 1);
  const SimulatedInterval& first = result.timeline.at(2);
  const auto calls = static_cast<double>(first.all.calls);
  for (const char* subset : {"v2", "v1-fresh"}) {
    EXPECT_NEAR(static_cast<double>(CountsOf(result, first, subset).calls) / calls, 0.1, 0.03);
  }
  EXPECT_EQ(CountsOf(result, result.timeline.back(), "v1-fresh").calls, 0U);
}

TEST(SimulatedRetries, OnTheBaselineSpareUsersAndAcquitNobody) {
  const std::string broken =
      "- {select: {labels: {version: v2}}, failures: [{percent: 100, status: 503}]}\n";
  const std::string analysis =
      "    analysis: {stepWeights: [5], metrics: [{name: request-success-rate}]}\n";
  const auto run = [&](const std::string& spec) {
    return RunText(
        WithResources(Head(broken), Mesh(spec + analysis, "{attempts: 1, retryOn: '503'}")));
  };
  const SimulationResult spared = run("    retryOnBaseline: true\n");
  EXPECT_EQ(spared.rollouts.at(0).phase, "Failed");
  EXPECT_EQ(spared.rollouts[0].users_hurt, 0U);
  const SimulationResult hurt = run("");
  EXPECT_EQ(hurt.rollouts.at(0).phase, "Failed");
  EXPECT_GE(hurt.rollouts[0].users_hurt, 4U);
}

}  // namespace
}  // namespace meshroute
