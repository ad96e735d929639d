// SPDX-License-Identifier: Apache-2.0
// An abTest that splits its match by chance, and compares the two parts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "lib/rollout/user_filter.h"
#include "meshroute/rollout/score.h"
#include "tests/rollout/plan.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using Kind = RolloutEvent::Kind;

RolloutPlan WithinPlan(double percent) {
  RolloutPlan plan = PlanOf({});
  plan.strategy = RolloutPlan::Strategy::kAbTest;
  plan.analysis.match = {HttpMatchRequest{}};
  plan.analysis.within = percent;
  plan.analysis.metrics[0].threshold_range.reset();
  plan.promote = false;
  return plan;
}

class WithinRun : public RolloutRun {
 public:
  explicit WithinRun(const RolloutPlan& plan) : RolloutRun(plan) { Settle(); }

  // Of requests that match.
  void Match(int count, Arm arm, int status = 200) {
    Trial trial = Drawn(arm, Outcome::Status(status));
    trial.assignment.weight = weights.match_weight;
    for (int i = 0; i < count; ++i) rollout->Record(trial);
  }

  // Of all others, which go to the baseline.
  void Others(int count, int status) { RecordMany(count, Arm::kBaseline, status); }

  double score() const { return rollout->status().metrics.at(0).score; }
  bool rolled_back() const { return log.Find(Kind::kRollbackStarted) != nullptr; }
};

TEST(Within, TheMatchIsDrawnForAndEverybodyElseStays) {
  WithinRun run(WithinPlan(25));
  EXPECT_EQ(run.phase(), RolloutPhase::kProgressing);
  EXPECT_EQ(run.weights.weight, 0);
  EXPECT_TRUE(run.weights.obeys_match);
  EXPECT_EQ(run.weights.match_weight, 0.25);
  EXPECT_EQ(run.rollout->status().match_weight, 0.25);
  const TrafficSplit split = SplitOf(run.weights);
  EXPECT_EQ(split.weight, 0);
  EXPECT_EQ(split.match_weight, 0.25);
  EXPECT_EQ(split.match.size(), 1U);
  EXPECT_THAT(run.log.Find(Kind::kStepStarted)->sentence,
              HasSubstr("gets 25 % of its match, step"));
}

TEST(Within, TheTwoPartsOfTheMatchAreComparedWithTheChanceOfTheDraw) {
  WithinRun run(WithinPlan(25));
  run.Match(2, Arm::kCanary, 503);
  run.Match(1, Arm::kBaseline, 503);
  run.Match(40, Arm::kCanary);
  run.Match(120, Arm::kBaseline);
  run.Others(1000, 503);
  run.Advance();
  Score score;
  score.Invest(0.5);  // The only step has the share of all step starts.
  score.Multiply(RelativeFactors(0.25, {}), {.canary_bad = 2, .baseline_bad = 1, .good = 160});
  EXPECT_NEAR(run.score(), score.Sum(), 1e-9 * score.Sum());
  EXPECT_EQ(run.rollout->status().step_requests, 42);
  EXPECT_EQ(run.rollout->status().metrics[0].baseline.step_trials, 121);
}

TEST(Within, AWorseCanaryIsRolledBackWithoutAnyThreshold) {
  WithinRun run(WithinPlan(50));
  run.Match(40, Arm::kBaseline);
  run.Match(20, Arm::kCanary, 503);
  run.Advance();
  ASSERT_TRUE(run.rolled_back());
  EXPECT_THAT(run.log.Find(Kind::kRollbackStarted)->sentence,
              HasSubstr("rolled back at 50 % of its match: 20 of 20 canary requests failed (100 %) "
                        "against 0 of 40"));
  run.Settle();
  EXPECT_EQ(run.phase(), RolloutPhase::kFailed);
  EXPECT_FALSE(run.weights.obeys_match);
  EXPECT_EQ(run.weights.weight, 0);
}

TEST(Within, AnIncidentThatHitsBothPartsRollsNothingBack) {
  RolloutPlan plan = WithinPlan(50);
  plan.analysis.metrics[0].threshold_range = RolloutThreshold{.min = 99, .max = std::nullopt};
  WithinRun run(plan);
  for (int i = 0; i < 20; ++i) {
    run.Match(10, Arm::kCanary, 503);
    run.Match(10, Arm::kBaseline, 503);
    run.Advance();
  }
  EXPECT_FALSE(run.rolled_back());
  run.clock.Advance(60s);
  run.Settle();
  EXPECT_EQ(run.phase(), RolloutPhase::kProgressing) << "thresholdRange holds";
  run.Match(19'800, Arm::kCanary);
  run.Settle();
  EXPECT_EQ(run.phase(), RolloutPhase::kSucceeded);

  plan.analysis.within.reset();
  WithinRun alone(plan);
  Trial trial = alone.Drawn(Arm::kCanary, Outcome::Status(503));
  trial.assignment.basis = Assignment::Basis::kMatch;
  trial.assignment.weight = 1;
  for (int i = 0; i < 200; ++i) alone.rollout->Record(trial);
  alone.Advance();
  EXPECT_TRUE(alone.rolled_back()) << "with nothing to compare, the canary has the blame";
}

TEST(Within, ABreachRollsBackWhereThePlanSaysSo) {
  RolloutPlan plan = WithinPlan(50);
  plan.analysis.metrics[0].threshold_range = RolloutThreshold{.min = 90, .max = std::nullopt};
  plan.analysis.metrics[0].on_breach = RolloutMetric::OnBreach::kRollback;
  WithinRun run(plan);
  run.Match(30, Arm::kCanary, 503);
  run.Match(30, Arm::kBaseline, 503);
  run.clock.Advance(30s);
  run.Settle();
  ASSERT_TRUE(run.rolled_back());
  EXPECT_EQ(run.log.Find(Kind::kRollbackStarted)->subject, "threshold");
}

TEST(Within, EndsWithItsVerdictOrIsPromotedToEverybody) {
  for (const bool promote : {false, true}) {
    RolloutPlan plan = WithinPlan(50);
    plan.promote = promote;
    WithinRun run(plan);
    run.Match(200, Arm::kCanary);
    run.Match(200, Arm::kBaseline);
    run.clock.Advance(60s);
    run.Advance();
    if (promote) {
      EXPECT_EQ(run.phase(), RolloutPhase::kPromoting);
      EXPECT_EQ(run.weights.match_weight, 1) << "nobody of the match is left behind";
    }
    run.Settle();
    EXPECT_EQ(run.phase(), RolloutPhase::kSucceeded);
    EXPECT_EQ(run.weights.weight, promote ? 1 : 0);
    EXPECT_FALSE(run.weights.obeys_match);
  }
}

TEST(Within, AMatchThatIsKeptStaysDivided) {
  RolloutPlan plan = WithinPlan(10);
  plan.rollback.keep_match = true;
  WithinRun run(plan);
  run.clock.Advance(1s);
  run.Settle();
  ASSERT_TRUE(run.rollout->Apply(RolloutCommand::kAbort, "ann").ok());
  run.Settle();
  run.Settle();
  EXPECT_EQ(run.phase(), RolloutPhase::kFailed);
  EXPECT_TRUE(run.weights.obeys_match);
  EXPECT_EQ(run.weights.match_weight, 0.1);
}

TEST(Within, UsersOfTheMatchCountOnce) {
  RolloutPlan plan = WithinPlan(50);
  plan.analysis.session_affinity.emplace();
  WithinRun run(plan);
  const auto record = [&run](uint64_t unit, double weight, int status) {
    Trial trial = run.Drawn(PositionOf(unit) < weight ? Arm::kCanary : Arm::kBaseline,
                            Outcome::Status(status));
    trial.assignment.basis = Assignment::Basis::kStickyKey;
    trial.assignment.unit = unit;
    trial.assignment.weight = weight;
    run.rollout->Record(trial);
  };
  const uint64_t low = uint64_t{1} << 60;
  const uint64_t high = uint64_t{15} << 60;
  for (int i = 0; i < 50; ++i) record(low, 0.5, 503);
  for (int i = 0; i < 50; ++i) record(low + 1, 0, 503);  // Does not match this time.
  record(low + 1, 0.5, 200);
  record(high, 0.5, 200);
  run.Advance();
  Score score;
  score.Invest(0.5);
  score.Multiply(RelativeFactors(0.5, {}), {.canary_bad = 1, .good = 2});
  EXPECT_NEAR(run.score(), score.Sum(), 1e-9 * score.Sum());
}

TEST(Within, ARestartGoesOnWithTheSameDrawAndScore) {
  WithinRun run(WithinPlan(20));
  run.Match(3, Arm::kCanary, 503);
  run.Match(30, Arm::kBaseline);
  run.Advance();
  const RolloutSnapshot snapshot = *DecodeSnapshot(EncodeSnapshot(run.rollout->Save()));
  RolloutRun next(WithinPlan(20));
  ASSERT_TRUE(next.rollout->Restore(snapshot).ok());
  next.Settle();
  EXPECT_EQ(next.phase(), RolloutPhase::kProgressing);
  EXPECT_EQ(next.weights.match_weight, 0.2);
  EXPECT_TRUE(next.weights.obeys_match);
  EXPECT_EQ(next.rollout->status().metrics[0].score, run.score());
}

TEST(Within, ARestartThatIsTooLatePausesWithTheMatchStillDividedAndGuarded) {
  for (const std::optional<double> within : {std::optional(20.0), std::optional<double>()}) {
    RolloutPlan plan = WithinPlan(20);
    plan.analysis.within = within;
    plan.analysis.metrics[0].threshold_range = RolloutThreshold{.min = 50, .max = std::nullopt};
    WithinRun run(plan);
    const RolloutSnapshot snapshot = run.rollout->Save();
    for (const bool resumes : {true, false}) {
      RolloutRun late(plan);
      late.clock.Advance(15min + 1s);
      ASSERT_TRUE(late.rollout->Restore(snapshot).ok());
      late.Settle();
      ASSERT_EQ(late.rollout->status().pause_reason, PauseReason::kEvidenceLost);
      EXPECT_TRUE(late.weights.obeys_match) << "nobody changes the version";
      EXPECT_EQ(late.weights.match_weight, within ? 0.2 : 1);
      EXPECT_EQ(late.rollout->status().score_limit, 10'000);
      if (resumes) {
        ASSERT_TRUE(late.rollout->Apply(RolloutCommand::kResume, "ann").ok());
        late.Advance();
        EXPECT_EQ(late.phase(), RolloutPhase::kProgressing);
        EXPECT_TRUE(late.weights.obeys_match);
        EXPECT_EQ(late.rollout->status().attempt, 2U);
        continue;
      }
      Trial trial = late.Drawn(Arm::kCanary, Outcome::Status(503));
      trial.assignment.weight = late.weights.match_weight;
      if (!within) trial.assignment.basis = Assignment::Basis::kMatch;
      for (int i = 0; i < 40; ++i) late.rollout->Record(trial);
      late.Settle();
      EXPECT_EQ(late.phase(), RolloutPhase::kFailed);
      EXPECT_FALSE(late.weights.obeys_match);
    }
  }
}

TEST(Within, ADryRunGoesOnDividingItsMatch) {
  RolloutPlan plan = WithinPlan(50);
  plan.dry_run = true;
  plan.promote = true;
  plan.post_promotion.watch = 1h;
  plan.analysis.metrics[0].threshold_range = RolloutThreshold{.min = 50, .max = std::nullopt};
  WithinRun run(plan);
  run.Match(200, Arm::kCanary);
  run.clock.Advance(60s);
  run.Settle();
  ASSERT_EQ(run.phase(), RolloutPhase::kWatching);
  EXPECT_EQ(run.weights.match_weight, 0.5);
  run.Match(40, Arm::kBaseline);
  run.Match(40, Arm::kCanary, 503);
  run.Advance();
  EXPECT_TRUE(run.rolled_back());
}

TEST(Within, AnotherShareIsAnotherAttempt) {
  WithinRun run(WithinPlan(50));
  run.Match(3, Arm::kCanary, 503);
  run.Advance();
  ASSERT_TRUE(run.rollout->Update(*ValidatedPlan::Create(WithinPlan(20))).ok());
  run.Settle();
  EXPECT_EQ(run.rollout->status().attempt, 2U);
  EXPECT_EQ(run.weights.match_weight, 0.2);
}

TEST(Within, AnotherMatchIsAnotherAttempt) {
  RolloutPlan plan = WithinPlan(50);
  WithinRun run(plan);
  run.Match(3, Arm::kCanary, 503);
  run.Advance();
  plan.analysis.match[0].port = 8080;
  ASSERT_TRUE(run.rollout->Update(*ValidatedPlan::Create(plan)).ok());
  run.Settle();
  EXPECT_EQ(run.rollout->status().attempt, 2U);
  EXPECT_EQ(SplitOf(run.weights).match, plan.analysis.match);
  EXPECT_LE(run.score(), 1) << "nothing of the other match is counted";
}

}  // namespace
}  // namespace meshroute
