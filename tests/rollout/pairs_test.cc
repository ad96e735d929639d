// SPDX-License-Identifier: Apache-2.0
// Baselining with mirrored pairs: joined, weighed, decided by, kept and merged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "meshroute/rollout/rollout_metrics.h"
#include "tests/rollout/pair_run.h"

namespace meshroute {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

TEST(Pairs, TheWeightsAskForCopiesWhileTheBaselineIsLearned) {
  RolloutPlan plan = PlanWithPairs();
  plan.analysis.mirror_weight = 12.5;
  PairRun run(plan);
  EXPECT_EQ(run.phase(), RolloutPhase::kBaselining);
  EXPECT_EQ(run.weights.weight, 0);
  EXPECT_EQ(run.weights.mirror, 0.125);
  EXPECT_EQ(SplitOf(run.weights).mirror, 0.125);
  const uint64_t version = run.weights.version;
  run.Pairs(100, 200, 200);
  run.Advance();
  EXPECT_EQ(run.phase(), RolloutPhase::kProgressing);
  EXPECT_EQ(run.weights.mirror, 0);
  EXPECT_GT(run.weights.version, version);
}

TEST(Pairs, AllRequestsAreMirroredByDefaultAndNoneWithoutMirror) {
  EXPECT_EQ(PairRun().weights.mirror, 1);
  RolloutPlan plan = PlanWithPairs();
  plan.analysis.mirror = false;
  EXPECT_EQ(PairRun(plan).weights.mirror, 0);
}

TEST(Pairs, AreJoinedWhicheverHalfEndsFirst) {
  PairRun run;
  run.Half(1, Arm::kBaseline, 200);
  run.Half(2, Arm::kCanary, 503, "10.0.0.2:80");
  run.Half(2, Arm::kBaseline, 200);
  run.Half(1, Arm::kCanary, 503, "10.0.0.2:80");
  run.Half(3, Arm::kCanary, 200);
  run.Half(3, Arm::kBaseline, 500);
  run.Half(4, Arm::kBaseline, 500);
  run.Half(4, Arm::kCanary, 500);
  run.Half(5, Arm::kBaseline, 200);
  run.Half(5, Arm::kCanary, 404);
  run.Advance();
  EXPECT_EQ(run.counts(),
            (PairCounts{.canary_alone = 2, .baseline_alone = 1, .both_bad = 1, .both_good = 1}));
}

TEST(Pairs, WhatHasNoOtherHalfIsDroppedAndTheOriginalStaysATrial) {
  PairRun run;
  run.Half(1, Arm::kBaseline, 503);
  run.Half(2, Arm::kCanary, 503);
  run.Advance();
  const MetricStatus metric = run.rollout->status().metrics.at(0);
  EXPECT_EQ(metric.pairs, PairCounts());
  EXPECT_EQ(metric.baseline.trials, 1);
  EXPECT_EQ(metric.baseline.bad, 1);
  EXPECT_EQ(metric.canary.trials, 0) << "a copy is no trial";
}

TEST(Pairs, ACancelledHalfMakesNoPairAndATimeoutIsBad) {
  PairRun run;
  run.Half(1, Arm::kBaseline, 200);
  Trial copy = run.Drawn(Arm::kCanary, Outcome::Failure(Outcome::Kind::kCancelled, 1ms));
  copy.pair = 1;
  run.rollout->Record(copy);
  run.Half(2, Arm::kBaseline, 200);
  copy = run.Drawn(Arm::kCanary, Outcome::Failure(Outcome::Kind::kTimeout, 1s));
  copy.pair = 2;
  run.rollout->Record(copy);
  run.Advance();
  EXPECT_EQ(run.counts(), (PairCounts{.canary_alone = 1}));
}

TEST(Pairs, ABrokenCanaryIsRolledBackBeforeItsFirstStep) {
  PairRun run;
  run.clock.Advance(3s);
  run.Advance();
  for (int i = 0; i < 19; ++i) {
    EXPECT_EQ(run.Pair(200, 503), Urgency::kAdvanceNow);
    run.Advance();
    ASSERT_EQ(run.phase(), RolloutPhase::kBaselining);
  }
  EXPECT_NEAR(run.score(), 712.390787716746, 1e-6);
  run.Pair(200, 503);
  run.Settle();
  EXPECT_EQ(run.phase(), RolloutPhase::kFailed);
  EXPECT_EQ(run.weights.weight, 0);
  EXPECT_EQ(run.weights.mirror, 0);
  EXPECT_THAT(run.log.names(),
              ElementsAre("RolloutStarted", "Holding", "RollbackStarted", "RolledBack", "Failed"));
  EXPECT_EQ(run.log.Find(RolloutEvent::Kind::kRollbackStarted)->sentence,
            "reviews v2 rolled back before its first step: 20 of 20 mirrored requests failed on "
            "the canary where the baseline did not (100 %), 0 the other way round; score 1142, "
            "limit 1000; 3.0 s after baselining began");
  EXPECT_EQ(run.rollout->status().step_times.sum, 0) << "no step was begun";
}

TEST(Pairs, TheRollbackDrainsBeforeItHasFailed) {
  RolloutPlan plan = PlanWithPairs();
  plan.rollback.drain = 10s;
  plan.rollback.keep_match = true;
  plan.analysis.match.emplace_back();
  PairRun run(plan);
  run.Pairs(20, 200, 503);
  run.Advance();
  EXPECT_EQ(run.phase(), RolloutPhase::kRollingBack);
  EXPECT_FALSE(run.weights.obeys_match) << "it never had those requests";
  run.clock.Advance(10s);
  run.Advance();
  EXPECT_EQ(run.phase(), RolloutPhase::kFailed);
  EXPECT_FALSE(run.weights.obeys_match);
}

TEST(Pairs, FailuresOfBothSayNothingAgainstTheCanary) {
  PairRun run;
  run.Pairs(90, 503, 503);
  run.Pairs(10, 200, 200);
  run.Advance();
  EXPECT_LT(run.score(), 1);
  EXPECT_EQ(run.phase(), RolloutPhase::kBaselining) << "the baseline is failing";
}

TEST(Pairs, ABaselineThatFailsAloneIsNamedTheWorse) {
  PairRun run;
  run.Pairs(25, 503, 200);
  run.Pairs(60, 200, 200);
  run.Advance();
  EXPECT_LT(run.score(), 1);
  const RolloutEvent* const event = run.log.Find(RolloutEvent::Kind::kBaselineWorse);
  ASSERT_NE(event, nullptr);
  EXPECT_THAT(event->sentence, HasSubstr("0 of 85 mirrored requests failed on the canary where "
                                         "the baseline did not (0 %), 25 the other way round"));
}

TEST(Pairs, AHealthyCanaryGoesOnWithWhatThePairsHaveLeft) {
  PairRun run;
  run.Pairs(99, 200, 200);
  run.Advance();
  EXPECT_EQ(run.phase(), RolloutPhase::kBaselining);
  run.Pair(200, 200);
  run.Advance();
  EXPECT_EQ(run.phase(), RolloutPhase::kProgressing);
  // Nothing is lost at the change: the stake of the first step is a third of a quarter.
  const double before = run.score();
  PairRun other;
  other.Pairs(100, 200, 200);
  other.rollout->Apply(RolloutCommand::kPause, "test").IgnoreError();
  other.Advance();
  EXPECT_DOUBLE_EQ(before, other.score());
  EXPECT_LT(before, 1);
  EXPECT_GT(before, 0.95);
}

TEST(Pairs, TheTimeOfBaseliningEndsItWherePairsAreFew) {
  PairRun run;
  run.RecordMany(500, Arm::kBaseline);
  run.Pairs(9, 200, 200);
  run.Advance();
  EXPECT_EQ(run.phase(), RolloutPhase::kBaselining) << "of the others no copy was made";
  run.clock.Advance(30s);
  run.Advance();
  EXPECT_EQ(run.phase(), RolloutPhase::kProgressing);
}

TEST(Pairs, SuspiciousOnesAreWaitedFor) {
  PairRun run;
  run.Pairs(12, 200, 503);
  run.Pairs(100, 200, 200);
  run.clock.Advance(1s);
  run.Advance();
  EXPECT_EQ(run.phase(), RolloutPhase::kBaselining);
  EXPECT_THAT(run.log.Find(RolloutEvent::Kind::kHolding)->sentence,
              HasSubstr("reviews v2 is held before its first step: 12 of 112 mirrored requests "
                        "failed on the canary where the baseline did not"));
  run.Pairs(5, 503, 200);
  run.Advance();
  EXPECT_LT(run.score(), 3);
  EXPECT_EQ(run.phase(), RolloutPhase::kProgressing);
  EXPECT_FALSE(run.rollout->status().holding);
}

TEST(Pairs, EveryIntervalStakesOnThemAndPausesDoNot) {
  RolloutPlan plan = PlanWithPairs();
  plan.analysis.interval = 10s;
  plan.analysis.baselining.max_duration = 1h;
  PairRun run(plan);
  run.Pairs(12, 200, 503);
  run.Advance();
  const double before = run.score();
  run.Pairs(3, 503, 200);  // Worn down.
  run.clock.Advance(10s);
  run.Advance();
  run.Pairs(15, 200, 503);
  run.Advance();
  PairRun without(plan);
  without.Pairs(12, 200, 503);
  without.Pairs(3, 503, 200);
  without.Pairs(15, 200, 503);
  without.Advance();
  EXPECT_GT(before, 10);
  EXPECT_GT(run.score(), without.score() + 1);

  ASSERT_TRUE(run.rollout->Apply(RolloutCommand::kPause, "test").ok());
  run.Advance();
  EXPECT_EQ(run.weights.mirror, 1) << "evidence goes on while it is paused";
  const double paused = run.score();
  run.clock.Advance(100s);
  run.Advance();
  EXPECT_EQ(run.score(), paused);
}

TEST(Pairs, APausedRolloutIsRolledBackAllTheSame) {
  PairRun run;
  ASSERT_TRUE(run.rollout->Apply(RolloutCommand::kPause, "test").ok());
  run.Advance();
  run.Pairs(20, 200, 503);
  run.Settle();
  EXPECT_EQ(run.phase(), RolloutPhase::kFailed);
}

TEST(Pairs, OneBadEndpointOfTheCanaryIsSuspectedInPlaceOfARollback) {
  PairRun run;
  run.Pairs(20, 200, 200, "10.0.0.2:80");
  run.Pairs(30, 200, 503, "10.0.0.3:80");
  run.Advance();
  EXPECT_EQ(run.phase(), RolloutPhase::kBaselining);
  EXPECT_THAT(run.rollout->status().suspects, ElementsAre("10.0.0.3:80"));
  run.Pairs(30, 200, 503, "10.0.0.2:80");
  run.Settle();
  EXPECT_EQ(run.phase(), RolloutPhase::kFailed);
}

TEST(Pairs, WaitUntilTheyAreMature) {
  RolloutPlan plan = PlanWithPairs();
  plan.analysis.maturity = 2s;
  PairRun run(plan);
  EXPECT_EQ(run.Pair(200, 503), Urgency::kNone);
  run.clock.Advance(1s);
  run.Advance();
  EXPECT_EQ(run.counts(), PairCounts());
  EXPECT_EQ(run.rollout->status().metrics.at(0).baseline.trials, 1) << "compared with none";
  run.clock.Advance(2s);
  run.Advance();
  EXPECT_EQ(run.counts(), (PairCounts{.canary_alone = 1}));
}

TEST(Pairs, AreComparedByLatencyOnceTheBaselineIsKnown) {
  RolloutPlan plan = PlanWithPairs();
  plan.analysis.metrics[0].name = kRequestDuration;
  plan.analysis.metrics[0].threshold_range.reset();
  plan.strategy = RolloutPlan::Strategy::kCanary;
  plan.analysis.holdback = 5;
  PairRun run(plan);
  for (int i = 0; i < 1000; ++i)
    run.rollout->Record(run.Drawn(Arm::kBaseline, Outcome::Status(200, 10ms)));
  run.clock.Advance(1s);
  run.Advance();
  EXPECT_EQ(run.rollout->status().metrics.at(0).latency_limit, 10ms);
  run.clock.Advance(1s);
  const auto pair = [&run](uint64_t number, Duration baseline, Duration canary) {
    run.Half(number, Arm::kCanary, 200, {}, canary);
    run.Half(number, Arm::kBaseline, 200, {}, baseline);
  };
  pair(1, 10ms, 11ms);  // Ten percent more are allowed.
  pair(2, 10ms, 12ms);
  pair(3, 11ms, 5ms);
  run.Advance();
  EXPECT_EQ(run.counts(),
            (PairCounts{.canary_alone = 1, .baseline_alone = 1, .both_bad = 0, .both_good = 1}));
  for (uint64_t i = 4; i < 40 && run.phase() == RolloutPhase::kBaselining; ++i) {
    pair(i, 10ms, 500ms);
    run.Advance();
  }
  EXPECT_EQ(run.phase(), RolloutPhase::kFailed);
  EXPECT_THAT(run.log.Find(RolloutEvent::Kind::kRollbackStarted)->sentence,
              HasSubstr("were too slow on the canary where they were not on the baseline"));
}

TEST(Pairs, TheStakesOfAllStepsAndOfPairsAreOneCapital) {
  // Pairs count as the first of four steps: a quarter, and a twelfth for each of the others.
  PairRun run;
  run.Pairs(100, 503, 200);  // The stake in pairs is lost.
  run.Pairs(200, 200, 200);
  run.Advance();
  ASSERT_EQ(run.phase(), RolloutPhase::kProgressing);
  EXPECT_NEAR(run.score(), 0.75, 1e-6);
  run.RecordMany(200, Arm::kBaseline);
  run.RecordMany(10'000, Arm::kBaseline, 503);  // So is that in the first step.
  run.Advance();
  EXPECT_NEAR(run.score(), 0.75 - 0.25 / 3, 1e-6);
}

TEST(Pairs, BlueGreenHasThemBeforeItsProbe) {
  RolloutPlan plan = PlanWithPairs();
  plan.strategy = RolloutPlan::Strategy::kBlueGreen;
  plan.analysis.step_weights.clear();
  PairRun run(plan);
  EXPECT_EQ(run.weights.mirror, 1);
  run.Pairs(100, 200, 200);
  run.Advance();
  EXPECT_EQ(run.phase(), RolloutPhase::kProgressing);
  EXPECT_EQ(run.weights.weight, 0.01);
}

TEST(Pairs, ARestartKeepsCountsAndScoreToTheLastBit) {
  PairRun run;
  run.Pairs(7, 200, 503, "10.0.0.2:80");
  run.Pairs(2, 503, 200, "10.0.0.3:80");
  run.Pairs(50, 200, 200, "10.0.0.3:80");
  run.Advance();
  const std::string bytes = EncodeSnapshot(run.rollout->Save());
  const absl::StatusOr<RolloutSnapshot> snapshot = DecodeSnapshot(bytes);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();

  RolloutRun after(PlanWithPairs());
  ASSERT_TRUE(after.rollout->Restore(*snapshot).ok());
  after.Advance();
  const RolloutStatus status = after.rollout->status();
  EXPECT_EQ(status.phase, RolloutPhase::kBaselining);
  EXPECT_EQ(after.weights.mirror, 1);
  EXPECT_EQ(status.metrics.at(0).pairs, run.counts());
  EXPECT_GT(status.score, 1);
  EXPECT_EQ(status.score, run.score());
  EXPECT_EQ(status.mirror_score, run.rollout->status().mirror_score);
}

TEST(Pairs, AnythingWithoutThemIsWrittenAsBeforeThereWereAny) {
  RolloutRun run(PlanOf({5, 100}));
  run.Settle();
  run.RecordMany(10, Arm::kBaseline);
  run.Advance();
  EXPECT_THAT(EncodeSnapshot(run.rollout->Save()),
              ::testing::StartsWith("meshroute rollout snapshot 2\n"));
  EXPECT_THAT(EncodeShard(run.rollout->shard()), ::testing::StartsWith("meshroute shard 1\n"));

  PairRun pairs;
  EXPECT_THAT(EncodeSnapshot(pairs.rollout->Save()),
              ::testing::StartsWith("meshroute rollout snapshot 3\n"));
  pairs.Pair(200, 200);
  pairs.Advance();
  const std::string shard = EncodeShard(pairs.rollout->shard());
  EXPECT_THAT(shard, ::testing::StartsWith("meshroute shard 2\n"));
  EXPECT_EQ(*DecodeShard(shard), pairs.rollout->shard());
}

TEST(Pairs, OfAllProcessesAreAddedUp) {
  PairRun leader(PlanWithPairs(), RolloutOptions{.instance = "a"});
  std::vector<std::unique_ptr<PairRun>> others;
  for (const char* const name : {"b", "c"}) {
    others.push_back(std::make_unique<PairRun>(PlanWithPairs(), RolloutOptions{.instance = name}));
    ASSERT_TRUE(
        others.back()->rollout->Restore(leader.rollout->Save(), Rollout::As::kFollower).ok());
    others.back()->Advance();
    EXPECT_EQ(others.back()->weights.mirror, 1);
    others.back()->Pairs(7, 200, 503, "10.0.0.2:80");
    others.back()->Advance();
  }
  leader.Pairs(5, 200, 503, "10.0.0.3:80");
  for (int again = 0; again < 2; ++again) {
    for (const auto& other : others) {
      ASSERT_TRUE(leader.rollout->Merge(*DecodeShard(EncodeShard(other->rollout->shard()))).ok());
    }
  }
  leader.Advance();
  EXPECT_EQ(leader.counts(), (PairCounts{.canary_alone = 19}));
  EXPECT_NEAR(leader.score(), 712.390787716746, 1e-6);
  EXPECT_EQ(leader.phase(), RolloutPhase::kBaselining);
  others[0]->Pairs(20, 200, 503, "10.0.0.3:80");
  others[0]->Pairs(20, 200, 503, "10.0.0.2:80");
  others[0]->Advance();
  EXPECT_EQ(others[0]->phase(), RolloutPhase::kBaselining) << "it decides nothing";
  ASSERT_TRUE(leader.rollout->Merge(others[0]->rollout->shard()).ok());
  leader.Settle();
  EXPECT_EQ(leader.phase(), RolloutPhase::kFailed);
}

TEST(Pairs, AreInTheMetrics) {
  PairRun run;
  run.Pairs(3, 200, 503);
  run.Pairs(4, 200, 200);
  run.Advance();
  const RolloutStatus status = run.rollout->status();
  const std::string text = RolloutMetricsText({&status, 1});
  EXPECT_THAT(text, HasSubstr("# TYPE meshroute_rollout_pairs_total counter\n"
                              "meshroute_rollout_pairs_total{rollout=\"prod/reviews\",metric="
                              "\"request-success-rate\",result=\"canary_alone_bad\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("result=\"both_good\"} 4\n"));

  RolloutRun without(PlanOf({5, 100}));
  without.Settle();
  const RolloutStatus other = without.rollout->status();
  EXPECT_THAT(RolloutMetricsText({&other, 1}), Not(HasSubstr("canary_alone_bad")));
}

}  // namespace
}  // namespace meshroute
