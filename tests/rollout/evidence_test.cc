// SPDX-License-Identifier: Apache-2.0
// Which trials count, when, and for what.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "lib/rollout/trial_judge.h"
#include "lib/rollout/user_filter.h"
#include "meshroute/rollout/score.h"
#include "tests/rollout/plan.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using Kind = RolloutEvent::Kind;

const MetricStatus& MetricOf(const RolloutRun& run, size_t metric = 0) {
  static thread_local RolloutStatus status;
  status = run.rollout->status();
  return status.metrics.at(metric);
}

RolloutMetric Latency(double percentile = 99) {
  RolloutMetric metric;
  metric.name = kRequestDuration;
  metric.percentile = percentile;
  return metric;
}

TEST(BadOutcomes, AreThoseOfTheWords) {
  using enum Outcome::Kind;
  const BadOutcomes standard({});
  EXPECT_TRUE(standard.Contains(Outcome::Status(503)));
  EXPECT_FALSE(standard.Contains(Outcome::Status(429)));
  for (const auto kind :
       {kConnectFailed, kConnectTimeout, kTimeout, kResetBeforeHeaders, kResetAfterHeaders,
        kRefusedStream, kProtocolError, kOverflow, kNotReady}) {
    EXPECT_TRUE(standard.Contains(Outcome::Failure(kind))) << OutcomeName(kind);
  }
  const BadOutcomes few({"429", "timeout"});
  EXPECT_TRUE(few.Contains(Outcome::Status(429)));
  EXPECT_TRUE(few.Contains(Outcome::Failure(kTimeout)));
  EXPECT_FALSE(few.Contains(Outcome::Status(503)));
  EXPECT_FALSE(few.Contains(Outcome::Failure(kConnectFailed)));
  Outcome grpc = Outcome::Status(200);
  grpc.grpc_status = 14;
  EXPECT_TRUE(standard.Contains(grpc)) << "UNAVAILABLE is a 503";
}

TEST(Evidence, ATrialInFlightKeepsTheWeightOfItsDraw) {
  RolloutPlan plan = PlanOf({5, 10});
  plan.analysis.min_requests = 0;
  plan.analysis.min_duration = 1s;
  plan.analysis.interval = 1h;
  RolloutRun run(plan);
  run.Settle();
  const Trial early = run.Drawn(Arm::kCanary, Outcome::Status(503));
  run.clock.Advance(1s);
  run.Settle();
  ASSERT_EQ(run.weights.weight, 0.1);
  run.rollout->Record(early);
  run.Advance();
  Score score;
  score.Invest(0.25 + 0.25);
  score.Multiply(RelativeFactors(0.05, {}), {.canary_bad = 1});
  EXPECT_NEAR(MetricOf(run).score, score.Sum(), 1e-9 * score.Sum());
}

TEST(Evidence, TrialsOfOtherAttemptsAndTooOldOnesAreLeftOut) {
  RolloutRun run(PlanOf({5, 10}));
  run.Settle();
  Trial other = run.Drawn(Arm::kCanary, Outcome::Status(503));
  ++other.assignment.generation;
  EXPECT_EQ(run.rollout->Record(other), Urgency::kNone);
  Trial unknown = run.Drawn(Arm::kCanary, Outcome::Status(503));
  unknown.assignment.step += 7;
  EXPECT_EQ(run.rollout->Record(unknown), Urgency::kNone);
  Trial wrong = run.Drawn(Arm::kCanary, Outcome::Status(503));
  wrong.assignment.weight = 0.055;
  EXPECT_EQ(run.rollout->Record(wrong), Urgency::kNone) << "the bound rests on the weight";
  EXPECT_EQ(run.rollout->Record(run.Drawn(Arm::kCanary, Outcome::Status(503, 11min))),
            Urgency::kNone);
  EXPECT_EQ(
      run.rollout->Record(run.Drawn(Arm::kCanary, Outcome::Failure(Outcome::Kind::kCancelled))),
      Urgency::kNone);
  run.Advance();
  EXPECT_EQ(MetricOf(run).canary.trials, 0);
  EXPECT_EQ(run.Record(Arm::kCanary, 503), Urgency::kAdvanceNow);
  EXPECT_EQ(run.Record(Arm::kCanary, 200), Urgency::kNone);
  EXPECT_EQ(run.Record(Arm::kBaseline, 503), Urgency::kNone);
}

TEST(Evidence, ATrialIsComparedOnceItIsMature) {
  RolloutPlan plan = PlanOf({5, 10});
  plan.analysis.maturity = 2s;
  RolloutRun run(plan);
  run.Settle();
  EXPECT_EQ(run.Record(Arm::kCanary, 503), Urgency::kNone);
  run.clock.Advance(2s - 1ms);
  run.Advance();
  EXPECT_EQ(MetricOf(run).canary.trials, 0);
  run.clock.Advance(1s + 1ms);
  run.Advance();
  EXPECT_EQ(MetricOf(run).canary.bad, 1);

  // One that took longer than that counts as soon as it is known.
  EXPECT_EQ(run.rollout->Record(run.Drawn(Arm::kCanary, Outcome::Status(503, 4s))),
            Urgency::kAdvanceNow);
  run.Advance();
  EXPECT_EQ(MetricOf(run).canary.bad, 2);
}

TEST(Evidence, NothingIsLostInTheRingOfAges) {
  RolloutPlan plan = PlanOf({5, 10});
  plan.analysis.maturity = 3s;
  plan.analysis.min_duration = 1h;
  RolloutRun run(plan);
  run.Settle();
  for (int i = 0; i < 1000; ++i) {
    run.Record(Arm::kBaseline);
    run.clock.Advance(37ms);
    if (i % 50 == 0) run.Advance();
  }
  run.clock.Advance(4s);
  run.Advance();
  EXPECT_EQ(MetricOf(run).baseline.trials, 1000);
}

TEST(Evidence, LatencyIsComparedWithTheBaselinesOfBeforeTheStep) {
  RolloutPlan plan = PlanOf({5, 10});
  plan.analysis.metrics.push_back(Latency());
  plan.analysis.baselining = {.min_requests = 1000, .max_duration = 30s};
  RolloutRun run(plan);
  run.Settle();
  for (int i = 1; i <= 1000; ++i) {
    run.rollout->Record(run.Drawn(Arm::kBaseline, Outcome::Status(200, i * 1ms)));
  }
  run.Settle();
  EXPECT_EQ(MetricOf(run, 1).latency_limit, 990ms);
  const auto bad_after = [&](Arm arm, Duration latency, Trial::Stage stage) {
    Trial trial = run.Drawn(arm, Outcome::Status(200, latency));
    trial.picked_at = run.clock.Now();
    trial.stage = stage;
    run.rollout->Record(trial);
    run.Advance();
    const MetricStatus& metric = MetricOf(run, 1);
    return arm == Arm::kCanary ? metric.canary.bad : metric.baseline.step_bad;
  };
  using enum Trial::Stage;
  EXPECT_EQ(bad_after(Arm::kBaseline, 990ms, kEnded), 0);
  EXPECT_EQ(bad_after(Arm::kBaseline, 991ms, kEnded), 1);
  EXPECT_EQ(bad_after(Arm::kCanary, 1089ms, kEnded), 0) << "a tenth more is allowed";
  EXPECT_EQ(bad_after(Arm::kCanary, 1090ms, kEnded), 1);
  EXPECT_EQ(bad_after(Arm::kCanary, 1000ms, kOpen), 1) << "nothing is known yet";
  EXPECT_EQ(bad_after(Arm::kCanary, 1100ms, kOpen), 2) << "bad at that moment";
  EXPECT_EQ(bad_after(Arm::kCanary, 9s, kEndedAfterOpen), 2) << "and once only";
  EXPECT_EQ(MetricOf(run, 0).canary.trials, 3) << "the end counts for the outcome";
}

TEST(Evidence, LatenciesOfTheWarmUpAreLeftOutOfBothArms) {
  RolloutPlan plan = PlanOf({5, 10});
  RolloutMetric latency = Latency();
  latency.threshold_range = RolloutThreshold{.min = {}, .max = 100};
  plan.analysis.metrics = {latency};
  plan.analysis.warmup = 5s;
  RolloutRun run(plan);
  run.Settle();
  const auto requests_after = [&] {
    run.rollout->Record(run.Drawn(Arm::kCanary, Outcome::Status(200)));
    run.Advance();
    return run.rollout->status().step_requests;
  };
  EXPECT_EQ(requests_after(), 0);
  run.clock.Advance(5s);
  EXPECT_EQ(requests_after(), 1);
}

TEST(Evidence, UsersAreCountedOnceAStepAndOnlyThoseWhoWereDrawnAnew) {
  RolloutPlan plan = PlanOf({5, 10});
  plan.analysis.session_affinity = RolloutAffinity{};
  plan.analysis.metrics[0].threshold_range.reset();
  plan.analysis.min_requests = 0;
  plan.analysis.min_duration = 1s;
  plan.analysis.interval = 1h;
  RolloutRun run(plan);
  run.Settle();
  const auto record = [&](double position, int status) {
    Trial trial = run.Drawn(position < run.weights.weight ? Arm::kCanary : Arm::kBaseline,
                            Outcome::Status(status));
    trial.assignment.basis = Assignment::Basis::kStickyKey;
    trial.assignment.unit = static_cast<uint64_t>(position * 0x1p64);
    run.rollout->Record(trial);
  };
  for (int i = 0; i < 1000; ++i) record(0.01, 503);
  run.Advance();
  EXPECT_EQ(MetricOf(run).canary.bad, 1) << "one broken client is one user";
  run.clock.Advance(1s);
  run.Settle();
  ASSERT_EQ(run.weights.weight, 0.1);
  record(0.02, 503);  // The canary's before.
  record(0.07, 503);
  record(0.5, 200);
  record(0.5, 503);
  run.Advance();
  const MetricStatus& metric = MetricOf(run);
  EXPECT_EQ(metric.canary.step_bad, 1);
  EXPECT_EQ(metric.baseline.step_trials, 1);
  EXPECT_EQ(metric.baseline.step_bad, 0);
  Score score;
  score.Invest(0.25);
  score.Multiply(RelativeFactors(0.05, {}), {.canary_bad = 1});
  score.Invest(0.25);
  score.Multiply(RelativeFactors(0.0526315789473684, {}), {.canary_bad = 1, .good = 1});
  EXPECT_NEAR(metric.score, score.Sum(), 1e-9 * score.Sum());
}

TEST(Evidence, EachUserIsCountedByOneProcessOfMany) {
  int counted = 0;
  for (uint32_t process = 0; process < 3; ++process) {
    RolloutPlan plan = PlanOf({50});
    plan.analysis.session_affinity = RolloutAffinity{};
    RolloutRun run(plan, {.process_index = process, .processes = 3});
    run.Settle();
    for (uint64_t user = 0; user < 300; ++user) {
      Trial trial = run.Drawn(Arm::kCanary);
      trial.assignment.basis = Assignment::Basis::kStickyKey;
      trial.assignment.unit = user * 0x9E3779B97F4A7C15;
      run.rollout->Record(trial);
    }
    run.Advance();
    const auto own = static_cast<int>(MetricOf(run).canary.trials);
    EXPECT_GT(own, 50);
    counted += own;
  }
  EXPECT_EQ(counted, 300);
}

TEST(UserFilter, ForgetsNobodyAndSeldomTakesOneForAnother) {
  auto filter = std::make_unique<UserFilter>();
  int taken_for_another = 0;
  for (uint64_t user = 1; user <= 50'000; ++user) {
    taken_for_another += filter->Insert(user * 0xD1342543DE82EF95) ? 0 : 1;
  }
  EXPECT_LT(taken_for_another, 500);
  for (uint64_t user = 1; user <= 50'000; ++user) {
    EXPECT_FALSE(filter->Insert(user * 0xD1342543DE82EF95));
  }
}

// 5 % canary, 1200 trials: the counts of the reference for one bad endpoint.
TEST(Evidence, OneBadEndpointIsSuspectedAndTheVersionStays) {
  RolloutPlan plan = PlanOf({5, 10});
  plan.analysis.interval = 1h;
  RolloutRun run(plan);
  run.Settle();
  run.RecordMany(12, Arm::kCanary, 200, "10.0.0.1:80");
  run.RecordMany(22, Arm::kCanary, 200, "10.0.0.2:80");
  run.RecordMany(18, Arm::kCanary, 200, "10.0.0.3:80");
  run.Record(Arm::kBaseline, 503);
  run.RecordMany(1139, Arm::kBaseline);
  run.RecordMany(8, Arm::kCanary, 503, "10.0.0.1:80");
  run.Advance();
  EXPECT_EQ(run.phase(), RolloutPhase::kProgressing);
  const RolloutEvent* const event = run.log.Find(Kind::kEndpointSuspected);
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->subject, "10.0.0.1:80");
  constexpr double kStake = 0.25;  // The table's is of one stake of 1.
  EXPECT_NEAR(event->score, 1 - kStake + kStake * 5314739.439083, 1e-3);
  EXPECT_NEAR(event->score_without, 1 - kStake + kStake * 0.560825076, 1e-9);
  EXPECT_TRUE(run.rollout->status().holding);
  EXPECT_THAT(run.weights.suspects, testing::ElementsAre("10.0.0.1:80"));

  run.clock.Advance(60s);
  run.Settle();
  EXPECT_EQ(run.rollout->status().pause_reason, PauseReason::kSuspectEndpoint);
  ASSERT_TRUE(run.rollout->Apply(RolloutCommand::kResume, "ann").ok());
  run.Settle();
  EXPECT_EQ(run.phase(), RolloutPhase::kProgressing);
  EXPECT_FALSE(run.rollout->status().holding) << "without the suspect nothing is wrong";
  run.RecordMany(8, Arm::kCanary, 503, "10.0.0.2:80");
  run.Advance();
  EXPECT_NE(run.log.Find(Kind::kRollbackStarted), nullptr) << "two are no accident";
}

TEST(Evidence, ASuspectRollsBackWhereThePlanSaysSoAndASingleEndpointAlways) {
  RolloutPlan plan = PlanOf({5, 10});
  plan.analysis.endpoints.on_suspect = RolloutEndpoints::OnSuspect::kRollback;
  RolloutRun run(plan);
  run.Settle();
  run.RecordMany(20, Arm::kCanary, 200, "a");
  run.RecordMany(20, Arm::kCanary, 503, "b");
  run.Advance();
  EXPECT_EQ(run.phase(), RolloutPhase::kProgressing);
  run.clock.Advance(60s);
  run.Settle();
  EXPECT_EQ(run.log.Find(Kind::kRollbackStarted)->subject, "suspect endpoint");

  RolloutRun single(plan);
  single.Settle();
  single.RecordMany(20, Arm::kCanary, 503, "a");
  single.Advance();
  EXPECT_EQ(single.log.Find(Kind::kRollbackStarted)->subject, "evidence");
}

TEST(Evidence, MatchedRequestsAreJudgedByTheAbsoluteLimitAlone) {
  RolloutPlan plan = PlanOf({5, 10});
  plan.analysis.match = {HttpMatchRequest{}};
  plan.analysis.metrics[0].threshold_range->min = 99;
  plan.analysis.interval = 1h;
  RolloutRun run(plan);
  run.Settle();
  EXPECT_TRUE(run.weights.obeys_match);
  Trial trial = run.Drawn(Arm::kCanary, Outcome::Status(503));
  trial.assignment.basis = Assignment::Basis::kMatch;
  run.rollout->Record(trial);
  run.Advance();
  Score score;
  score.Invest(0.25);
  score.Multiply(AbsoluteFactors(0.01), {.canary_bad = 1});
  EXPECT_NEAR(MetricOf(run).score, score.Sum(), 1e-9 * score.Sum());
  EXPECT_EQ(run.rollout->status().step_requests, 0);
}

TEST(Evidence, AnAbTestIsAboutItsMatchAlone) {
  RolloutPlan plan = PlanOf({});
  plan.strategy = RolloutPlan::Strategy::kAbTest;
  plan.analysis.match = {HttpMatchRequest{}};
  plan.analysis.metrics[0].threshold_range->min = 99;
  plan.promote = false;
  RolloutRun run(plan);
  run.Settle();
  EXPECT_EQ(run.weights.weight, 0);
  EXPECT_TRUE(run.weights.obeys_match);
  run.RecordMany(500, Arm::kBaseline, 503);
  Trial trial = run.Drawn(Arm::kCanary);
  trial.assignment.basis = Assignment::Basis::kMatch;
  for (int i = 0; i < 200; ++i) run.rollout->Record(trial);
  run.clock.Advance(60s);
  run.Settle();
  EXPECT_EQ(run.phase(), RolloutPhase::kSucceeded);
  EXPECT_EQ(run.log.Find(Kind::kPromoted), nullptr);
  EXPECT_FALSE(run.weights.obeys_match);
}

TEST(Evidence, ABlueGreenIsSwappedAndWatched) {
  RolloutPlan plan = PlanOf({});
  plan.strategy = RolloutPlan::Strategy::kBlueGreen;
  plan.analysis.metrics[0].threshold_range->min = 99;
  RolloutRun run(plan);
  run.Settle();
  EXPECT_EQ(run.weights.weight, 0.01);
  run.RecordMany(200, Arm::kCanary);
  run.RecordMany(20'000, Arm::kBaseline);
  run.clock.Advance(60s);
  run.Settle();
  EXPECT_EQ(run.phase(), RolloutPhase::kWatching);
  EXPECT_EQ(run.weights.weight, 1);
  run.RecordMany(100, Arm::kCanary);
  run.RecordMany(9, Arm::kCanary, 503);
  run.Advance();
  EXPECT_EQ(run.weights.weight, 0) << "the swap is taken back";
  EXPECT_EQ(run.log.Find(Kind::kRollbackStarted)->subject, "evidence");
}

TEST(Evidence, AThresholdHoldsAndRollsBackOnlyWhereItIsToldTo) {
  for (const auto on_breach :
       {RolloutMetric::OnBreach::kHold, RolloutMetric::OnBreach::kRollback}) {
    RolloutPlan plan = PlanOf({5, 10});
    plan.analysis.metrics[0].threshold_range->min = 99;
    plan.analysis.metrics[0].on_breach = on_breach;
    RolloutRun run(plan);
    run.Settle();
    for (int i = 0; i < 20; ++i) {  // 3 % in both arms: an incident of all.
      run.RecordMany(3, Arm::kCanary, 503);
      run.RecordMany(97, Arm::kCanary);
      run.RecordMany(57, Arm::kBaseline, 503);
      run.RecordMany(1843, Arm::kBaseline);
    }
    run.clock.Advance(60s);
    run.Settle();
    if (on_breach == RolloutMetric::OnBreach::kHold) {
      EXPECT_EQ(run.phase(), RolloutPhase::kProgressing);
      EXPECT_EQ(run.weights.weight, 0.05);
    } else {
      EXPECT_EQ(run.log.Find(Kind::kRollbackStarted)->subject, "threshold");
    }
  }
}

TEST(Evidence, ClassicModeCountsFailedChecksAndNoChecksWithoutRequests) {
  RolloutPlan plan = PlanOf({5, 10});
  plan.analysis.mode = RolloutAnalysis::Mode::kClassic;
  plan.analysis.metrics[0].threshold_range->min = 99;
  plan.analysis.threshold = 2;
  RolloutRun run(plan);
  run.Settle();
  const auto check = [&](int good, int bad) {
    run.RecordMany(good, Arm::kCanary);
    run.RecordMany(bad, Arm::kCanary, 503);
    run.clock.Advance(30s);
    run.Settle();
  };
  check(50, 50);
  check(0, 0);
  check(100, 0);
  EXPECT_EQ(run.weights.weight, 0.1) << "the last check passed";
  check(98, 2);
  EXPECT_EQ(run.weights.weight, 0) << "cumulative";
  EXPECT_EQ(run.log.Find(Kind::kRollbackStarted)->subject, "failed checks");
}

TEST(Evidence, AWorseBaselineIsToldOfAndMayHurryTheSteps) {
  RolloutPlan plan = PlanOf({50, 100});
  plan.analysis.fast_forward = true;
  RolloutRun run(plan);
  run.Settle();
  run.RecordMany(50, Arm::kBaseline, 503);
  run.RecordMany(50, Arm::kBaseline);
  run.RecordMany(100, Arm::kCanary);
  run.Settle();
  ASSERT_NE(run.log.Find(Kind::kBaselineWorse), nullptr);
  EXPECT_THAT(run.log.Find(Kind::kBaselineWorse)->sentence, HasSubstr("worse than the canary"));
  EXPECT_EQ(run.weights.weight, 1) << "nobody waits for the minute to end";
}

TEST(Evidence, ProvenStepsNeedTheTrialsThatProveTheRate) {
  RolloutPlan plan = PlanOf({5, 10});
  plan.analysis.advance = RolloutAnalysis::Advance::kProven;
  plan.analysis.metrics[0].threshold_range->min = 99;
  RolloutRun run(plan);
  run.Settle();
  run.RecordMany(983, Arm::kCanary);
  run.clock.Advance(60s);
  run.Settle();
  EXPECT_EQ(run.weights.weight, 0.05);
  run.Record(Arm::kCanary);
  run.Settle();
  EXPECT_EQ(run.weights.weight, 0.1);
}

TEST(EvidenceThreads, ManyThreadsLoseNothing) {
  RolloutPlan plan = PlanOf({5, 10});
  plan.analysis.metrics.push_back(Latency());
  plan.analysis.min_requests = 1'000'000;
  RolloutRun run(plan);
  run.Settle();
  constexpr int kThreads = 4;
  constexpr int kEach = 5000;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&run, t] {
      const std::string endpoint = "10.0.0." + std::to_string(t);
      Trial trial = run.Drawn(t % 2 == 0 ? Arm::kCanary : Arm::kBaseline);
      trial.endpoint = endpoint;
      for (int i = 0; i < kEach; ++i) run.rollout->Record(trial);
    });
  }
  for (int i = 0; i < 50; ++i) run.rollout->Advance();
  for (std::thread& thread : threads) thread.join();
  run.Advance();
  EXPECT_EQ(MetricOf(run).canary.trials, kThreads / 2 * kEach);
  EXPECT_EQ(MetricOf(run).baseline.trials, kThreads / 2 * kEach);
}

}  // namespace
}  // namespace meshroute
