// SPDX-License-Identifier: Apache-2.0
// Plans that change while they are carried out, and after.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "tests/rollout/plan.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;
using Kind = RolloutEvent::Kind;
using Phase = RolloutPhase;

void Update(RolloutRun& run, const RolloutPlan& plan) {
  const absl::StatusOr<ValidatedPlan> valid = ValidatedPlan::Create(plan);
  ASSERT_TRUE(valid.ok()) << valid.status();
  ASSERT_TRUE(run.rollout->Update(*valid).ok());
}

void PassStep(RolloutRun& run) {
  run.RecordMany(200, Arm::kCanary);
  run.clock.Advance(60s);
  run.Settle();
}

int64_t Steps(const RolloutRun& run) {
  const auto names = run.log.names();
  return std::count(names.begin(), names.end(), EventName(Kind::kStepStarted));
}

RolloutPlan WithLatency(RolloutPlan plan) {
  RolloutMetric latency;
  latency.name = kRequestDuration;
  plan.analysis.metrics.push_back(latency);
  return plan;
}

void Fail(RolloutRun& run) {
  ASSERT_TRUE(run.rollout->Apply(RolloutCommand::kAbort, "ann").ok());
  run.Settle();
  run.Settle();
  ASSERT_EQ(run.phase(), Phase::kFailed);
}

void Retry(RolloutRun& run) {
  ASSERT_TRUE(run.rollout->Apply(RolloutCommand::kRetry, "ann").ok());
  run.Settle();
}

TEST(PlanChange, AStepThatDoesNotRiseDrawsNoUsers) {
  RolloutPlan plan = PlanOf({60, 80});
  plan.analysis.session_affinity = RolloutAffinity{};
  RolloutRun run(plan);
  run.Settle();
  plan.analysis.step_weights = {10, 100};
  plan.analysis.holdback = 50;
  Update(run, plan);
  PassStep(run);
  ASSERT_EQ(run.weights.weight, 0.5);
  for (int i = 0; i < 500; ++i) {
    const double position = 0.6 + i * 0.0005;
    Trial trial = run.Drawn(Arm::kBaseline, Outcome::Status(i % 2 == 0 ? 200 : 503));
    trial.assignment.basis = Assignment::Basis::kStickyKey;
    trial.assignment.unit = static_cast<uint64_t>(position * 0x1p64);
    run.rollout->Record(trial);
  }
  run.Advance();
  EXPECT_TRUE(std::isfinite(run.rollout->status().score));
  EXPECT_TRUE(DecodeSnapshot(EncodeSnapshot(run.rollout->Save())).ok());
  EXPECT_EQ(run.phase(), Phase::kProgressing);
}

TEST(PlanChange, TheSamePlanAgainChangesNothing) {
  RolloutPlan plan = PlanOf({5, 100});
  plan.analysis.holdback = 5;
  RolloutRun run(plan);
  run.Settle();
  RolloutPlan other = plan;
  other.analysis.step_weights = {5, 20, 100};
  Update(run, other);
  Update(run, plan);
  PassStep(run);
  EXPECT_EQ(run.weights.weight, 0.95) << "what was taken back is forgotten";
  Update(run, plan);
  PassStep(run);
  EXPECT_EQ(run.phase(), Phase::kSucceeded);
  EXPECT_EQ(Steps(run), 2);
}

TEST(PlanChange, InTheLastStepRepeatsNoStep) {
  RolloutPlan plan = PlanOf({5, 100});
  plan.analysis.holdback = 5;
  RolloutRun run(plan);
  run.Settle();
  PassStep(run);
  ASSERT_EQ(run.weights.weight, 0.95);
  plan.analysis.min_requests = 100;
  Update(run, plan);
  PassStep(run);
  EXPECT_EQ(run.phase(), Phase::kSucceeded);
  EXPECT_EQ(Steps(run), 2);
}

TEST(PlanChange, ADryRunGoesOnFromTheStepItIsIn) {
  RolloutPlan plan = PlanOf({5, 20, 50});
  plan.dry_run = true;
  RolloutRun run(plan);
  run.Settle();
  PassStep(run);
  ASSERT_EQ(run.rollout->status().step, 1U);
  plan.analysis.min_requests = 100;
  Update(run, plan);
  PassStep(run);
  EXPECT_EQ(run.rollout->status().step, 2U);
}

TEST(PlanChange, AfterTheEndIsForARetry) {
  RolloutRun run(WithLatency(PlanOf({5, 50})));
  run.Settle();
  RolloutPlan stale = WithLatency(PlanOf({5, 50}));
  stale.analysis.min_requests = 77;
  Update(run, stale);
  Fail(run);
  RolloutPlan plan = PlanOf({10, 50});
  plan.analysis.min_requests = 88;
  Update(run, plan);
  EXPECT_EQ(run.phase(), Phase::kFailed);
  EXPECT_EQ(run.rollout->status().metrics.size(), 2U) << "what was judged";
  Retry(run);
  EXPECT_EQ(run.rollout->status().metrics.size(), 1U);
  EXPECT_EQ(run.rollout->status().requests_wanted, 88U);
  EXPECT_EQ(run.weights.weight, 0.1);
}

TEST(PlanChange, BeforeTheStartCountsAtOnce) {
  RolloutRun run(WithLatency(PlanOf({5, 50})));
  Update(run, PlanOf({10, 50}));
  EXPECT_EQ(run.rollout->status().metrics.size(), 1U);
  run.Settle();
  EXPECT_EQ(run.weights.weight, 0.1);
}

TEST(PlanChange, AfterSuccessMovesToTheRuleItNames) {
  RolloutPlan plan = PlanOf({5});
  RolloutRun run(plan);
  run.Settle();
  PassStep(run);
  ASSERT_EQ(run.phase(), Phase::kSucceeded);
  const uint64_t version = run.weights.version;
  plan.route = "default";
  Update(run, plan);
  run.Settle();
  EXPECT_EQ(run.phase(), Phase::kSucceeded);
  EXPECT_EQ(run.weights.plan->route, "default");
  EXPECT_EQ(run.weights.weight, 1);
  EXPECT_GT(run.weights.version, version);
}

TEST(PlanChange, DoesNotTakeARollbackBack) {
  RolloutPlan plan = PlanOf({50});
  plan.rollback.steps = {2};
  RolloutRun run(plan);
  run.Settle();
  ASSERT_TRUE(run.rollout->Apply(RolloutCommand::kAbort, "ann").ok());
  run.Advance();
  ASSERT_EQ(run.phase(), Phase::kRollingBack);
  plan.analysis.false_rollback_probability = 0.01;
  Update(run, plan);
  run.Advance();
  EXPECT_EQ(run.phase(), Phase::kRollingBack);
  EXPECT_EQ(run.weights.weight, 0.02);
  run.clock.Advance(30s);
  run.Settle();
  run.Settle();
  ASSERT_EQ(run.phase(), Phase::kFailed);
  Retry(run);
  EXPECT_EQ(run.rollout->status().score_limit, 100);
}

TEST(PlanChange, WhatIsOverStaysOverARestartWithOtherMetrics) {
  RolloutRun failed(WithLatency(PlanOf({5, 50})));
  failed.Settle();
  Fail(failed);
  RolloutRun restarted(PlanOf({5, 50}));
  ASSERT_TRUE(restarted.rollout->Restore(failed.rollout->Save()).ok());
  restarted.Settle();
  EXPECT_EQ(restarted.phase(), Phase::kFailed);
  EXPECT_EQ(restarted.log.Find(Kind::kEvidenceLost), nullptr);
  EXPECT_EQ(restarted.rollout->status().metrics.size(), 1U);

  RolloutRun succeeded(PlanOf({5}));
  succeeded.Settle();
  PassStep(succeeded);
  RolloutRun again(WithLatency(PlanOf({5})));
  ASSERT_TRUE(again.rollout->Restore(succeeded.rollout->Save()).ok());
  again.Settle();
  EXPECT_EQ(again.phase(), Phase::kSucceeded);
  EXPECT_EQ(again.weights.weight, 1);
  EXPECT_EQ(again.rollout->Save().progress.phase, Phase::kSucceeded);
}

RolloutPlan TimingOut() {
  RolloutPlan plan = PlanOf({5, 50});
  plan.analysis.on_timeout = RolloutAnalysis::OnTimeout::kAdvance;
  plan.analysis.metrics[0].threshold_range->min = 99;
  return plan;
}

TEST(StepTimeout, WaivesTheRequestsAndNothingElse) {
  RolloutRun breaching(TimingOut());
  breaching.Settle();
  breaching.RecordMany(20, Arm::kBaseline, 503);
  breaching.RecordMany(2, Arm::kCanary, 503);
  breaching.RecordMany(48, Arm::kCanary);
  breaching.clock.Advance(1h);
  breaching.Settle();
  EXPECT_EQ(breaching.phase(), Phase::kPaused);
  EXPECT_EQ(breaching.rollout->status().pause_reason, PauseReason::kInconclusive);
  EXPECT_EQ(breaching.weights.weight, 0.05);

  RolloutRun without_endpoints(TimingOut());
  without_endpoints.Settle();
  without_endpoints.clock.Advance(1h);
  without_endpoints.Advance({.baseline = 3, .canary = 0});
  EXPECT_EQ(without_endpoints.phase(), Phase::kPaused);

  RolloutPlan unproven_plan = TimingOut();
  unproven_plan.analysis.advance = RolloutAnalysis::Advance::kProven;
  RolloutRun unproven(unproven_plan);
  unproven.Settle();
  unproven.RecordMany(50, Arm::kCanary);
  unproven.clock.Advance(1h);
  unproven.Settle();
  EXPECT_EQ(unproven.phase(), Phase::kPaused);
}

TEST(StepTimeout, AsksTheGatesAllTheSame) {
  RolloutPlan plan = TimingOut();
  plan.analysis.gates = {{"lead", RolloutGate::Type::kConfirmTrafficIncrease}};
  RolloutRun run(plan);
  run.Settle();
  run.clock.Advance(1h);
  run.Settle();
  EXPECT_EQ(run.phase(), Phase::kProgressing);
  EXPECT_EQ(run.weights.weight, 0.05);
  ASSERT_TRUE(run.rollout->Apply(RolloutCommand::kApprove, "ann").ok());
  run.Settle();
  EXPECT_EQ(run.weights.weight, 0.5);
  EXPECT_NE(run.log.Find(Kind::kStepTimedOut), nullptr);
}

}  // namespace
}  // namespace meshroute
