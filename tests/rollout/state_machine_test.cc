// SPDX-License-Identifier: Apache-2.0
// Every phase against every command, and what makes each phase end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "meshroute/rollout/rollout_metrics.h"
#include "tests/rollout/plan.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = RolloutEvent::Kind;
using Phase = RolloutPhase;
using enum RolloutCommand;

constexpr RolloutCommand kCommands[] = {kPause,    kResume,     kAbort, kApprove,
                                        kSkipStep, kPromoteNow, kRetry};

// A plan that rests in every phase until it is told, or given what it waits for.
RolloutPlan SlowPlan() {
  RolloutPlan plan = PlanOf({5, 50});
  plan.analysis.gates = {{"start", RolloutGate::Type::kConfirmRollout},
                         {"qa", RolloutGate::Type::kConfirmPromotion}};
  plan.analysis.baselining = {.min_requests = 1000, .max_duration = 30s};
  plan.post_promotion.watch = 5min;
  plan.rollback = {.steps = {2}, .min_baseline_endpoints = {}, .drain = 10s, .keep_match = false};
  return plan;
}

// A run in one phase.
class InPhase : public RolloutRun {
 public:
  explicit InPhase(Phase phase) : RolloutRun(SlowPlan()) {
    Go(phase);
    EXPECT_EQ(rollout->status().phase, phase);
  }

  void Do(RolloutCommand command) {
    EXPECT_TRUE(rollout->Apply(command, "ann").ok()) << CommandName(command);
    Settle();
  }

 private:
  void Go(Phase phase) {
    if (phase == Phase::kIdle) return;
    Settle();
    if (phase == Phase::kWaiting) return;
    Do(kApprove);
    if (phase == Phase::kBaselining) return;
    Do(kSkipStep);
    if (phase == Phase::kProgressing) return;
    if (phase == Phase::kPaused) Do(kPause);
    if (phase == Phase::kPaused) return;
    if (phase == Phase::kRollingBack || phase == Phase::kFailed) {
      Do(kAbort);
      if (phase == Phase::kRollingBack) return;
      Do(kAbort);
      clock.Advance(10s);
      Settle();
      return;
    }
    Do(kSkipStep);
    Do(kSkipStep);
    if (phase == Phase::kWaitingPromotion) return;
    EXPECT_TRUE(rollout->Apply(kApprove, "ann").ok());
    Advance();
    if (phase == Phase::kPromoting) return;
    Settle();
    if (phase == Phase::kWatching) return;
    clock.Advance(5min);
    Settle();
  }
};

// Where a command leads from a phase; a command that is not named is refused.
using Cells = std::map<RolloutCommand, Phase>;
const std::map<Phase, Cells>& Table() {
  static const std::map<Phase, Cells> table{
      {Phase::kIdle, {}},
      {Phase::kWaiting,
       {{kAbort, Phase::kFailed}, {kApprove, Phase::kBaselining}, {kPromoteNow, Phase::kWatching}}},
      {Phase::kBaselining,
       {{kPause, Phase::kPaused},
        {kAbort, Phase::kFailed},
        {kSkipStep, Phase::kProgressing},
        {kPromoteNow, Phase::kWatching}}},
      {Phase::kProgressing,
       {{kPause, Phase::kPaused},
        {kAbort, Phase::kRollingBack},
        {kSkipStep, Phase::kProgressing},
        {kPromoteNow, Phase::kWatching}}},
      {Phase::kPaused,
       {{kResume, Phase::kProgressing},
        {kAbort, Phase::kRollingBack},
        {kSkipStep, Phase::kProgressing},
        {kPromoteNow, Phase::kWatching}}},
      {Phase::kWaitingPromotion,
       {{kPause, Phase::kPaused},
        {kAbort, Phase::kRollingBack},
        {kApprove, Phase::kWatching},
        {kPromoteNow, Phase::kWatching}}},
      {Phase::kPromoting, {{kAbort, Phase::kRollingBack}}},
      {Phase::kWatching, {{kPause, Phase::kPaused}, {kAbort, Phase::kRollingBack}}},
      {Phase::kRollingBack, {{kAbort, Phase::kRollingBack}}},
      {Phase::kSucceeded, {}},
      {Phase::kFailed, {{kRetry, Phase::kWaiting}}},
  };
  return table;
}

TEST(StateMachine, EveryCommandInEveryPhaseLeadsWhereTheTableSays) {
  ASSERT_EQ(Table().size(), kRolloutPhases);
  for (const auto& [phase, cells] : Table()) {
    for (const RolloutCommand command : kCommands) {
      SCOPED_TRACE(std::string(PhaseName(phase)) + " " + CommandName(command));
      InPhase run(phase);
      const double weight = run.rollout->status().weight;
      const absl::Status status = run.rollout->Apply(command, "ann");
      const auto cell = cells.find(command);
      EXPECT_EQ(status.ok(), cell != cells.end()) << status;
      if (!status.ok()) {
        EXPECT_TRUE(absl::IsFailedPrecondition(status));
        EXPECT_THAT(std::string(status.message()), HasSubstr(PhaseName(phase)));
        EXPECT_THAT(std::string(status.message()), HasSubstr(CommandName(command)));
        EXPECT_EQ(run.rollout->status().weight, weight);
        continue;
      }
      run.Settle();
      EXPECT_EQ(run.phase(), cell->second) << PhaseName(run.phase());
    }
  }
}

// The rollback rule against every phase, and against every command of the same moment.
TEST(StateMachine, DecisiveEvidenceWinsOverEveryCommandInEveryPhaseWithTraffic) {
  for (const auto& [phase, cells] : Table()) {
    for (const auto& [command, to] : cells) {
      SCOPED_TRACE(std::string(PhaseName(phase)) + " " + CommandName(command));
      InPhase run(phase);
      const bool has_traffic = run.weights.plan != nullptr && run.weights.weight > 0.02;
      run.RecordMany(60, Arm::kCanary, 503);
      run.RecordMany(10, Arm::kCanary, 200);
      ASSERT_TRUE(run.rollout->Apply(command, "ann").ok());
      run.Advance();
      const RolloutEvent* const event = run.log.Find(Kind::kRollbackStarted);
      if (!has_traffic) continue;
      ASSERT_NE(event, nullptr);
      EXPECT_EQ(run.phase(), Phase::kRollingBack);
      EXPECT_EQ(event->subject, "evidence");
      EXPECT_LT(run.weights.weight, 0.05);
    }
  }
}

TEST(StateMachine, TellsEachTransitionInOrder) {
  InPhase run(Phase::kSucceeded);
  EXPECT_THAT(run.log.names(),
              ElementsAre("RolloutStarted", "GateWaiting", "GateApproved", "StepStarted",
                          "StepStarted", "GateWaiting", "GateApproved", "Promoted", "Succeeded"));
  for (const RolloutEvent& event : run.log.events) {
    EXPECT_EQ(event.rollout, "prod/reviews");
    EXPECT_EQ(event.revision, "r1");
    EXPECT_EQ(event.attempt, 1U);
    EXPECT_THAT(event.sentence, HasSubstr("reviews v2"));
  }
  EXPECT_EQ(run.log.Find(Kind::kGateApproved)->by, "ann");
}

TEST(StateMachine, BaseliningEndsByRequestsOrByTimeAndNotWithoutEndpoints) {
  InPhase by_requests(Phase::kBaselining);
  by_requests.RecordMany(999, Arm::kBaseline);
  by_requests.Settle();
  EXPECT_EQ(by_requests.phase(), Phase::kBaselining);
  by_requests.Record(Arm::kBaseline);
  by_requests.Settle();
  EXPECT_EQ(by_requests.phase(), Phase::kProgressing);

  InPhase by_time(Phase::kBaselining);
  by_time.clock.Advance(30s);
  by_time.Advance({.baseline = 3, .canary = 0});
  EXPECT_EQ(by_time.phase(), Phase::kBaselining);
  by_time.Advance({.baseline = 3, .canary = 1});
  EXPECT_EQ(by_time.phase(), Phase::kProgressing);

  InPhase failing(Phase::kBaselining);
  failing.RecordMany(1000, Arm::kBaseline, 503);
  failing.Settle();
  EXPECT_EQ(failing.phase(), Phase::kBaselining);
  EXPECT_EQ(failing.rollout->status().reason, "the baseline is failing");
}

TEST(StateMachine, AStepNeedsItsTimeAndItsRequests) {
  InPhase run(Phase::kProgressing);
  run.RecordMany(200, Arm::kCanary);
  run.Settle();
  EXPECT_EQ(run.weights.weight, 0.05);
  run.clock.Advance(60s);
  run.Settle();
  EXPECT_EQ(run.weights.weight, 0.5);
  run.clock.Advance(60s);
  run.RecordMany(199, Arm::kCanary);
  run.Settle();
  EXPECT_EQ(run.phase(), Phase::kProgressing);
  run.Record(Arm::kCanary);
  run.Settle();
  EXPECT_EQ(run.phase(), Phase::kWaitingPromotion);
}

TEST(StateMachine, AStepThatRunsOutOfTimeDoesWhatThePlanSays) {
  using OnTimeout = RolloutAnalysis::OnTimeout;
  const std::map<OnTimeout, Phase> ends{{OnTimeout::kPause, Phase::kPaused},
                                        {OnTimeout::kAdvance, Phase::kProgressing},
                                        {OnTimeout::kRollback, Phase::kFailed}};
  for (const auto& [on_timeout, end] : ends) {
    RolloutPlan plan = PlanOf({5, 50});
    plan.analysis.on_timeout = on_timeout;
    RolloutRun run(plan);
    run.Settle();
    run.clock.Advance(1h - 1ms);
    run.Settle();
    EXPECT_EQ(run.log.Find(Kind::kStepTimedOut), nullptr);
    run.clock.Advance(1ms);
    run.Settle();
    run.Settle();
    EXPECT_NE(run.log.Find(Kind::kStepTimedOut), nullptr);
    EXPECT_EQ(run.phase(), end);
    if (end != Phase::kPaused) continue;
    EXPECT_EQ(run.rollout->status().pause_reason, PauseReason::kInconclusive);
    ASSERT_TRUE(run.rollout->Apply(kResume, "ann").ok());
    run.Settle();
    EXPECT_EQ(run.phase(), Phase::kProgressing) << "it has its time once more";
  }
}

TEST(StateMachine, APauseStopsTheStepsTimeAndNotTheEvidence) {
  InPhase run(Phase::kPaused);
  run.RecordMany(200, Arm::kCanary);
  run.clock.Advance(10min);
  run.Settle();
  EXPECT_EQ(run.rollout->status().in_step, 0s);
  EXPECT_EQ(run.rollout->status().paused, 10min);
  EXPECT_EQ(run.rollout->status().step_requests, 200);
  run.Do(kResume);
  EXPECT_EQ(run.phase(), Phase::kProgressing);
  run.clock.Advance(60s);
  run.Settle();
  EXPECT_EQ(run.weights.weight, 0.5);
}

TEST(StateMachine, AStepMayRestAndAskBeforeTheNext) {
  RolloutPlan plan = PlanOf({});
  plan.analysis.steps = {
      {.weight = 5, .min_duration = 0s, .min_requests = 0, .pause = {}, .gate = "lead"},
      {.weight = 10,
       .min_duration = 0s,
       .min_requests = 0,
       .pause = RolloutPause{.duration = 10min},
       .gate = ""},
      {.weight = 50, .min_duration = {}, .min_requests = {}, .pause = {}, .gate = ""}};
  plan.analysis.gates = {{"lead", RolloutGate::Type::kConfirmTrafficIncrease}};
  RolloutRun run(plan);
  run.Settle();
  EXPECT_THAT(run.rollout->status().waiting_gates, ElementsAre("lead"));
  ASSERT_TRUE(run.rollout->Apply(kApprove, "ann").ok());
  run.Settle();
  EXPECT_EQ(run.weights.weight, 0.1);
  EXPECT_EQ(run.rollout->status().pause_reason, PauseReason::kPauseStep);
  run.clock.Advance(10min);
  run.Settle();
  EXPECT_EQ(run.weights.weight, 0.5);
}

TEST(StateMachine, GoesBackByStepsAndDrains) {
  InPhase run(Phase::kRollingBack);
  EXPECT_EQ(run.weights.weight, 0.02);
  run.clock.Advance(30s);
  run.Settle();
  EXPECT_EQ(run.weights.weight, 0);
  EXPECT_EQ(run.phase(), Phase::kRollingBack);
  run.clock.Advance(10s);
  run.Settle();
  EXPECT_EQ(run.phase(), Phase::kFailed);
}

TEST(StateMachine, GoesBackAtOnceWhereTheBaselineIsLargeOrTheCanaryIsOut) {
  RolloutPlan plan = PlanOf({5, 50});
  plan.rollback.steps = {2};
  plan.rollback.min_baseline_endpoints = 3;
  for (const auto& [baseline, weight] : {std::pair(2U, 0.02), std::pair(3U, 0.0)}) {
    RolloutRun run(plan);
    run.Settle();
    ASSERT_TRUE(run.rollout->Apply(kAbort, "ann").ok());
    run.Advance({.baseline = baseline, .canary = 1});
    EXPECT_EQ(run.weights.weight, weight);
  }
  RolloutRun outage(plan);
  outage.Settle();
  outage.RecordMany(8, Arm::kCanary, 503);
  outage.Advance({.baseline = 2, .canary = 1});
  EXPECT_EQ(outage.weights.weight, 0);
}

TEST(StateMachine, AnotherRevisionStartsOverAndAnotherTestIsAnotherAttempt) {
  RolloutPlan plan = SlowPlan();
  const auto update = [](RolloutRun& run, const RolloutPlan& changed) {
    EXPECT_TRUE(run.rollout->Update(*ValidatedPlan::Create(changed)).ok());
    run.Settle();
  };
  InPhase revision(Phase::kProgressing);
  const uint64_t generation = revision.weights.generation;
  plan.revision = "r2";
  update(revision, plan);
  EXPECT_EQ(revision.phase(), Phase::kWaiting);
  EXPECT_EQ(revision.weights.weight, 0);
  EXPECT_EQ(revision.rollout->status().attempt, 1U);
  EXPECT_GT(revision.weights.generation, generation);
  EXPECT_NE(revision.log.Find(Kind::kSuperseded), nullptr);

  InPhase alpha(Phase::kProgressing);
  plan = SlowPlan();
  plan.analysis.false_rollback_probability = 0.01;
  update(alpha, plan);
  EXPECT_EQ(alpha.phase(), Phase::kWaiting);
  EXPECT_EQ(alpha.rollout->status().attempt, 2U);

  InPhase steps(Phase::kProgressing);
  plan = SlowPlan();
  plan.analysis.step_weights = {3, 20, 50};
  update(steps, plan);
  EXPECT_EQ(steps.phase(), Phase::kProgressing);
  EXPECT_EQ(steps.weights.weight, 0.05) << "from the next step";
  steps.Do(kSkipStep);
  EXPECT_EQ(steps.weights.weight, 0.2);

  InPhase failed(Phase::kFailed);
  plan = SlowPlan();
  plan.analysis.min_requests = 5;
  update(failed, plan);
  EXPECT_EQ(failed.phase(), Phase::kFailed) << "a failed revision stays so";
  plan.metadata.name = "other";
  EXPECT_FALSE(failed.rollout->Update(*ValidatedPlan::Create(plan)).ok());
}

TEST(StateMachine, ARetryIsAnotherAttemptWithAnotherGeneration) {
  InPhase run(Phase::kFailed);
  const uint64_t generation = run.weights.generation;
  run.Do(kRetry);
  EXPECT_EQ(run.phase(), Phase::kWaiting);
  EXPECT_EQ(run.rollout->status().attempt, 2U);
  EXPECT_EQ(run.weights.generation, generation + 1);
  EXPECT_EQ(run.rollout->status().score, 1);
}

TEST(StateMachine, ADryRunReportsAndKeepsItsWeight) {
  RolloutPlan plan = PlanOf({5, 50});
  plan.dry_run = true;
  RolloutRun run(plan);
  run.Settle();
  run.RecordMany(200, Arm::kCanary);
  run.clock.Advance(60s);
  run.Settle();
  EXPECT_EQ(run.rollout->status().step, 1U);
  EXPECT_EQ(run.weights.weight, 0.05);
  run.RecordMany(12, Arm::kCanary, 503);
  run.Settle();
  EXPECT_THAT(run.log.Find(Kind::kRollbackStarted)->sentence,
              HasSubstr("would have been rolled back"));
}

TEST(StateMachine, ADryRunPromotedBeforeItsFirstStepComparesNothing) {
  RolloutPlan plan = PlanOf({5, 50});
  plan.dry_run = true;
  plan.analysis.baselining = {.min_requests = 1000, .max_duration = 1h};
  plan.post_promotion.watch = 1h;
  RolloutRun run(plan);
  run.Settle();
  ASSERT_EQ(run.phase(), Phase::kBaselining);
  ASSERT_TRUE(run.rollout->Apply(kPromoteNow, "ann").ok());
  run.Settle();
  ASSERT_EQ(run.phase(), Phase::kWatching);
  run.RecordMany(5, Arm::kBaseline, 503);
  run.RecordMany(500, Arm::kBaseline);
  run.Settle();
  EXPECT_EQ(run.weights.weight, 0);
  const RolloutStatus status = run.rollout->status();
  EXPECT_THAT(RolloutMetricsText({&status, 1}), Not(HasSubstr("nan")));
  const auto snapshot = DecodeSnapshot(EncodeSnapshot(run.rollout->Save()));
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
}

TEST(StateMachine, WithoutAnalysisTimeAloneCounts) {
  RolloutPlan plan = PlanOf({5, 50});
  plan.analysis.mode = RolloutAnalysis::Mode::kNone;
  plan.analysis.metrics.clear();
  RolloutRun run(plan);
  run.Settle();
  for (int i = 0; i < 2; ++i) {
    run.clock.Advance(60s);
    run.Settle();
  }
  EXPECT_EQ(run.phase(), Phase::kSucceeded);
  EXPECT_EQ(run.weights.weight, 1);
  EXPECT_EQ(run.weights.advance_at, kNever);
}

}  // namespace
}  // namespace meshroute
