// SPDX-License-Identifier: Apache-2.0
// Trials in, verdicts out.
#include <algorithm>
#include <cmath>

#include "lib/rollout/rollout_state.h"

namespace meshroute {
namespace {

void AddTo(TrialCounts& counts, Row row, const Tally::Pair& pair) {
  const bool is_baseline = row == Row::kBaseline || row == Row::kBaselineUsers;
  (is_baseline ? counts.baseline_bad : counts.canary_bad) += static_cast<int64_t>(pair.bad);
  counts.good += static_cast<int64_t>(pair.good);
}

bool IsEmpty(const ScoreIncrease& increase) { return increase.total == TrialCounts(); }

}  // namespace

// Of what is drawn now. An abTest draws for its match alone: a request that does not match
// carries the weight 0, with which it is left out. So does one of the old baseline beside a
// fresh one.
void Rollout::State::StartComparison(double weight_before) {
  using Mode = StepFacts::Mode;
  const double weight = progress_.weight;
  const double share = MatchShareOf(plan());
  const bool is_ab_test = plan().strategy == RolloutPlan::Strategy::kAbTest;
  if (weight >= 1) {
    StartEvidence(Mode::kCanaryOnly, weight, weight_before);
  } else if (!is_ab_test && weight <= 0) {  // A dry run, promoted before its first step.
    StartEvidence(Mode::kBaselineOnly, 0, 0);
  } else if (!is_ab_test) {
    const double fresh_weight = FreshShareOf(plan(), weight);
    StartEvidence(Mode::kCompared, ComparedWeight(weight, fresh_weight), weight_before);
  } else if (share < 1) {
    StartEvidence(Mode::kCompared, share, 0);
  } else {
    StartEvidence(Mode::kMatchedOnly, weight, 0);
  }
}

void Rollout::State::TakeTrials() {
  std::vector<Taken> taken;
  for (const std::shared_ptr<StepEvidence>& step : evidence_.table().steps) {
    if (step == nullptr) continue;
    taken.clear();
    const uint32_t tag = step->facts().tag;
    step->Take(now_, [&](Row row, size_t endpoint, size_t signal, const Tally::Pair& pair) {
      local_.Add(tag, row, endpoint, signal, pair);
      taken.push_back({row, endpoint, signal, pair});
    });
    NoteDecisive(*step, taken);
    if (!taken.empty()) Weigh(tag, step->facts(), taken);
  }
}

// A bad request that had to grow old enough decides at that moment, not at its end.
void Rollout::State::NoteDecisive(const StepEvidence& step, const std::vector<Taken>& taken) {
  const bool any_bad = std::any_of(taken.begin(), taken.end(), [](const Taken& one) {
    const bool counts_against_canary = one.row == Row::kCanary || one.row == Row::kCanaryUsers ||
                                       one.row == Row::kMatched || one.row == Row::kPairsApart;
    return counts_against_canary && one.pair.bad > 0;
  });
  if (!any_bad || step.NextMature(now_) == kNever) return;
  const int64_t mature = step.LastMature(now_).time_since_epoch().count();
  if (mature > last_bad_.load(std::memory_order_relaxed)) {
    last_bad_.store(mature, std::memory_order_relaxed);
  }
}

void Rollout::State::Weigh(uint32_t tag, const StepFacts& facts, const std::vector<Taken>& taken) {
  for (const Taken& one : taken) sums_.Add(tag, one.row, one.endpoint, one.signal, one.pair);
  if (facts.mode == StepFacts::Mode::kBaselineOnly) return;
  if (facts.mode == StepFacts::Mode::kPaired) return WeighPairs(taken);
  const bool draws_users = facts.user_weight() > 0 && facts.user_weight() < 1;
  const bool is_compared = facts.mode == StepFacts::Mode::kCompared;
  const size_t endpoints = evidence_.table().names->size();
  for (size_t metric = 0; metric < board_->metrics(); ++metric) {
    ScoreIncrease draws{.total = {}, .by_endpoint = std::vector<TrialCounts>(endpoints)};
    ScoreIncrease users = draws;
    ScoreIncrease alone = draws;
    for (const Taken& one : taken) {
      const bool is_users = one.row == Row::kBaselineUsers || one.row == Row::kCanaryUsers;
      const bool is_alone = !is_compared || one.row == Row::kMatched;
      const bool fits = is_alone ? judge_->AbsoluteSignal(metric) == one.signal
                                 : judge_->RelativeSignal(metric) == one.signal;
      if (!fits) continue;
      ScoreIncrease& increase = is_alone ? alone : is_users ? users : draws;
      AddTo(increase.total, one.row, one.pair);
      if (one.endpoint < endpoints) AddTo(increase.by_endpoint[one.endpoint], one.row, one.pair);
    }
    if (!IsEmpty(draws)) board_->AddCompared(metric, facts.weight, draws);
    if (!IsEmpty(users) && draws_users) board_->AddCompared(metric, facts.user_weight(), users);
    const std::optional<double> allowed = AllowedRate(metric, tag);
    if (!IsEmpty(alone) && allowed) board_->AddAbsolute(metric, *allowed, alone);
  }
}

std::optional<double> Rollout::State::AllowedRate(size_t metric, uint32_t tag) const {
  const std::optional<double> allowed = AllowedRateOf(analysis().metrics[metric]);
  if (!allowed || tag != progress_.tag) return allowed;
  constexpr double kMost = 0.99;
  return std::min(std::max(*allowed, progress_.watch_rates[metric]), kMost);
}

int64_t Rollout::State::StepRequests() const {
  uint64_t most = 0;
  for (size_t i = 0; i < judge_->signals().size(); ++i) {
    const Tally::Pair pair = sums_.At(progress_.tag).CanarySum(i);
    most = std::max(most, pair.bad + pair.good);
  }
  return static_cast<int64_t>(most);
}

// While someone is to say what becomes of a canary whose evidence is lost, a tenth of alpha
// guards what stands: the bet of before may have been all but won.
double Rollout::State::Limit() const {
  constexpr double kTenth = 10;
  const bool guards = progress_.pause_reason == PauseReason::kEvidenceLost;
  return (guards ? kTenth : 1) / analysis().false_rollback_probability;
}

bool Rollout::State::CheckRollback() {
  if (!TakesEvidence() || analysis().mode == RolloutAnalysis::Mode::kNone) return false;
  return (IsSequential() && CheckEvidence()) || (HasCanaryTraffic() && CheckInterval());
}

bool Rollout::State::CheckEvidence() {
  if (!(board_->Value() >= Limit())) {  // What is no number decides nothing.
    if (!progress_.suspect.empty() && !progress_.suspect_known) progress_.suspect.clear();
    return false;
  }
  const std::optional<size_t> weakest = board_->WeakestEndpoint();
  if (weakest && KnowsOthers(*weakest) && board_->ValueWithout(*weakest) < Limit()) {
    Suspect(*weakest);
    return false;
  }
  StartRollback("evidence", "");
  return true;
}

// Whether a bad endpoint can be told from a bad version: another one has had requests.
// How many does not matter. One of ten that fails always makes the evidence complete
// with its fourth request, when the others may have had next to none.
bool Rollout::State::KnowsOthers(size_t endpoint) const {
  const size_t endpoints = evidence_.table().names->size();
  for (size_t i = 0; i < endpoints; ++i) {
    if (i != endpoint && sums_.TrialsOf(i, judge_->signals().size()) > 0) return true;
  }
  return false;
}

void Rollout::State::Suspect(size_t endpoint) {
  const std::string name = evidence_.table().names->name(endpoint);
  if (progress_.suspect == name) return;
  progress_.suspect = name;
  progress_.suspected_for = Duration(0);
  progress_.suspect_known = false;
  Tell(EventKind::kEndpointSuspected, name);
}

void Rollout::State::CheckSuspect() {
  if (progress_.suspect.empty() || progress_.suspect_known || !TakesEvidence()) return;
  if (progress_.suspected_for < analysis().endpoints.suspect_grace) return;
  if (analysis().endpoints.on_suspect == RolloutEndpoints::OnSuspect::kRollback) {
    return StartRollback("suspect endpoint", "");
  }
  if (progress_.phase != Phase::kPaused) Pause(PauseReason::kSuspectEndpoint, "");
}

bool Rollout::State::CheckInterval() {
  if (progress_.since_check < analysis().interval) return false;
  progress_.since_check = Duration(0);
  const bool is_classic = analysis().mode == RolloutAnalysis::Mode::kClassic;
  if (!is_classic) {
    if (!BreachRollsBack()) return false;
    StartRollback("threshold", "");
    return true;
  }
  if (ClassicCheckFails()) ++progress_.failed_checks;
  if (progress_.failed_checks < analysis().threshold) return false;
  StartRollback("failed checks", "");
  return true;
}

// Flagger's check: the canary's requests since the last one. Without any there is no
// check.
bool Rollout::State::ClassicCheckFails() {
  checked_.resize(judge_->signals().size());
  bool any = false;
  bool fails = false;
  for (size_t i = 0; i < analysis().metrics.size(); ++i) {
    const std::optional<double> allowed = AllowedRateOf(analysis().metrics[i]);
    const std::optional<size_t> signal = judge_->AbsoluteSignal(i);
    if (!allowed || !signal || analysis().metrics[i].dry_run) continue;
    const Tally::Pair sum = sums_.At(progress_.tag).CanarySum(*signal);
    const Tally::Pair last = std::exchange(checked_[*signal], sum);
    const auto bad = static_cast<double>(sum.bad - last.bad);
    const double trials = bad + static_cast<double>(sum.good - last.good);
    any = any || trials > 0;
    fails = fails || bad > *allowed * trials;
  }
  if (any) progress_.check_passed = !fails;
  return fails;
}

// `onBreach: rollback`: as soon as there are trials enough for one bad one to be allowed.
bool Rollout::State::BreachRollsBack() const {
  for (size_t i = 0; i < analysis().metrics.size(); ++i) {
    const RolloutMetric& metric = analysis().metrics[i];
    const std::optional<double> allowed = AllowedRateOf(metric);
    const std::optional<size_t> signal = judge_->AbsoluteSignal(i);
    if (metric.on_breach != RolloutMetric::OnBreach::kRollback || metric.dry_run) continue;
    if (!allowed || !signal) continue;
    const Tally::Pair pair = sums_.At(progress_.tag).CanarySum(*signal);
    const auto trials = static_cast<double>(pair.bad + pair.good);
    if (trials * *allowed >= 1 && static_cast<double>(pair.bad) > *allowed * trials) return true;
  }
  return false;
}

void Rollout::State::CheckHolding() {
  constexpr double kHold = 10;
  constexpr double kClear = 3;
  if (!IsSequential() || !TakesEvidence()) return;
  double value = board_->Value();
  if (progress_.suspect_known) {
    const size_t endpoint = evidence_.table().names->IndexOf(progress_.suspect);
    value = std::min(value, board_->ValueWithout(endpoint));
  }
  const bool holds = progress_.holding ? value >= kClear : value >= kHold;
  if (holds == progress_.holding) return;
  progress_.holding = holds;
  Tell(holds ? EventKind::kHolding : EventKind::kHoldCleared);
}

void Rollout::State::CheckBaseline() {
  if (progress_.baseline_worse || !IsSequential() || board_->MirrorValue() < Limit()) return;
  progress_.baseline_worse = true;
  Tell(EventKind::kBaselineWorse);
}

void Rollout::State::Stake() {
  if (!TakesEvidence()) return;
  if (ComparesPairs()) SetLatencyLimits();  // As soon as there are latencies.
  const auto due = static_cast<uint32_t>(StakedTime() / analysis().interval);
  for (uint32_t i = 0; progress_.step_stakes < due; ++i, ++progress_.step_stakes) {
    // All that there are have been staked.
    if (i == StakeSchedule::kPeriodicStakes) progress_.step_stakes = due - 1;
    board_->InvestPeriod();
    SetLatencyLimits();
  }
}

// Limits of the running step that could not be set before for want of latencies.
void Rollout::State::SetLatencyLimits() {
  StepEvidence* const step = evidence_.FindStep(progress_.tag);
  if (step == nullptr || follows_) return;
  for (size_t i = 0; i < analysis().metrics.size(); ++i) {
    const RolloutMetric& metric = analysis().metrics[i];
    if (metric.name != kRequestDuration || step->LatencyLimit(i) != Duration(0)) continue;
    const std::optional<Duration> limit =
        evidence_.table().latencies->Quantile(metric.percentile / 100);
    if (limit) step->SetLatencyLimit(i, *limit, now_);
  }
}

// Of all steps, since requests of an earlier one may still be open.
Duration Rollout::State::LongestLatencyLimit() const {
  if (IsOver()) return Duration(0);
  Duration longest = judge_->longest_own_limit();
  for (const std::shared_ptr<StepEvidence>& step : evidence_.table().steps) {
    if (step == nullptr) continue;
    for (size_t i = 0; i < analysis().metrics.size(); ++i) {
      longest = std::max(longest, judge_->CanaryLimit(i, step->LatencyLimit(i)));
    }
  }
  return longest;
}

double Rollout::State::LostShare() const {
  const Duration patience = 3 * analysis().interval;
  uint64_t lost = 0;
  uint64_t all = 0;
  const auto trials_of = [](const EvidenceShard& shard) {
    uint64_t trials = 0;
    for (const EvidenceShard::Counter& counter : shard.counters) {
      const bool is_trial = counter.group < EvidenceShard::Group::kPairsApart;
      if (is_trial && counter.signal == 0) trials += counter.bad + counter.good;
    }
    return trials;
  };
  for (const auto& [instance, peer] : peers_) {
    const uint64_t trials = trials_of(peer.shard);
    all += trials;
    if (now_ - peer.heard > patience) lost += trials;
  }
  if (lost == 0) return 0;
  for (const auto& [tag, step] : local_.steps()) {
    const Tally::Pair baseline = step.BaselineSum(0);
    const Tally::Pair canary = step.CanarySum(0);
    all += baseline.bad + baseline.good + canary.bad + canary.good;
  }
  return static_cast<double>(lost) / static_cast<double>(all);
}

}  // namespace meshroute
