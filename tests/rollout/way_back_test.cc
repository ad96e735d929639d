// SPDX-License-Identifier: Apache-2.0
// What takes a canary back, and how fast.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "tests/rollout/plan.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;
using Kind = RolloutEvent::Kind;
using Phase = RolloutPhase;

// One of `per` requests of the canary fails, late in a step that went well.
RouteWeights AfterFaultLate(int per) {
  RolloutPlan plan = PlanOf({50});
  plan.analysis.min_duration = 30min;
  plan.rollback.steps = {2};
  plan.rollback.drain = 1s;
  plan.rollback.min_baseline_endpoints = 3;
  RolloutRun run(plan);
  run.Settle();
  run.RecordMany(3000, Arm::kCanary);
  run.RecordMany(3000, Arm::kBaseline);
  run.clock.Advance(10min);
  run.Settle();
  for (int i = 0; i < 1000 && run.phase() == Phase::kProgressing; ++i) {
    run.clock.Advance(10ms);
    run.Record(Arm::kBaseline);
    run.Record(Arm::kCanary, i % per == 0 ? 503 : 200);
    run.Advance({.baseline = 2, .canary = 2});
  }
  EXPECT_EQ(run.phase(), Phase::kRollingBack);
  return run.weights;
}

TEST(WayBack, AnOutageLateInAStepGoesTo0AtOnce) {
  EXPECT_EQ(AfterFaultLate(1).weight, 0);
  EXPECT_EQ(AfterFaultLate(5).weight, 0.02) << "the baseline is too small for all of it";
}

RolloutPlan BlueGreen() {
  RolloutPlan plan = PlanOf({});
  plan.strategy = RolloutPlan::Strategy::kBlueGreen;
  plan.analysis.metrics[0].threshold_range->min = 99;
  return plan;
}

void Swap(RolloutRun& run) {
  run.RecordMany(200, Arm::kCanary);
  run.clock.Advance(60s);
  run.Settle();
  ASSERT_EQ(run.phase(), Phase::kWatching);
}

TEST(WayBack, ASwapIsWatchedByThePlansLimitWhereTheBaselineHadFewRequests) {
  RolloutRun run(BlueGreen());
  run.Settle();
  run.RecordMany(5, Arm::kBaseline);
  Swap(run);
  run.RecordMany(10, Arm::kCanary, 503);
  run.Advance();
  EXPECT_EQ(run.weights.weight, 0);
}

TEST(WayBack, ASwapIsWatchedByWhatTheBaselineDidUnderEachMetric) {
  RolloutPlan plan = BlueGreen();
  RolloutMetric latency;
  latency.name = kRequestDuration;
  latency.threshold_range = RolloutThreshold{.min = std::nullopt, .max = 100};
  plan.analysis.metrics.insert(plan.analysis.metrics.begin(), latency);
  RolloutRun run(plan);
  run.Settle();
  // A tenth of the baseline's requests fail, and all are fast.
  run.RecordMany(18'000, Arm::kBaseline);
  run.RecordMany(2000, Arm::kBaseline, 503);
  Swap(run);
  const auto rates = run.rollout->Save().progress.watch_rates;
  EXPECT_GT(rates[0], 0.002);
  EXPECT_LT(rates[0], 0.01);
  EXPECT_GT(rates[1], 0.15);
  EXPECT_LT(rates[1], 0.2);
  EXPECT_EQ(DecodeSnapshot(EncodeSnapshot(run.rollout->Save()))->progress.watch_rates, rates);
  run.RecordMany(90, Arm::kCanary);
  run.RecordMany(10, Arm::kCanary, 503);
  run.Advance();
  EXPECT_EQ(run.phase(), Phase::kWatching) << "as the baseline did";
}

TEST(WayBack, ACanaryWhoseEvidenceIsLostIsGuarded) {
  RolloutRun run(PlanOf({5, 10}));
  run.Settle();
  const RolloutSnapshot snapshot = run.rollout->Save();
  for (const int failures : {3, 20}) {
    RolloutRun late(PlanOf({5, 10}));
    late.clock.Advance(15min + 1s);
    ASSERT_TRUE(late.rollout->Restore(snapshot).ok());
    late.Settle();
    ASSERT_EQ(late.rollout->status().pause_reason, PauseReason::kEvidenceLost);
    ASSERT_EQ(late.weights.weight, 0.05);
    EXPECT_EQ(late.rollout->status().score_limit, 10'000);
    late.RecordMany(failures, Arm::kCanary, 503);
    late.Advance();
    EXPECT_EQ(late.weights.weight, failures == 3 ? 0.05 : 0);
  }
}

TEST(WayBack, AMatchStaysWithTheCanaryWhereThePlanSaysSo) {
  for (const bool keeps : {false, true}) {
    RolloutPlan plan = PlanOf({5, 10});
    plan.analysis.match = {HttpMatchRequest{}};
    plan.rollback.keep_match = keeps;
    RolloutRun run(plan);
    run.Settle();
    run.clock.Advance(1s);
    run.Settle();
    ASSERT_TRUE(run.rollout->Apply(RolloutCommand::kAbort, "ann").ok());
    run.Settle();
    run.Settle();
    ASSERT_EQ(run.phase(), Phase::kFailed);
    EXPECT_EQ(run.weights.weight, 0);
    EXPECT_EQ(run.weights.obeys_match, keeps);
  }
  RolloutPlan waiting = PlanOf({5});
  waiting.analysis.match = {HttpMatchRequest{}};
  waiting.analysis.gates = {{"start", RolloutGate::Type::kConfirmRollout}};
  waiting.rollback.keep_match = true;
  RolloutRun run(waiting);
  run.Settle();
  run.clock.Advance(1s);
  ASSERT_TRUE(run.rollout->Apply(RolloutCommand::kAbort, "ann").ok());
  run.Settle();
  ASSERT_EQ(run.phase(), Phase::kFailed);
  EXPECT_FALSE(run.weights.obeys_match) << "it never had a request";
}

}  // namespace
}  // namespace meshroute
