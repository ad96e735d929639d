// SPDX-License-Identifier: Apache-2.0
// What becomes of a baselining with mirrored pairs whose plan changes, whose time is over,
// or in which an endpoint is suspected.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/rollout/pair_run.h"

namespace meshroute {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;
using Kind = RolloutEvent::Kind;
using OnTimeout = RolloutAnalysis::OnTimeout;

void Update(RolloutRun& run, const RolloutPlan& plan) {
  ASSERT_TRUE(run.rollout->Update(*ValidatedPlan::Create(plan)).ok());
  run.Settle();
}

TEST(PairBaselining, CopiesEndAtOnceWhereThePlanTakesThemBack) {
  for (const bool is_paused : {false, true}) {
    RolloutPlan plan = PlanWithPairs();
    PairRun run(plan);
    run.Pairs(5, 200, 503);
    if (is_paused) {
      ASSERT_TRUE(run.rollout->Apply(RolloutCommand::kPause, "ann").ok());
    }
    run.Advance();
    ASSERT_EQ(run.weights.mirror, 1);
    plan.analysis.mirror = false;
    Update(run, plan);
    EXPECT_EQ(run.weights.mirror, 0);
    EXPECT_EQ(run.rollout->status().attempt, 2U);
    EXPECT_EQ(run.phase(), RolloutPhase::kBaselining);
  }
}

TEST(PairBaselining, AnotherShareOfCopiesIsAskedForAtOnce) {
  RolloutPlan plan = PlanWithPairs();
  plan.analysis.mirror = false;
  PairRun run(plan);
  ASSERT_EQ(run.weights.mirror, 0);
  plan.analysis.mirror = true;
  Update(run, plan);
  EXPECT_EQ(run.weights.mirror, 1);
  plan.analysis.mirror_weight = 20;
  Update(run, plan);
  EXPECT_EQ(run.weights.mirror, 0.2);
}

TEST(PairBaselining, APlanThatWaitsForItsGateCopiesAsItSaysLast) {
  RolloutPlan plan = PlanWithPairs();
  plan.analysis.gates = {{"start", RolloutGate::Type::kConfirmRollout}};
  PairRun run(plan);
  ASSERT_EQ(run.phase(), RolloutPhase::kWaiting);
  plan.analysis.mirror = false;
  Update(run, plan);
  ASSERT_TRUE(run.rollout->Apply(RolloutCommand::kApprove, "ann").ok());
  run.Settle();
  EXPECT_EQ(run.phase(), RolloutPhase::kBaselining);
  EXPECT_EQ(run.weights.mirror, 0);
}

TEST(PairBaselining, WhatIsMirroredInAnotherPlanSaysNothingOnceAStepRuns) {
  RolloutPlan plan = PlanWithPairs();
  PairRun run(plan);
  run.Pairs(100, 200, 200);
  run.Settle();
  ASSERT_EQ(run.phase(), RolloutPhase::kProgressing);
  plan.analysis.mirror = false;
  Update(run, plan);
  EXPECT_EQ(run.phase(), RolloutPhase::kProgressing);
  EXPECT_EQ(run.rollout->status().attempt, 1U);
}

TEST(PairBaselining, WithoutPairsTheTimeIsOverAsThePlanSays) {
  for (const auto& [on_timeout, phase] :
       {std::pair(OnTimeout::kPause, RolloutPhase::kPaused),
        std::pair(OnTimeout::kAdvance, RolloutPhase::kProgressing),
        std::pair(OnTimeout::kRollback, RolloutPhase::kFailed)}) {
    RolloutPlan plan = PlanWithPairs();
    plan.analysis.on_timeout = on_timeout;
    PairRun run(plan);
    run.RecordMany(500, Arm::kBaseline);
    run.Pairs(8, 200, 200);
    run.clock.Advance(30s - 1ns);
    run.Settle();
    EXPECT_EQ(run.phase(), RolloutPhase::kBaselining);
    EXPECT_EQ(run.weights.advance_at, run.clock.Now() + 1ns);
    run.clock.Advance(1ns);
    run.Settle();
    EXPECT_EQ(run.phase(), phase);
    ASSERT_NE(run.log.Find(Kind::kStepTimedOut), nullptr);
    EXPECT_THAT(run.log.Find(Kind::kStepTimedOut)->sentence,
                HasSubstr("reviews v2 is not tried before its first step: 8 mirrored requests of "
                          "the 100 wanted, 9 at least, were answered by both versions in time"));
  }
}

TEST(PairBaselining, WhoResumesItWaitsForPairsAsLongAgain) {
  PairRun run;
  run.clock.Advance(30s);
  run.Settle();
  ASSERT_EQ(run.rollout->status().pause_reason, PauseReason::kInconclusive);
  EXPECT_EQ(run.weights.mirror, 1) << "evidence goes on";
  ASSERT_TRUE(run.rollout->Apply(RolloutCommand::kResume, "ann").ok());
  run.Settle();
  EXPECT_EQ(run.phase(), RolloutPhase::kBaselining);
  run.clock.Advance(30s - 1ns);
  run.Settle();
  EXPECT_EQ(run.phase(), RolloutPhase::kBaselining);
  run.Pairs(9, 200, 200);
  run.clock.Advance(1ns);
  run.Settle();
  EXPECT_EQ(run.phase(), RolloutPhase::kProgressing);
}

TEST(PairBaselining, FewPairsAreEnoughWhereThePlanWantsNoMore) {
  RolloutPlan plan = PlanWithPairs();
  plan.analysis.baselining.min_requests = 3;
  PairRun run(plan);
  run.Pairs(3, 200, 200);
  run.Settle();
  EXPECT_EQ(run.phase(), RolloutPhase::kProgressing);
}

TEST(PairBaselining, ItsTimeBeginsWhenAllVersionsHaveEndpoints) {
  PairRun run;
  run.clock.Advance(20s);
  run.Advance({.baseline = 2, .canary = 0});
  run.clock.Advance(30s - 1ns);
  run.Advance();
  EXPECT_EQ(run.phase(), RolloutPhase::kBaselining);
  run.clock.Advance(1ns);
  run.Advance();
  EXPECT_EQ(run.phase(), RolloutPhase::kPaused);
}

TEST(PairBaselining, ASuspectIsSetAsideBeforeTheFirstStepToo) {
  for (const bool ejects : {true, false}) {
    RolloutPlan plan = PlanWithPairs();
    plan.analysis.endpoints.eject_suspects = ejects;
    PairRun run(plan);
    run.Pairs(20, 200, 200, "10.0.0.2:80");
    run.Pairs(30, 200, 503, "10.0.0.3:80");
    run.Advance();
    ASSERT_EQ(run.phase(), RolloutPhase::kBaselining);
    if (ejects) {
      EXPECT_THAT(run.weights.suspects, ElementsAre("10.0.0.3:80"));
    } else {
      EXPECT_THAT(run.weights.suspects, IsEmpty());
    }
  }
}

}  // namespace
}  // namespace meshroute
