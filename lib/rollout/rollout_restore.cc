// SPDX-License-Identifier: Apache-2.0
// Over restarts, and among processes.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/rollout/rollout_state.h"
#include "meshroute/base/hash.h"
#include "meshroute/config/duration.h"
#include "meshroute/config/writer.h"

namespace meshroute {
namespace {

// Whether somebody had the canary: of an abTest its match, while its weight is 0.
bool HadCanaryTraffic(const RolloutPlan& plan, const RolloutProgress& saved) {
  using Phase = RolloutPhase;
  if (saved.phase == Phase::kRollingBack) return false;
  if (saved.weight > 0) return true;
  const Phase active = saved.phase == Phase::kPaused ? saved.paused_phase : saved.phase;
  return plan.strategy == RolloutPlan::Strategy::kAbTest &&
         (active == Phase::kProgressing || active == Phase::kWaitingPromotion);
}

uint64_t HashOf(const ValidatedPlan& plan) {
  Resources resources;
  resources.rollouts.push_back(plan.plan());
  return XxHash64(WriteJson(resources));
}

}  // namespace

EvidenceShard Rollout::State::shard() const {
  EvidenceShard shard{.instance = options_.instance,
                      .generation = progress_.generation,
                      .sequence = 0,
                      .braked = braked_,
                      .counters = {}};
  // Before the first attempt there is nothing to count by.
  const auto& names = evidence_.table().names;
  if (names != nullptr) shard.counters = local_.Export(*names);
  return shard;
}

RolloutSnapshot Rollout::State::Save() const {
  RolloutSnapshot snapshot;
  snapshot.plan_hash = HashOf(plan_);
  snapshot.revision = plan_.revision();
  snapshot.progress = progress_;
  board_->Save(snapshot);
  const EvidenceTable& table = evidence_.table();
  for (size_t i = 1; i < snapshot.bets.size(); ++i) {
    snapshot.bets[i].endpoint = table.names->name(i - 1);
  }
  for (const std::shared_ptr<StepEvidence>& step : table.steps) {
    if (step == nullptr) continue;
    const StepFacts& facts = step->facts();
    RolloutSnapshot::Step saved{.tag = facts.tag,
                                .mode = static_cast<uint8_t>(facts.mode),
                                .weight = facts.weight,
                                .weight_before = facts.weight_before,
                                .latency_limits = {},
                                .counters = {}};
    for (size_t i = 0; i < analysis().metrics.size(); ++i) {
      saved.latency_limits.push_back(step->LatencyLimit(i));
    }
    snapshot.steps.push_back(std::move(saved));
  }
  if (table.names != nullptr) {
    for (EvidenceShard::Counter& counter : sums_.Export(*table.names)) {
      for (RolloutSnapshot::Step& step : snapshot.steps) {
        if (step.tag == counter.step) step.counters.push_back(counter);
      }
    }
    snapshot.merged.push_back(shard());
  }
  for (const auto& [instance, peer] : peers_) {
    if (instance != options_.instance) snapshot.merged.push_back(peer.shard);
  }
  snapshot.history.assign(history_.begin(), history_.end());
  snapshot.saved_at = clock_.Wall();
  return snapshot;
}

absl::Status Rollout::State::Restore(const RolloutSnapshot& snapshot, As as) {
  PassTime(clock_.Now());
  if (as == As::kFollower) return Follow(snapshot);
  const bool was_follower = std::exchange(follows_, false);
  const absl::Status status = RestoreOwn(snapshot);
  if (was_follower) Tell(EventKind::kLeaderChanged, options_.instance);
  return status;
}

absl::Status Rollout::State::RestoreOwn(const RolloutSnapshot& snapshot) {
  history_.assign(snapshot.history.begin(), snapshot.history.end());
  const Duration age = clock_.Wall() - snapshot.saved_at;
  const RolloutProgress& saved = snapshot.progress;
  if (snapshot.revision.empty()) {
    LoseEvidence(snapshot, "nothing was left of it");
    return absl::OkStatus();
  }
  if (snapshot.revision != plan_.revision()) {
    // A new revision, which begins with numbers that nothing in flight carries.
    progress_ = RolloutProgress();
    progress_.generation = saved.generation;
    progress_.tag = saved.tag;
    progress_.version = saved.version;
    return absl::OkStatus();
  }
  AdoptPlanOf(snapshot);
  const bool is_same_plan = snapshot.plan_hash == HashOf(plan_);
  const bool is_over = saved.phase == Phase::kFailed || saved.phase == Phase::kSucceeded;
  if (!is_over && age > options_.maximum_snapshot_age) {
    LoseEvidence(snapshot, absl::StrCat("the snapshot is ", FormatDuration(age), " old"));
    return absl::OkStatus();
  }
  if (!is_over && !is_same_plan) {
    LoseEvidence(snapshot, "the plan is another one");
    return absl::OkStatus();
  }
  BeginEvidence(snapshot);
  progress_ = saved;
  progress_.version = std::max(saved.version, published_.version);
  ClearScores();
  sums_.clear();
  if (is_same_plan && !RestoreEvidence(snapshot) && !is_over) {
    LoseEvidence(snapshot, "its scores are of another test");
    return absl::OkStatus();
  }
  last_transition_ = clock_.Wall();
  Tell(EventKind::kRestored, FormatDuration(age));
  return absl::OkStatus();
}

// The plan that waits for the next step here is the one that is run elsewhere.
void Rollout::State::AdoptPlanOf(const RolloutSnapshot& snapshot) {
  if (!next_plan_ || snapshot.plan_hash == HashOf(plan_)) return;
  if (snapshot.plan_hash != HashOf(*next_plan_)) return;
  plan_ = *std::exchange(next_plan_, std::nullopt);
  steps_ = StepsOf(plan());
  judge_ = std::make_shared<TrialJudge>(analysis());
}

// Keeps what was counted here, where it is of the same attempt.
void Rollout::State::BeginEvidence(const RolloutSnapshot& snapshot) {
  const uint64_t generation = snapshot.progress.generation;
  if (evidence_.table().names != nullptr && evidence_.table().generation == generation) return;
  const uint32_t first = snapshot.steps.empty() ? snapshot.progress.tag : snapshot.steps[0].tag;
  ClearEvidence(generation, first);
  for (size_t i = 1; i < snapshot.bets.size(); ++i) {
    evidence_.table().names->IndexOf(snapshot.bets[i].endpoint);
  }
}

// Returns the tags of the steps that were not known here.
std::vector<uint32_t> Rollout::State::AddSteps(const RolloutSnapshot& snapshot) {
  std::vector<uint32_t> added;
  for (const RolloutSnapshot::Step& step : snapshot.steps) {
    const EvidenceTable& table = evidence_.table();
    StepEvidence* known = evidence_.FindStep(step.tag);
    if (known == nullptr && step.tag >= table.first_tag + table.steps.size()) {
      const bool is_running = step.tag == snapshot.progress.tag;
      const Duration warm = is_running ? snapshot.progress.step_wall : analysis().warmup;
      evidence_.StartStep(
          {.tag = step.tag,
           .mode = static_cast<StepFacts::Mode>(
               std::min(step.mode, static_cast<uint8_t>(StepFacts::Mode::kPaired))),
           .weight = step.weight,
           .weight_before = step.weight_before,
           .counts_latency_from = AddSaturated(now_, analysis().warmup - warm),
           .maturity = analysis().maturity,
           .maximum_age = analysis().max_outcome_age,
           .counts_users = has_followed_ && follows_ && analysis().session_affinity.has_value(),
           .process_index = options_.process_index,
           .processes = options_.processes});
      known = evidence_.FindStep(step.tag);
      added.push_back(step.tag);
    }
    if (known == nullptr) continue;
    for (size_t i = 0; i < std::min(step.latency_limits.size(), analysis().metrics.size()); ++i) {
      if (known->LatencyLimit(i) == Duration(0) && step.latency_limits[i] > Duration(0)) {
        known->SetLatencyLimit(i, step.latency_limits[i], now_);
      }
    }
  }
  return added;
}

void Rollout::State::RestoreCounts(const RolloutSnapshot& snapshot) {
  EndpointNames& names = *evidence_.table().names;
  sums_.clear();
  for (const RolloutSnapshot::Step& step : snapshot.steps) {
    for (const EvidenceShard::Counter& counter : step.counters) {
      if (counter.signal >= judge_->signals().size()) continue;
      sums_.Add(counter.step, RowOf(counter.group), names.IndexOf(counter.endpoint), counter.signal,
                {.bad = counter.bad, .good = counter.good});
    }
  }
  peers_.clear();
  for (const EvidenceShard& merged : snapshot.merged) {
    Peer& peer = peers_[merged.instance];
    peer.shard = merged;
    peer.heard = now_;
    for (const EvidenceShard::Counter& counter : merged.counters) {
      peer.counted[{counter.step, static_cast<int>(counter.group), counter.endpoint,
                    counter.signal}] = {.bad = counter.bad, .good = counter.good};
    }
  }
}

// false: it is of another test.
bool Rollout::State::RestoreEvidence(const RolloutSnapshot& snapshot) {
  AddSteps(snapshot);
  RestoreCounts(snapshot);
  return RestoreScores(snapshot);
}

bool Rollout::State::RestoreScores(const RolloutSnapshot& snapshot) {
  EndpointNames& names = *evidence_.table().names;
  RolloutSnapshot ordered;
  ordered.cash = snapshot.cash;
  ordered.periodic_stakes = snapshot.periodic_stakes;
  ordered.progress.first_stake_used = snapshot.progress.first_stake_used;
  ordered.mirror = snapshot.mirror;
  if (!snapshot.bets.empty()) ordered.bets.assign(names.size() + 1, snapshot.bets[0]);
  for (size_t i = 1; i < snapshot.bets.size(); ++i) {
    const size_t number = names.IndexOf(snapshot.bets[i].endpoint);
    if (number + 1 < ordered.bets.size()) ordered.bets[number + 1] = snapshot.bets[i];
  }
  if (!board_->Restore(ordered)) return false;
  // What this process counted and the leader before had not heard of.
  if (!local_.steps().empty()) MergeCounters(shard(), peers_[options_.instance]);
  peers_.erase(options_.instance);
  return true;
}

void Rollout::State::LoseEvidence(const RolloutSnapshot& snapshot, std::string_view why) {
  const RolloutProgress& saved = snapshot.progress;
  progress_ = RolloutProgress();
  progress_.generation = saved.generation + 1;
  progress_.attempt = saved.attempt;
  progress_.version = saved.version;
  progress_.tag = saved.tag + 1;
  progress_.step = saved.step;
  progress_.weight = saved.weight;
  progress_.salt = saved.salt;
  ClearEvidence(progress_.generation, progress_.tag);
  board_ = std::make_unique<Scoreboard>(analysis(), 1);
  sums_.clear();
  const bool had_traffic = HadCanaryTraffic(plan(), saved);
  progress_.phase = had_traffic ? Phase::kProgressing : Phase::kWaiting;
  Tell(EventKind::kEvidenceLost, why);
  if (saved.phase == Phase::kRollingBack) {
    progress_.weight = 0;
    progress_.reason = saved.reason;
    return Fail();
  }
  if (had_traffic) {
    board_->InvestStep();
    StartComparison(0);
  }
  Pause(PauseReason::kEvidenceLost, "");
}

// Someone takes the risk: another attempt, with its own bound, at the weight that stands.
void Rollout::State::ResumeWithoutEvidence(std::string_view by) {
  const bool has_traffic = HasCanaryTraffic();
  const size_t step = std::min<size_t>(progress_.step, steps_.empty() ? 0 : steps_.size() - 1);
  Tell(EventKind::kResumed, PauseReasonName(PauseReason::kEvidenceLost), by);
  BeginAttempt();
  if (has_traffic && !steps_.empty()) StartStep(step);
}

absl::Status Rollout::State::Follow(const RolloutSnapshot& snapshot) {
  if (snapshot.revision != plan_.revision()) {
    return absl::FailedPreconditionError(
        absl::StrCat("rollout ", plan_.name(), ": the leader is at revision ", snapshot.revision,
                     ", this process at ", plan_.revision()));
  }
  const RolloutProgress& led = snapshot.progress;
  const bool is_older = led.generation < progress_.generation ||
                        (led.generation == progress_.generation && led.version < led_version_);
  if (follows_ && is_older) return absl::OkStatus();
  const bool is_new = !follows_ || led.generation != progress_.generation;
  follows_ = true;
  led_version_ = led.version;
  AdoptPlanOf(snapshot);
  if (is_new) {
    BeginEvidence(snapshot);
    ClearScores();
    sums_.clear();
    braked_ = false;
  }
  if (led.tag != progress_.tag) local_stakes_ = 0;
  const uint64_t own_version = progress_.version;  // Which whoever publishes here knows.
  progress_ = led;
  progress_.version = std::max(led.version, own_version);
  fleet_ = std::max(snapshot.merged.size(), size_t{1});
  const std::vector<uint32_t> added = AddSteps(snapshot);
  for (const RolloutSnapshot::Step& step : snapshot.steps) {
    const bool is_added = std::find(added.begin(), added.end(), step.tag) != added.end();
    const StepEvidence* const known = evidence_.FindStep(step.tag);
    if (known == nullptr || known->facts().mode == StepFacts::Mode::kBaselineOnly) continue;
    if (!is_new && !is_added) continue;
    known->facts().mode == StepFacts::Mode::kPaired ? board_->InvestPairs() : board_->InvestStep();
  }
  has_followed_ = true;
  return absl::OkStatus();
}

// A process of P that decides alone has a share of alpha: together they add a tenth.
void Rollout::State::CheckBrake() {
  if (!HasCanaryTraffic()) return;
  const auto due = static_cast<uint32_t>(progress_.step_wall / analysis().interval);
  for (uint32_t i = 0; local_stakes_ < due && i < StakeSchedule::kPeriodicStakes; ++i) {
    ++local_stakes_;
    board_->InvestPeriod();
  }
  constexpr double kTenth = 10;
  const auto processes = static_cast<double>(std::max<size_t>(options_.processes, fleet_));
  if (IsSequential() && board_->Value() >= kTenth * processes * Limit()) braked_ = true;
}

absl::Status Rollout::State::Merge(const EvidenceShard& shard) {
  if (shard.generation != progress_.generation) {
    return absl::FailedPreconditionError(
        absl::StrCat("rollout ", plan_.name(), ": the shard of ", shard.instance,
                     " is of generation ", shard.generation, ", not ", progress_.generation));
  }
  if (follows_ || shard.instance == options_.instance) return absl::OkStatus();
  PassTime(clock_.Now());
  Peer& peer = peers_[shard.instance];
  if (shard.sequence > peer.shard.sequence || peer.heard == TimePoint{}) peer.heard = now_;
  MergeCounters(shard, peer);
  if (shard.sequence >= peer.shard.sequence) peer.shard = shard;
  return absl::OkStatus();
}

void Rollout::State::MergeCounters(const EvidenceShard& shard, Peer& peer) {
  if (evidence_.table().names == nullptr) return;  // No attempt has begun: later.
  std::map<uint32_t, std::vector<Taken>> taken;
  EndpointNames& names = *evidence_.table().names;
  for (const EvidenceShard::Counter& counter : shard.counters) {
    if (counter.signal >= judge_->signals().size()) continue;
    Tally::Pair& counted = peer.counted[{counter.step, static_cast<int>(counter.group),
                                         counter.endpoint, counter.signal}];
    const Tally::Pair more{.bad = counter.bad - std::min(counter.bad, counted.bad),
                           .good = counter.good - std::min(counter.good, counted.good)};
    if (more.bad + more.good == 0) continue;
    counted.bad += more.bad;
    counted.good += more.good;
    taken[counter.step].push_back(
        {RowOf(counter.group), names.IndexOf(counter.endpoint), counter.signal, more});
  }
  for (const auto& [tag, increases] : taken) {
    if (const StepEvidence* const step = evidence_.FindStep(tag)) {
      Weigh(tag, step->facts(), increases);
    }
  }
}

}  // namespace meshroute
