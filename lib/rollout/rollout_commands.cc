// SPDX-License-Identifier: Apache-2.0
// What people ask for: commands, gates, and plans that change.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/rollout/rollout_state.h"

namespace meshroute {

// The verbs of each phase; kApprove also needs a gate that is waited for.
bool Rollout::State::Knows(Phase phase, RolloutCommand command) const {
  using enum RolloutCommand;
  const auto is_one_of = [command](std::initializer_list<RolloutCommand> verbs) {
    return std::find(verbs.begin(), verbs.end(), command) != verbs.end();
  };
  switch (phase) {
    case Phase::kWaiting:
      return is_one_of({kAbort, kApprove, kPromoteNow});
    case Phase::kBaselining:
      return is_one_of({kPause, kAbort, kSkipStep, kPromoteNow});
    case Phase::kProgressing:
      return is_one_of({kPause, kAbort, kApprove, kSkipStep, kPromoteNow});
    case Phase::kWaitingPromotion:
      return is_one_of({kPause, kAbort, kApprove, kPromoteNow});
    case Phase::kPaused:
      // Without evidence only a new attempt goes on, never the old one with a new bound.
      if (progress_.pause_reason == PauseReason::kEvidenceLost) {
        return is_one_of({kResume, kAbort});
      }
      if (command == kSkipStep) return progress_.paused_phase == Phase::kProgressing;
      if (command == kPromoteNow) return progress_.paused_phase != Phase::kWatching;
      return is_one_of({kResume, kAbort});
    case Phase::kPromoting:
      return is_one_of({kAbort});
    case Phase::kWatching:
      return is_one_of({kPause, kAbort});
    case Phase::kRollingBack:
      return is_one_of({kAbort});
    case Phase::kFailed:
      return is_one_of({kRetry});
    case Phase::kIdle:
    case Phase::kSucceeded:
      return false;
  }
  return false;
}

// Where the rollout will stand once it has obeyed what it was told already.
Rollout::State::Phase Rollout::State::PhaseAfterCommands() const {
  using enum RolloutCommand;
  Phase phase = progress_.phase;
  for (const auto& [command, by] : commands_) {
    if (command == kPause) phase = Phase::kPaused;
    if (command == kResume) phase = progress_.paused_phase;
    if (command == kAbort) phase = HasCanaryTraffic() ? Phase::kRollingBack : Phase::kFailed;
    if (command == kPromoteNow) phase = Phase::kPromoting;
    if (command == kRetry) phase = Phase::kWaiting;
  }
  return phase;
}

absl::Status Rollout::State::Apply(RolloutCommand command, std::string_view by) {
  const Phase phase = PhaseAfterCommands();
  const auto refuse = [&](const std::string& why) {
    return absl::FailedPreconditionError(absl::StrCat("rollout ", plan_.name(), ": ",
                                                      CommandName(command), " in phase ",
                                                      PhaseName(phase), ": ", why));
  };
  if (follows_) return refuse("another process leads this rollout");
  if (!Knows(phase, command)) return refuse("the phase does not know this verb");
  if (command == RolloutCommand::kApprove && WaitingGates().empty()) {
    return refuse("no gate is waited for");
  }
  commands_.emplace_back(command, std::string(by));
  return absl::OkStatus();
}

void Rollout::State::Obey() {
  for (const auto& [command, by] : std::exchange(commands_, {})) {
    if (Knows(progress_.phase, command)) Obey(command, by);
  }
}

void Rollout::State::Obey(RolloutCommand command, const std::string& by) {
  switch (command) {
    case RolloutCommand::kPause:
      return Pause(PauseReason::kManual, by);
    case RolloutCommand::kResume:
      if (progress_.pause_reason == PauseReason::kEvidenceLost) return ResumeWithoutEvidence(by);
      return Resume(by);
    case RolloutCommand::kAbort:
      progress_.reason = "abort";
      if (progress_.phase == Phase::kRollingBack) return ReturnTo(0);
      if (!HasCanaryTraffic()) return Fail();
      return StartRollback("abort", by);
    case RolloutCommand::kApprove:
      Tell(EventKind::kGateApproved, absl::StrJoin(WaitingGates(), ", "), by);
      progress_.gates_open = true;
      return;
    case RolloutCommand::kSkipStep:
      if (ActivePhase() == Phase::kBaselining) return StartStep(0);
      return NextStep();
    case RolloutCommand::kPromoteNow:
      return Promote();
    case RolloutCommand::kRetry:
      return BeginAttempt();
  }
}

std::vector<std::string> Rollout::State::WaitingGates() const {
  using Type = RolloutGate::Type;
  std::vector<std::string> names;
  const auto add_all = [&](Type type) {
    for (const RolloutGate& gate : analysis().gates) {
      const auto is_of_step = [&](const RolloutStep& step) { return step.gate == gate.name; };
      const bool is_own = std::any_of(steps_.begin(), steps_.end(), is_of_step);
      if (gate.type == type && !is_own) names.push_back(gate.name);
    }
  };
  if (progress_.phase == Phase::kWaiting) add_all(Type::kConfirmRollout);
  if (progress_.phase == Phase::kWaitingPromotion) add_all(Type::kConfirmPromotion);
  if (progress_.phase == Phase::kProgressing && StepIsJudged()) {
    if (progress_.step + 1 < steps_.size()) add_all(Type::kConfirmTrafficIncrease);
    const std::string& own = RunningStep().gate;
    if (!own.empty()) names.push_back(own);
  }
  if (progress_.gates_open) names.clear();
  return names;
}

bool Rollout::State::GatesAreOpen() {
  const std::vector<std::string> waiting = WaitingGates();
  if (waiting.empty()) return true;
  if (!progress_.gates_asked) {
    progress_.gates_asked = true;
    Tell(EventKind::kGateWaiting, absl::StrJoin(waiting, ", "));
  }
  return false;
}

// Whether the trials so far say nothing under `next`. Before the first step also where
// other copies are asked for, which must not be sent on after the plan has changed.
bool Rollout::State::IsOtherTest(const RolloutPlan& next) const {
  const bool is_ab_test = next.strategy == RolloutPlan::Strategy::kAbTest;
  if (is_ab_test && next.analysis.match != analysis().match) return true;
  const Phase active = ActivePhase();
  const bool may_copy = active == Phase::kWaiting || active == Phase::kBaselining;
  if (may_copy && MirrorShareOf(next) != MirrorShareOf(plan())) return true;
  return next.analysis.metrics != analysis().metrics || next.analysis.mode != analysis().mode ||
         next.analysis.false_rollback_probability != analysis().false_rollback_probability ||
         next.strategy != plan().strategy || next.baseline != plan().baseline ||
         next.fresh_baseline != plan().fresh_baseline || next.analysis.within != analysis().within;
}

absl::Status Rollout::State::Update(ValidatedPlan plan) {
  if (plan.name() != plan_.name()) {
    return absl::InvalidArgumentError(
        absl::StrCat("rollout ", plan_.name(), ": the plan is that of ", plan.name()));
  }
  const bool is_other_revision = plan.revision() != plan_.revision();
  next_plan_.reset();
  if (!is_other_revision && plan.plan() == this->plan()) return absl::OkStatus();
  if (progress_.phase == Phase::kIdle) {
    Adopt(std::move(plan));
  } else if (is_other_revision) {
    if (!IsOver()) Tell(EventKind::kSuperseded, plan.revision());
    progress_.attempt = 0;
    next_plan_ = std::move(plan);
    BeginAttempt();
  } else {
    // What is over, or on its way back, stays so: the plan is for a retry.
    const bool is_decided = IsOver() || progress_.phase == Phase::kRollingBack;
    const bool starts_over = !is_decided && IsOtherTest(plan.plan());
    next_plan_ = std::move(plan);
    if (starts_over) BeginAttempt();
  }
  return absl::OkStatus();
}

}  // namespace meshroute
