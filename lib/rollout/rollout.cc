// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/rollout.h"

#include <algorithm>
#include <utility>

#include "lib/rollout/rollout_state.h"

namespace meshroute {

Rollout::Rollout(std::unique_ptr<State> state) : state_(std::move(state)) {}
Rollout::~Rollout() = default;

absl::StatusOr<std::unique_ptr<Rollout>> Rollout::Create(ValidatedPlan plan, const Clock& clock,
                                                         RolloutObserver& observer,
                                                         RolloutOptions options) {
  if (options.processes == 0 || options.process_index >= options.processes) {
    return absl::InvalidArgumentError("process_index must be below processes");
  }
  if (options.instance.empty()) return absl::InvalidArgumentError("instance must not be empty");
  return std::unique_ptr<Rollout>(
      new Rollout(std::make_unique<State>(std::move(plan), clock, observer, std::move(options))));
}

Urgency Rollout::Record(const Trial& trial) {
  return state_->Record(trial) ? Urgency::kAdvanceNow : Urgency::kNone;
}
RouteWeights Rollout::Advance(const ArmHealth& health) { return state_->Advance(health); }
absl::Status Rollout::Apply(RolloutCommand command, std::string_view by) {
  return state_->Apply(command, by);
}
absl::Status Rollout::Update(ValidatedPlan plan) { return state_->Update(std::move(plan)); }
absl::Status Rollout::Merge(const EvidenceShard& shard) { return state_->Merge(shard); }
EvidenceShard Rollout::shard() const { return state_->shard(); }
RolloutStatus Rollout::status() const { return state_->status(); }
RolloutSnapshot Rollout::Save() const { return state_->Save(); }
absl::Status Rollout::Restore(const RolloutSnapshot& snapshot, As as) {
  return state_->Restore(snapshot, as);
}

Rollout::State::State(ValidatedPlan plan, const Clock& clock, RolloutObserver& observer,
                      RolloutOptions options)
    : plan_(std::move(plan)),
      clock_(clock),
      observer_(observer),
      options_(std::move(options)),
      steps_(StepsOf(plan_.plan())),
      judge_(std::make_shared<TrialJudge>(analysis())),
      board_(std::make_unique<Scoreboard>(analysis(), 1)) {}

RouteWeights Rollout::State::Advance(const ArmHealth& health) {
  health_ = health;
  PassTime(clock_.Now());
  if (health.ejection) {
    const absl::Status& status = health.ejection->outcome.status();
    const bool is_out = status.ok() || absl::IsAlreadyExists(status);
    Tell(is_out ? EventKind::kEndpointEjected : EventKind::kEndpointKept,
         health.ejection->endpoint);
  }
  TakeTrials();
  if (follows_) {
    CheckBrake();
  } else {
    AdvanceAsOwner();
  }
  return Publish();
}

void Rollout::State::AdvanceAsOwner() {
  if (progress_.phase == Phase::kIdle) BeginAttempt();
  if (CheckRollback()) {
    commands_.clear();  // Nothing that was asked for before outlives the verdict.
  } else {
    Obey();
    CheckSuspect();
    CheckHolding();
    CheckBaseline();
    Stake();
    CheckTimeout();
  }
  MoveOn();
  RememberCalm();
}

void Rollout::State::PassTime(TimePoint now) {
  const Duration passed = has_started_ ? std::max(now - now_, Duration(0)) : Duration(0);
  now_ = std::max(now, now_);
  has_started_ = true;
  if (IsOver() || progress_.phase == Phase::kIdle) return;
  progress_.running += passed;
  progress_.in_phase += passed;
  if (progress_.phase == Phase::kPaused) {
    progress_.paused += passed;
  } else if (progress_.phase == Phase::kProgressing) {
    progress_.in_step += passed;
  }
  if (HasCanaryTraffic()) {
    progress_.step_wall += passed;
    progress_.since_check += passed;
  }
  if (!progress_.suspect.empty()) progress_.suspected_for += passed;
}

bool Rollout::State::IsOver() const {
  return progress_.phase == Phase::kSucceeded || progress_.phase == Phase::kFailed;
}

Rollout::State::Phase Rollout::State::ActivePhase() const {
  return progress_.phase == Phase::kPaused ? progress_.paused_phase : progress_.phase;
}

bool Rollout::State::HasCanaryTraffic() const {
  const Phase phase = ActivePhase();
  return phase == Phase::kProgressing || phase == Phase::kWaitingPromotion ||
         phase == Phase::kPromoting || phase == Phase::kWatching;
}

// Where the canary had requests before it was taken back.
bool Rollout::State::KeepsMatch() const {
  const bool goes_back =
      progress_.phase == Phase::kRollingBack || progress_.phase == Phase::kFailed;
  return goes_back && progress_.step_wall > Duration(0) && plan().rollback.keep_match;
}

// Who stopped for itself goes along once all others are done.
double Rollout::State::PublishedWeight() const {
  return braked_ && progress_.phase != Phase::kSucceeded ? 0 : progress_.weight;
}

// None on the way back, where nothing is compared any more.
double Rollout::State::FreshWeight() const {
  return HasCanaryTraffic() ? FreshShareOf(plan(), PublishedWeight()) : 0;
}

RouteWeights Rollout::State::Publish() {
  RouteWeights next;
  // A plan that is for a retry alone still says which rule this is about.
  next.plan = (IsOver() && next_plan_ ? *next_plan_ : plan_).shared();
  next.weight = PublishedWeight();
  next.fresh_weight = FreshWeight();
  next.rollout = plan_.name();
  next.generation = progress_.generation;
  next.step = progress_.tag;
  next.salt = progress_.salt;
  next.match_weight = std::max(MatchShareOf(*next.plan), next.weight);  // All, once promoted.
  next.mirror = ComparesPairs() ? MirrorShareOf(plan()) : 0;
  next.obeys_match = !analysis().match.empty() && !braked_ && (HasCanaryTraffic() || KeepsMatch());
  const bool ejects = analysis().endpoints.eject_suspects && !plan().dry_run;
  if (ejects && TakesEvidence() && !progress_.suspect.empty()) {
    next.suspects = {progress_.suspect};
  }
  const bool is_same = published_.plan == next.plan && published_.weight == next.weight &&
                       published_.fresh_weight == next.fresh_weight &&
                       published_.match_weight == next.match_weight &&
                       published_.generation == next.generation && published_.step == next.step &&
                       published_.salt == next.salt && published_.suspects == next.suspects &&
                       published_.obeys_match == next.obeys_match &&
                       published_.mirror == next.mirror;
  if (!is_same) ++progress_.version;
  next.version = progress_.version;
  next.latency_limit = LongestLatencyLimit();
  next.advance_at = NextAdvance();
  published_ = next;
  return next;
}

TimePoint Rollout::State::NextAdvance() const {
  if (IsOver()) return kNever;
  if (progress_.phase == Phase::kPromoting) return now_;
  // Requests that arrive are looked at once a second, what has a moment of its own on it:
  // bad ones among them, when they are old enough.
  Duration wait = std::chrono::seconds(1);
  for (const std::shared_ptr<StepEvidence>& step : evidence_.table().steps) {
    if (step != nullptr) wait = std::min(wait, step->NextMature(now_) - now_);
  }
  const auto due = [&wait](Duration at, Duration reached) {
    if (at > reached) wait = std::min(wait, at - reached);
  };
  if (TakesEvidence()) due(analysis().interval * (progress_.step_stakes + 1), StakedTime());
  if (HasCanaryTraffic()) due(analysis().interval, progress_.since_check);
  const Phase phase = progress_.phase;
  if (phase == Phase::kProgressing) {
    due(*RunningStep().min_duration, progress_.in_step);
    due(progress_.timeout_at, progress_.in_step);
  }
  if (phase == Phase::kPaused && progress_.pause_reason == PauseReason::kPauseStep) {
    const std::optional<RolloutPause>& pause = RunningStep().pause;
    if (pause && pause->duration) due(*pause->duration, progress_.in_phase);
  }
  if (phase == Phase::kBaselining) due(BaseliningEnd(), progress_.in_phase);
  if (phase == Phase::kWatching) due(WatchOf(plan()), progress_.in_phase);
  if (phase == Phase::kRollingBack) {
    due(progress_.weight > 0 ? analysis().interval : plan().rollback.drain, progress_.in_phase);
  }
  if (!progress_.suspect.empty()) {
    due(analysis().endpoints.suspect_grace, progress_.suspected_for);
  }
  return AddSaturated(now_, wait);
}

}  // namespace meshroute
