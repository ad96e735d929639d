// SPDX-License-Identifier: Apache-2.0
// Bad trials that have to grow old before they are compared decide without delay then.
#include <gtest/gtest.h>

#include <chrono>

#include "tests/rollout/pair_run.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;

// Requests are kept by the second in which they began, so they are old enough when the
// youngest of that second could be.
TEST(Maturity, ARollbackFollowsAtTheMomentTheBadRequestsAreMature) {
  RolloutPlan plan = PlanOf({5, 10});
  plan.analysis.maturity = 1500ms;
  RolloutRun run(plan);
  run.Settle();
  run.clock.Advance(300ms);
  run.Advance();
  const auto second = std::chrono::floor<std::chrono::seconds>(run.clock.Now());
  run.RecordMany(10, Arm::kCanary, 503);
  while (run.phase() == RolloutPhase::kProgressing && run.clock.Now() < second + 10s) {
    run.clock.Advance(run.weights.advance_at - run.clock.Now());
    run.Advance();
  }
  EXPECT_EQ(run.clock.Now(), second + 1s + 1500ms);
  EXPECT_EQ(run.weights.weight, 0);
  EXPECT_EQ(run.rollout->status().last_decision, Duration(0)) << "counted from that moment";
}

// Advances as it is told to, until the rollout goes back.
void FollowTo(RolloutRun& run, RolloutPhase end) {
  const TimePoint latest = run.clock.Now() + 10s;
  while (run.phase() != end && run.clock.Now() < latest) {
    run.clock.Advance(run.weights.advance_at - run.clock.Now());
    run.Advance();
  }
  ASSERT_EQ(run.phase(), end);
}

TEST(Maturity, PairsDecideAtTheMomentTheyAreMature) {
  RolloutPlan plan = PlanWithPairs();
  plan.analysis.maturity = 1500ms;
  PairRun run(plan);
  run.clock.Advance(300ms);
  run.Advance();
  const auto second = std::chrono::floor<std::chrono::seconds>(run.clock.Now());
  run.Half(1000, Arm::kBaseline, 200);  // Old enough at its end, and alone not enough.
  EXPECT_EQ(run.Half(1000, Arm::kCanary, 503, {}, 5s), Urgency::kAdvanceNow);
  run.Pairs(20, 200, 503);
  FollowTo(run, RolloutPhase::kFailed);
  EXPECT_EQ(run.clock.Now(), second + 1s + 1500ms);
  EXPECT_EQ(run.rollout->status().last_decision, Duration(0)) << "counted from that moment";
}

TEST(Maturity, RequestsOfTheMatchDecideAtTheMomentTheyAreMature) {
  RolloutPlan plan = PlanOf({5, 10});
  plan.analysis.match = {HttpMatchRequest{}};
  plan.analysis.maturity = 1500ms;
  RolloutRun run(plan);
  run.Settle();
  run.clock.Advance(300ms);
  run.Advance();
  const auto second = std::chrono::floor<std::chrono::seconds>(run.clock.Now());
  Trial trial = run.Drawn(Arm::kCanary, Outcome::Status(503));
  trial.assignment.basis = Assignment::Basis::kMatch;
  for (int i = 0; i < 40; ++i) run.rollout->Record(trial);
  trial.outcome.elapsed = 5s;  // Old enough at its end, and alone not enough.
  trial.picked_at -= 5s;
  EXPECT_EQ(run.rollout->Record(trial), Urgency::kAdvanceNow);
  run.Advance();
  ASSERT_EQ(run.phase(), RolloutPhase::kProgressing);
  FollowTo(run, RolloutPhase::kFailed);
  EXPECT_EQ(run.clock.Now(), second + 1s + 1500ms);
  EXPECT_EQ(run.rollout->status().last_decision, Duration(0));
}

TEST(Maturity, WhatAnEarlierAttemptSawDecidesNothingOfThisOne) {
  RolloutRun run(PlanOf({5, 10}));
  run.Settle();
  run.RecordMany(20, Arm::kCanary, 503);
  run.clock.Advance(3ms);
  run.Settle();
  run.Settle();
  ASSERT_EQ(run.phase(), RolloutPhase::kFailed);
  ASSERT_EQ(run.rollout->status().last_decision, 3ms);
  ASSERT_TRUE(run.rollout->Apply(RolloutCommand::kRetry, "ann").ok());
  run.Settle();
  run.clock.Advance(1h);
  run.Settle();
  ASSERT_TRUE(run.rollout->Apply(RolloutCommand::kAbort, "ann").ok());
  run.Settle();
  EXPECT_EQ(run.rollout->status().last_decision, 3ms);
}

TEST(Maturity, ABadTrialThatIsMatureWhenItEndsIsUrgent) {
  RolloutPlan plan = PlanOf({5, 10});
  plan.analysis.maturity = 1500ms;
  RolloutRun run(plan);
  run.Settle();
  run.clock.Advance(10s - run.clock.Now().time_since_epoch() % 1s + 800ms);
  const auto record = [&run](Duration elapsed) {
    Trial trial = run.Drawn(Arm::kCanary, Outcome::Status(503, elapsed));
    trial.picked_at = run.clock.Now();
    return run.rollout->Record(trial);
  };
  EXPECT_EQ(record(1699ms), Urgency::kNone);
  EXPECT_EQ(record(1700ms), Urgency::kAdvanceNow);
}

}  // namespace
}  // namespace meshroute
