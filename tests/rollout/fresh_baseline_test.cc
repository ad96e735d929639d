// SPDX-License-Identifier: Apache-2.0
// A canary that is compared with a baseline as young as itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "meshroute/rollout/rollout_metrics.h"
#include "meshroute/rollout/score.h"
#include "tests/rollout/plan.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = RolloutEvent::Kind;

RolloutPlan FreshPlan(std::vector<double> weights) {
  RolloutPlan plan = PlanOf(std::move(weights));
  plan.fresh_baseline = Destination{.host = "reviews", .subset = "v1-fresh", .port = {}};
  return plan;
}

// Of the canary and the fresh baseline, as the router tags them.
void Record(RolloutRun& run, int count, Arm arm, int status = 200) {
  Trial trial = run.Drawn(arm, Outcome::Status(status));
  trial.assignment.weight = ComparedWeight(run.weights.weight, run.weights.fresh_weight);
  for (int i = 0; i < count; ++i) run.rollout->Record(trial);
}

// Of the old baseline.
void RecordOld(RolloutRun& run, int count, int status) {
  Trial trial = run.Drawn(Arm::kBaseline, Outcome::Status(status));
  trial.assignment.weight = 0;
  for (int i = 0; i < count; ++i) run.rollout->Record(trial);
}

std::string MetricsOf(const RolloutRun& run) {
  return RolloutMetricsText(std::vector<RolloutStatus>{run.rollout->status()});
}

TEST(FreshBaseline, GetsAsMuchAsTheCanaryWhereThereIsAsMuch) {
  RolloutPlan plan = FreshPlan({5, 50, 75, 100});
  plan.analysis.holdback = 10;
  plan.analysis.gates = {{"start", RolloutGate::Type::kConfirmRollout}};
  RolloutRun run(plan);
  run.Settle();
  EXPECT_EQ(run.weights.fresh_weight, 0) << "not before the canary";
  ASSERT_TRUE(run.rollout->Apply(RolloutCommand::kApprove, "ann").ok());
  for (const auto& [weight, fresh] : {std::pair(0.05, 0.05), std::pair(0.5, 0.5),
                                      std::pair(0.75, 0.25), std::pair(0.9, 1 - 0.9)}) {
    run.Settle();
    EXPECT_EQ(run.weights.weight, weight);
    EXPECT_EQ(run.weights.fresh_weight, fresh);
    EXPECT_TRUE(ValidateSplits({SplitOf(run.weights)}).ok());
    Record(run, 200, Arm::kCanary);
    run.clock.Advance(60s);
  }
  run.Settle();
  EXPECT_EQ(run.phase(), RolloutPhase::kSucceeded);
  EXPECT_EQ(run.weights.weight, 1);
  EXPECT_EQ(run.weights.fresh_weight, 0);
}

TEST(FreshBaseline, AloneIsComparedWithTheCanary) {
  RolloutRun run(FreshPlan({5, 10}));
  run.Settle();
  Record(run, 2, Arm::kCanary, 503);
  Record(run, 1, Arm::kBaseline, 503);
  Record(run, 60, Arm::kBaseline);
  RecordOld(run, 1000, 503);
  run.Advance();
  Score score;
  score.Invest(0.25);
  score.Multiply(RelativeFactors(0.5, {}), {.canary_bad = 2, .baseline_bad = 1, .good = 60});
  const RolloutStatus status = run.rollout->status();
  EXPECT_NEAR(status.metrics[0].score, score.Sum(), 1e-9 * score.Sum());
  EXPECT_EQ(status.metrics[0].baseline.step_trials, 61);
  EXPECT_EQ(status.fresh_weight, 0.05);
}

TEST(FreshBaseline, WhereLittleIsLeftTheChanceIsWhatItIs) {
  RolloutRun run(FreshPlan({75}));
  run.Settle();
  Record(run, 3, Arm::kCanary, 503);
  Record(run, 20, Arm::kBaseline);
  run.Advance();
  Score score;
  score.Invest(0.5);
  score.Multiply(RelativeFactors(0.75, {}), {.canary_bad = 3, .good = 20});
  EXPECT_NEAR(run.rollout->status().metrics[0].score, score.Sum(), 1e-9 * score.Sum());
}

TEST(FreshBaseline, ColdStartsOfBothAreNoFaultOfTheCanary) {
  RolloutRun run(FreshPlan({5, 10}));
  run.Settle();
  for (int i = 0; i < 20; ++i) {
    Record(run, 5, Arm::kCanary, 503);
    Record(run, 5, Arm::kBaseline, 503);
    RecordOld(run, 90, 200);
    run.Advance();
  }
  EXPECT_EQ(run.log.Find(Kind::kRollbackStarted), nullptr);
  Record(run, 400, Arm::kCanary, 503);
  run.Advance();
  ASSERT_NE(run.log.Find(Kind::kRollbackStarted), nullptr);
  EXPECT_EQ(run.weights.fresh_weight, 0) << "the way back is to the old one";
}

TEST(FreshBaseline, NoStepBeginsBeforeItHasAnEndpoint) {
  RolloutRun run(FreshPlan({5}));
  run.Advance({.baseline = 3, .canary = 1, .fresh_baseline = 0});
  EXPECT_EQ(run.phase(), RolloutPhase::kBaselining);
  EXPECT_EQ(run.rollout->status().reason, "a version has no endpoint");
  run.Advance({.baseline = 3, .canary = 1, .fresh_baseline = 1});
  EXPECT_EQ(run.phase(), RolloutPhase::kProgressing);
}

TEST(FreshBaseline, StandsInTheSplitAndInTheMetrics) {
  RolloutPlan plan = FreshPlan({5});
  plan.virtual_service = "edge/reviews";
  RolloutRun run(plan);
  run.Settle();
  const TrafficSplit split = SplitOf(run.weights);
  EXPECT_EQ(split.fresh_baseline->host, "reviews.prod.svc.cluster.local");
  EXPECT_EQ(split.fresh_baseline->subset, "v1-fresh");
  EXPECT_EQ(split.fresh_weight, 0.05);
  const std::string text = MetricsOf(run);
  EXPECT_THAT(text, HasSubstr("arm=\"fresh-baseline\"} 0.05"));
  EXPECT_THAT(text, HasSubstr("arm=\"baseline\"} 0.9\n"));
  RolloutRun usual(PlanOf({5}));
  usual.Settle();
  EXPECT_THAT(MetricsOf(usual), Not(HasSubstr("fresh-baseline")));
}

TEST(FreshBaseline, AnotherOneIsAnotherAttempt) {
  RolloutRun run(FreshPlan({5, 10}));
  run.Settle();
  ASSERT_TRUE(run.rollout->Update(*ValidatedPlan::Create(PlanOf({5, 10}))).ok());
  run.Settle();
  EXPECT_EQ(run.rollout->status().attempt, 2U);
  EXPECT_EQ(run.weights.fresh_weight, 0);
}

TEST(RetryOnBaseline, HoldsAsLongAsTheBaselineHasRequests) {
  RolloutPlan plan = PlanOf({5, 100});
  plan.retry_on_baseline = true;
  RolloutRun run(plan);
  run.Settle();
  EXPECT_TRUE(SplitOf(run.weights).retry_on_baseline);
  run.RecordMany(200, Arm::kCanary);
  run.clock.Advance(60s);
  run.Settle();
  ASSERT_EQ(run.weights.weight, 1);
  EXPECT_FALSE(SplitOf(run.weights).retry_on_baseline);
  plan.retry_on_baseline = false;
  RolloutRun other(plan);
  other.Settle();
  EXPECT_FALSE(SplitOf(other.weights).retry_on_baseline);
}

}  // namespace
}  // namespace meshroute
