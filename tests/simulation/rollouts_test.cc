// SPDX-License-Identifier: Apache-2.0
// Rollouts in simulated meshes: the production classes from the draw to the weights.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "meshroute/config/json.h"
#include "meshroute/simulation/report.h"
#include "meshroute/simulation/study.h"
#include "tests/simulation/scenarios.h"

namespace meshroute {
namespace {

using std::chrono_literals::operator""s;
using testing::HasSubstr;

std::string RolloutRules(std::string_view analysis = "") {
  return "\n- apiVersion: meshroute.io/v1alpha1\n  kind: Rollout\n  metadata: {name: reviews}\n"
         "  spec:\n    virtualService: reviews\n"
         "    baseline: {host: reviews, subset: v1}\n    canary: {host: reviews, subset: v2}\n"
         "    revision: v2\n    analysis:\n      stepWeights: [5, 50, 100]\n"
         "      minDuration: 30s\n      minRequests: 100\n"
         "      metrics: [{name: request-success-rate, thresholdRange: {min: 99}}]\n" +
         std::string(analysis);
}

std::string Mesh(std::string_view analysis = "") {
  return std::string(kReviews) + SplitRules(100, 0, "      retries: {attempts: 0}") +
         SubsetRules() + RolloutRules(analysis);
}

std::string Head(std::string_view more, std::string_view duration = "4m") {
  return "duration: " + std::string(duration) +
         "\ninterval: 10s\nrequests: [{authority: \"reviews:9080\"}]\narrivals: {rate: 200}\n" +
         std::string(more);
}

constexpr std::string_view kFaulty =
    "behaviours:\n- {failures: [{percent: 0.1, status: 500}], latency: {constant: 5ms}}\n"
    "- {select: {labels: {version: v2}}, failures: [{percent: 10, status: 500}]}\n";

TEST(SimulatedRollout, AHealthyCanaryIsPromoted) {
  const SimulationResult result = RunText(WithResources(
      Head("behaviours: [{failures: [{percent: 0.1, status: 500}], latency: {constant: 5ms}}]\n"),
      Mesh()));
  ASSERT_EQ(result.rollouts.size(), 1u);
  EXPECT_EQ(result.rollouts[0].name, "default/reviews");
  EXPECT_EQ(result.rollouts[0].phase, "Succeeded");
  EXPECT_EQ(result.rollouts[0].weight, 100);
  EXPECT_LT(result.rollouts[0].peak_score, 10);
  EXPECT_EQ(result.timeline.front().rollouts[0].weight, 5);
  // After the promotion nothing goes to the baseline.
  const SimulatedInterval& last = result.timeline.back();
  EXPECT_EQ(last.all.calls, CountsOf(result, last, "v2").calls);
}

TEST(SimulatedRollout, AFaultyCanaryIsTakenBackAndHurtsFew) {
  const SimulationResult result = RunText(WithResources(Head(kFaulty), Mesh()));
  const RolloutOutcome& rollout = result.rollouts.at(0);
  EXPECT_EQ(rollout.phase, "Failed");
  ASSERT_TRUE(rollout.rollback_at.has_value());
  EXPECT_LT(*rollout.rollback_at, 60s);
  EXPECT_LE(rollout.users_hurt, 15u);
  EXPECT_GE(rollout.users_hurt, 3u);
  EXPECT_GE(rollout.peak_score, 1000);
  EXPECT_EQ(result.timeline.back().rollouts[0].weight, 0);
  const bool told =
      std::any_of(result.events.begin(), result.events.end(), [](const TimelineEvent& event) {
        return event.kind == "rollout" && event.text.find("RollbackStarted: ") == 0;
      });
  EXPECT_TRUE(told);
}

TEST(SimulatedRollout, TwoRunsAreEqual) {
  const std::string text = WithResources(Head(kFaulty, "2m"), Mesh());
  EXPECT_EQ(WriteJson(ToDocument({RunText(text, 3), {}})),
            WriteJson(ToDocument({RunText(text, 3), {}})));
}

TEST(SimulatedRollout, ProcessesAddUpTheirEvidence) {
  const SimulationResult result =
      RunText(WithResources(Head(kFaulty) + "processes: {count: 5, mergeLag: 2s}\n", Mesh()));
  EXPECT_EQ(result.rollouts.at(0).phase, "Failed");
  ASSERT_TRUE(result.rollouts[0].rollback_at.has_value());
  EXPECT_LT(*result.rollouts[0].rollback_at, 90s);
  // All processes obey: in the end nobody sends anything to the canary.
  EXPECT_EQ(CountsOf(result, result.timeline.back(), "v2").calls, 0u);
}

// Longer than the time after which a process that is not heard of counts as lost.
TEST(SimulatedRollout, ProcessesThatGoOnCountingAreNotTakenForLost) {
  const SimulationResult result = RunText(WithResources(
      Head("behaviours: [{failures: [{percent: 0.1, status: 500}], latency: {constant: 5ms}}]\n"
           "processes: {count: 3, mergeLag: 2s}\n",
           "8m"),
      Mesh("      interval: 10s\n")));
  EXPECT_EQ(result.rollouts.at(0).phase, "Succeeded");
  EXPECT_EQ(result.rollouts[0].weight, 100);
}

// Weights are changed while calls wait for a connection.
TEST(SimulatedRollout, WhoWaitsForAConnectionIsServedAfterAChangeOfWeights) {
  const SimulationResult result = RunText(
      WithResources(Head("behaviours: [{latency: {constant: 9ms}}]\n"),
                    std::string(kReviews) + SplitRules(100, 0, "      retries: {attempts: 0}") +
                        SubsetRules("{connectionPool: {tcp: {maxConnections: 2}, http: "
                                    "{http1MaxPendingRequests: 100}}}") +
                        RolloutRules()));
  ASSERT_GT(result.timeline.back().rollouts.at(0).weight, 5);
  // 200 come in a second, and each version can serve 222.
  for (const SimulatedInterval& interval : result.timeline) {
    EXPECT_GT(interval.all.calls - interval.all.failed, 1700u) << interval.from.count();
  }
}

TEST(SimulatedRollout, AMirroredCanaryThatFailsIsTakenBackAndHurtsNobody) {
  const SimulationResult result =
      RunText(WithResources(Head(kFaulty, "1m"), Mesh("      mirror: true\n")));
  const RolloutOutcome& rollout = result.rollouts.at(0);
  EXPECT_EQ(rollout.phase, "Failed");
  ASSERT_TRUE(rollout.rollback_at.has_value());
  EXPECT_LT(*rollout.rollback_at, 10s);
  EXPECT_EQ(rollout.users_hurt, 0u);
  EXPECT_GE(rollout.peak_score, 1000);
  for (const SimulatedInterval& interval : result.timeline) {
    EXPECT_EQ(CountsOf(result, interval, "v2").calls, 0u) << "nobody was given the canary";
  }
  const bool told =
      std::any_of(result.events.begin(), result.events.end(), [](const TimelineEvent& event) {
        return event.text.find(
                   "mirrored requests failed on the canary where the baseline did "
                   "not") != std::string::npos;
      });
  EXPECT_TRUE(told);
}

TEST(SimulatedRollout, AMirroredCanaryThatIsHealthyIsPromoted) {
  const std::string text = WithResources(
      Head("behaviours: [{failures: [{percent: 0.5, status: 500}], latency: {constant: 5ms}}]\n"),
      Mesh("      mirror: true\n      mirrorWeight: 50\n"));
  const SimulationResult result = RunText(text);
  EXPECT_EQ(result.rollouts.at(0).phase, "Succeeded");
  EXPECT_LT(result.rollouts[0].peak_score, 10);
  EXPECT_EQ(WriteJson(ToDocument({result, {}})), WriteJson(ToDocument({RunText(text), {}})));
}

TEST(SimulatedRollout, ProcessesAddUpTheirPairs) {
  const SimulationResult result = RunText(WithResources(
      Head(kFaulty, "1m") + "processes: {count: 5, mergeLag: 2s}\n", Mesh("      mirror: true\n")));
  EXPECT_EQ(result.rollouts.at(0).phase, "Failed");
  EXPECT_EQ(result.rollouts[0].users_hurt, 0u);
  ASSERT_TRUE(result.rollouts[0].rollback_at.has_value());
  EXPECT_LT(*result.rollouts[0].rollback_at, 15s);
}

TEST(SimulatedRollout, AnOperatorIsObeyed) {
  const SimulationResult result = RunText(WithResources(
      Head("behaviours: [{latency: {constant: 5ms}}]\n"
           "changes: [{at: 40s, rollout: {command: abort}}, {at: 50s, rollout: {name: none, "
           "command: pause}}]\n",
           "2m"),
      Mesh()));
  EXPECT_EQ(result.rollouts.at(0).phase, "Failed");
  EXPECT_EQ(result.rollouts[0].weight, 0);
  const bool complained =
      std::any_of(result.events.begin(), result.events.end(), [](const TimelineEvent& event) {
        return event.text.find("no rollout of this name: none") != std::string::npos;
      });
  EXPECT_TRUE(complained);
}

TEST(SimulatedRollout, StickyUsersStayOnTheirVersion) {
  const SimulationResult result =
      RunText(WithResources("duration: 4m\ninterval: 10s\narrivals: {rate: 200}\n"
                            "requests: [{authority: \"reviews:9080\", users: {count: 5000}}]\n"
                            "behaviours: [{latency: {constant: 5ms}}]\n",
                            Mesh("      sessionAffinity: {key: {httpHeaderName: x-user}}\n")));
  EXPECT_EQ(result.rollouts.at(0).phase, "Succeeded");
}

TEST(Study, TellsHowOftenARolloutIsTakenBack) {
  const LoadedScenario loaded = LoadText(WithResources(Head(kFaulty, "2m"), Mesh()));
  const StudyResult study = RunStudy(loaded, 1, 5);
  ASSERT_EQ(study.rollouts.size(), 1u);
  EXPECT_EQ(study.rollouts[0].rolled_back, 5u);
  EXPECT_EQ(study.rollouts[0].promoted, 0u);
  EXPECT_LT(study.rollouts[0].rollback_seconds.Percentile(95), 90);
  EXPECT_THAT(ToText(study), HasSubstr("rolled back        5 of 5 (100%)"));
}

TEST(Study, TheFastOneAgreesWithTheOneCallByCall) {
  const LoadedScenario loaded = LoadText(WithResources(Head(kFaulty, "2m"), Mesh()));
  const absl::StatusOr<StudyResult> fast = RunFastStudy(loaded, 1, 100);
  ASSERT_TRUE(fast.ok()) << fast.status();
  const StudyResult exact = RunStudy(loaded, 1, 20);
  EXPECT_EQ(fast->rollouts[0].rolled_back, 100u);
  EXPECT_NEAR(fast->rollouts[0].users_hurt.Percentile(50),
              exact.rollouts[0].users_hurt.Percentile(50), 4);
  // The exact one learns the baseline first and waits until requests are old enough.
  EXPECT_NEAR(fast->rollouts[0].rollback_seconds.Percentile(50),
              exact.rollouts[0].rollback_seconds.Percentile(50), 15);
}

TEST(Study, AFastOneNeedsARollout) {
  const LoadedScenario loaded = LoadText(WithResources(Head("", "1m"), Usual()));
  EXPECT_EQ(RunFastStudy(loaded, 1, 1).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace meshroute
