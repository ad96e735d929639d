// SPDX-License-Identifier: Apache-2.0
// The way forward: phases, steps, gates, pauses.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/rollout/rollout_state.h"
#include "meshroute/rollout/anytime_bounds.h"

namespace meshroute {

void Rollout::State::Enter(Phase phase) {
  progress_.phase = phase;
  progress_.in_phase = Duration(0);
  progress_.gates_open = false;
  progress_.gates_asked = false;
  if (phase != Phase::kPaused) progress_.pause_reason = PauseReason::kNone;
  last_transition_ = clock_.Wall();
}

const RolloutStep& Rollout::State::RunningStep() const {
  static const RolloutStep kNone{.weight = 0,
                                 .min_duration = Duration(0),
                                 .min_requests = 0,
                                 .pause = std::nullopt,
                                 .gate = ""};
  if (steps_.empty()) return kNone;
  return steps_[std::min<size_t>(progress_.step, steps_.size() - 1)];
}

// With nothing counted yet.
void Rollout::State::Adopt(ValidatedPlan plan) {
  plan_ = std::move(plan);
  steps_ = StepsOf(this->plan());
  judge_ = std::make_shared<TrialJudge>(analysis());
  ClearScores();
}

void Rollout::State::ClearScores() {
  board_ = std::make_unique<Scoreboard>(analysis(), std::max<size_t>(steps_.size(), 1) +
                                                        (WatchOf(plan()) > Duration(0) ? 1 : 0) +
                                                        (analysis().mirror ? 1 : 0));
}

// With trials of `generation` to come, of steps from `first_tag` on.
void Rollout::State::ClearEvidence(uint64_t generation, uint32_t first_tag) {
  evidence_.Begin(generation, first_tag, judge_);
  last_bad_.store(0, std::memory_order_relaxed);
  local_.clear();
  peers_.clear();
}

void Rollout::State::BeginAttempt() {
  Adopt(next_plan_ ? *std::exchange(next_plan_, std::nullopt) : plan_);
  RolloutProgress fresh;
  fresh.generation = progress_.generation + 1;
  fresh.attempt = progress_.attempt + 1;
  fresh.tag = progress_.tag + 1;
  fresh.version = progress_.version;
  progress_ = std::move(fresh);
  if (analysis().session_affinity) {
    const std::string& salt = analysis().session_affinity->salt;
    progress_.salt = salt == "auto" ? absl::StrCat(absl::Hex(options_.random->Next())) : salt;
  }
  ClearEvidence(progress_.generation, progress_.tag);
  sums_.clear();
  commands_.clear();
  checked_.clear();
  braked_ = false;
  Enter(Phase::kWaiting);
  Tell(EventKind::kRolloutStarted);
}

void Rollout::State::MoveOn() {
  // A chain of phases that are over at once; no plan makes one that is longer.
  for (size_t i = 0; i < kRolloutPhases && MoveOnce(); ++i) {
  }
}

bool Rollout::State::MoveOnce() {
  switch (progress_.phase) {
    case Phase::kWaiting:
      return LeaveWaiting();
    case Phase::kBaselining:
      return LeaveBaselining();
    case Phase::kProgressing:
      return LeaveStep();
    case Phase::kPaused:
      return LeavePause();
    case Phase::kWaitingPromotion:
      return LeaveWaitingPromotion();
    case Phase::kPromoting:
    case Phase::kWatching:
      return LeaveWatching();
    case Phase::kRollingBack:
      ContinueRollback();
      return false;
    case Phase::kIdle:
    case Phase::kSucceeded:
    case Phase::kFailed:
      return false;
  }
  return false;
}

bool Rollout::State::LeaveWaiting() {
  if (!GatesAreOpen()) return false;
  if (analysis().mode == RolloutAnalysis::Mode::kNone && steps_.empty()) {
    Enter(Phase::kWaitingPromotion);
  } else {
    StartBaselining();
  }
  return true;
}

double Rollout::State::ShareOf(size_t step) const {
  return CanaryShareOf(plan(), steps_, plan().dry_run ? 0 : step);
}

void Rollout::State::StartStep(size_t step) {
  const double before = step == 0 ? 0 : progress_.weight;
  Enter(Phase::kProgressing);
  progress_.step = static_cast<uint32_t>(step);
  progress_.weight = ShareOf(step);
  progress_.in_step = Duration(0);
  progress_.step_wall = Duration(0);
  progress_.since_check = Duration(0);
  progress_.step_stakes = 0;
  progress_.timeout_at = analysis().max_duration;
  progress_.rested = false;
  checked_.clear();
  board_->InvestStep();
  StartComparison(plan().dry_run ? 0 : before);
  Tell(EventKind::kStepStarted);
}

void Rollout::State::StartEvidence(StepFacts::Mode mode, double weight, double weight_before) {
  ++progress_.tag;
  evidence_.StartStep({.tag = progress_.tag,
                       .mode = mode,
                       .weight = weight,
                       .weight_before = weight_before,
                       .counts_latency_from = AddSaturated(now_, analysis().warmup),
                       .maturity = analysis().maturity,
                       .maximum_age = analysis().max_outcome_age,
                       .counts_users = analysis().session_affinity.has_value(),
                       .process_index = options_.process_index,
                       .processes = options_.processes});
  SetLatencyLimits();
}

bool Rollout::State::LeaveStep() {
  if (!StepIsJudged() || !GatesAreOpen()) return false;
  const RolloutStep& step = RunningStep();
  if (step.pause && !progress_.rested) {
    Pause(PauseReason::kPauseStep, "");
    return false;
  }
  if (StepIsTimedOut() && StepLacksRequests()) Tell(EventKind::kStepTimedOut);
  NextStep();
  return true;
}

bool Rollout::State::StepIsJudged() const {
  const bool skips_waits = analysis().fast_forward && progress_.baseline_worse;
  if (!skips_waits && progress_.in_step < *RunningStep().min_duration) return false;
  if (health_.canary == 0U) return false;
  if (analysis().mode == RolloutAnalysis::Mode::kNone) return true;
  const bool waives_requests =
      skips_waits || (StepIsTimedOut() && analysis().on_timeout == OnTimeout::kAdvance);
  if (StepLacksRequests() && !waives_requests) return false;
  constexpr double kShareThatMayBeLost = 0.1;
  const bool is_fine = IsSequential() ? StepIsWithinLimits() : progress_.check_passed;
  return !progress_.holding && is_fine &&
         (analysis().advance == RolloutAnalysis::Advance::kSampled || StepIsProven()) &&
         LostShare() < kShareThatMayBeLost;
}

bool Rollout::State::StepIsTimedOut() const {
  return progress_.phase == Phase::kProgressing && progress_.in_step >= progress_.timeout_at;
}

bool Rollout::State::StepLacksRequests() const {
  return analysis().mode != RolloutAnalysis::Mode::kNone &&
         StepRequests() < static_cast<int64_t>(*RunningStep().min_requests);
}

bool Rollout::State::StepIsWithinLimits() const {
  for (size_t i = 0; i < analysis().metrics.size(); ++i) {
    const std::optional<double> allowed = AllowedRateOf(analysis().metrics[i]);
    const std::optional<size_t> signal = judge_->AbsoluteSignal(i);
    if (!allowed || !signal || analysis().metrics[i].dry_run) continue;
    const Tally::Pair pair = sums_.At(progress_.tag).CanarySum(*signal);
    const auto trials = static_cast<double>(pair.bad + pair.good);
    if (static_cast<double>(pair.bad) > *allowed * trials) return false;
  }
  return true;
}

bool Rollout::State::StepIsProven() const {
  constexpr double kAlpha = 0.05;
  const auto rate_of = [](const Tally::Pair& pair) {
    return AnytimeRate(static_cast<int64_t>(pair.bad + pair.good), static_cast<int64_t>(pair.bad),
                       kAlpha);
  };
  const Tally::Step& counts = sums_.At(progress_.tag);
  for (size_t i = 0; i < analysis().metrics.size(); ++i) {
    if (analysis().metrics[i].dry_run) continue;
    const size_t signal = judge_->RelativeSignal(i);
    const RolloutMargins margins = MarginsOf(analysis().metrics[i]);
    const double baseline = rate_of(counts.BaselineSum(signal)).low;
    const double allowed = AllowedRateOf(analysis().metrics[i]).value_or(0);
    const double most = std::max(allowed, margins.ratio * baseline + margins.slack);
    if (rate_of(counts.CanarySum(signal)).high >= most) return false;
  }
  return true;
}

void Rollout::State::CountStepTime() {
  const double seconds = std::chrono::duration<double>(progress_.step_wall).count();
  size_t bucket = 0;
  while (bucket < StepTimes::kBounds.size() && seconds > StepTimes::kBounds[bucket]) ++bucket;
  ++step_times_.counts[bucket];
  step_times_.sum += seconds;
}

void Rollout::State::NextStep() {
  CountStepTime();
  if (next_plan_) {
    // As written: what is published may be less, for a holdback or a dry run.
    const double weight = RunningStep().weight;
    plan_ = *std::exchange(next_plan_, std::nullopt);
    steps_ = StepsOf(plan());
    const auto is_further = [weight](const RolloutStep& step) { return step.weight > weight; };
    const auto next = std::find_if(steps_.begin(), steps_.end(), is_further);
    progress_.step = static_cast<uint32_t>(
        std::min<std::ptrdiff_t>(next - steps_.begin(), std::ssize(steps_) - 1));
    if (next != steps_.end()) return StartStep(progress_.step);
    return Enter(Phase::kWaitingPromotion);
  }
  if (progress_.step + 1 < steps_.size()) return StartStep(progress_.step + 1);
  Enter(Phase::kWaitingPromotion);
}

bool Rollout::State::LeavePause() {
  if (progress_.pause_reason != PauseReason::kPauseStep) return false;
  const std::optional<RolloutPause>& pause = RunningStep().pause;
  if (pause && (!pause->duration || progress_.in_phase < *pause->duration)) return false;
  Resume("");
  return true;
}

bool Rollout::State::LeaveWaitingPromotion() {
  if (plan().strategy == RolloutPlan::Strategy::kAbTest && !plan().promote) {
    progress_.weight = 0;
    Finish();
    return true;
  }
  if (progress_.holding || !GatesAreOpen()) return false;
  Promote();
  return false;  // The next Advance goes on, when the weights are out.
}

// What the canary may fail once it is alone, by what the baseline did before. Few requests
// would allow nearly everything: then the plan's own limits count.
void Rollout::State::SetWatchRates() {
  constexpr double kAlpha = 0.001;
  constexpr uint64_t kFewest = 1000;
  for (size_t i = 0; i < analysis().metrics.size(); ++i) {
    const std::optional<size_t> signal = judge_->AbsoluteSignal(i);
    if (!signal) continue;
    const Tally::Pair pair = sums_.BaselineSum(*signal);
    if (pair.bad + pair.good < kFewest) continue;
    const RolloutMargins margins = MarginsOf(analysis().metrics[i]);
    const double most = AnytimeRate(static_cast<int64_t>(pair.bad + pair.good),
                                    static_cast<int64_t>(pair.bad), kAlpha)
                            .high;
    progress_.watch_rates[i] = margins.ratio * most + margins.slack;
  }
}

void Rollout::State::Promote() {
  if (plan().strategy == RolloutPlan::Strategy::kBlueGreen) SetWatchRates();
  Enter(Phase::kPromoting);
  if (!plan().dry_run) progress_.weight = 1;
  progress_.step_wall = Duration(0);
  progress_.since_check = Duration(0);
  progress_.step_stakes = 0;
  if (WatchOf(plan()) > Duration(0)) board_->InvestStep();
  StartComparison(0);
  Tell(EventKind::kPromoted);
}

bool Rollout::State::LeaveWatching() {
  if (progress_.phase == Phase::kPromoting && WatchOf(plan()) > Duration(0)) {
    Enter(Phase::kWatching);
    return false;
  }
  if (progress_.phase == Phase::kWatching &&
      (progress_.in_phase < WatchOf(plan()) || progress_.holding)) {
    return false;
  }
  Finish();
  return true;
}

void Rollout::State::Finish() {
  Enter(Phase::kSucceeded);
  if (plan().dry_run) progress_.weight = 0;
  ++progress_.tag;
  Tell(EventKind::kSucceeded);
}

// Where the plan says to advance, requests that lack are no reason to wait any longer
// (StepIsJudged); whatever else keeps the step is.
void Rollout::State::CheckTimeout() {
  if (!StepIsTimedOut() || StepIsJudged()) return;  // Judged: it waits for a gate, or goes on.
  Tell(EventKind::kStepTimedOut);
  if (analysis().on_timeout == OnTimeout::kRollback) return StartRollback("timeout", "");
  Pause(PauseReason::kInconclusive, "");
}

void Rollout::State::Pause(PauseReason reason, std::string_view by) {
  const Phase interrupted = progress_.phase;
  const Duration in_phase = progress_.in_phase;
  const bool gates_open = progress_.gates_open;
  const bool gates_asked = progress_.gates_asked;
  Enter(Phase::kPaused);
  progress_.gates_open = gates_open;
  progress_.gates_asked = gates_asked;
  progress_.paused_phase = interrupted;
  progress_.in_paused_phase = in_phase;
  progress_.pause_reason = reason;
  Tell(EventKind::kPaused, PauseReasonName(reason), by);
}

void Rollout::State::Resume(std::string_view by) {
  const PauseReason reason = progress_.pause_reason;
  const bool gates_open = progress_.gates_open;
  const bool gates_asked = progress_.gates_asked;
  Enter(progress_.paused_phase);
  progress_.gates_open = gates_open;
  progress_.gates_asked = gates_asked;
  progress_.in_phase = progress_.in_paused_phase;
  progress_.pause_reason = PauseReason::kNone;
  if (reason == PauseReason::kPauseStep) progress_.rested = true;
  if (reason == PauseReason::kSuspectEndpoint) progress_.suspect_known = true;
  if (reason == PauseReason::kInconclusive) {
    progress_.timeout_at = ComparesPairs() ? progress_.in_phase + analysis().baselining.max_duration
                                           : progress_.in_step + analysis().max_duration;
  }
  Tell(EventKind::kResumed, PauseReasonName(reason), by);
}

}  // namespace meshroute
