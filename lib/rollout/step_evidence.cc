// SPDX-License-Identifier: Apache-2.0
#include "lib/rollout/step_evidence.h"

#include <algorithm>

#include "meshroute/base/thread_shard.h"

namespace meshroute {
namespace {

constexpr Duration kSecond = std::chrono::seconds(1);

int64_t SecondOf(TimePoint moment) { return moment.time_since_epoch() / kSecond; }

// Slots: one for trials that are old enough, and the seconds that are not, of which
// one more may be open at either end.
size_t SlotsFor(const StepFacts& facts) {
  using Mode = StepFacts::Mode;
  const bool compares = facts.mode == Mode::kCompared || facts.mode == Mode::kPaired;
  if (!compares || facts.maturity == Duration(0)) return 1;
  return static_cast<size_t>((facts.maturity + kSecond - Duration(1)) / kSecond) + 3;
}

}  // namespace

StepEvidence::StepEvidence(const StepFacts& facts, const TrialJudge& judge, EndpointNames& names)
    : facts_(facts),
      judge_(judge),
      names_(names),
      signals_(judge.signals().size()),
      rows_(kFixedRows + 2 * (1 + EndpointNames::kCapacity)),
      slots_(SlotsFor(facts)),
      counters_(std::make_unique<Counter[]>(kBlocks * slots_ * rows_ * signals_ * 2)),
      seconds_(std::make_unique<std::atomic<int64_t>[]>(kBlocks * slots_)),
      users_(facts.counts_users ? std::make_unique<UserFilter>() : nullptr),
      pairs_(facts.mode == StepFacts::Mode::kPaired ? std::make_unique<OpenPairs>() : nullptr) {
  for (size_t i = 0; i < kBlocks * slots_; ++i) seconds_[i].store(kNothing);
}

bool StepEvidence::Count(const Trial& trial) {
  const bool is_copy = trial.pair != 0 && trial.assignment.arm == Arm::kCanary;
  const bool decides = !is_copy && CountTrial(trial);
  return (trial.pair != 0 && CountPair(trial)) || decides;
}

bool StepEvidence::CountTrial(const Trial& trial) {
  const size_t row = RowOf(trial);
  if (row == kNowhere) return false;
  // The trials of a step of pairs are compared with none: they are never too young.
  const size_t slot = facts_.mode == StepFacts::Mode::kPaired ? 0 : SlotOf(trial);
  const size_t block = ShardOfThisThread() % kBlocks;
  Counter* const counters = &At(block, slot, row);
  bool any_bad = false;
  for (size_t signal = 0; signal < signals_; ++signal) {
    const Bit bit = BitOf(signal, trial);
    if (bit == Bit::kNone) continue;
    any_bad |= bit == Bit::kBad;
    counters[2 * signal + (bit == Bit::kBad ? 0 : 1)].fetch_add(1);
  }
  const int64_t second = NoteSecond(block, slot, trial.picked_at);
  if (!any_bad || trial.assignment.arm != Arm::kCanary) return false;
  return slot == 0 || IsMature(second, AddSaturated(trial.picked_at, trial.outcome.elapsed));
}

// One half; the second counts both, as old as it is itself.
bool StepEvidence::CountPair(const Trial& trial) {
  if (pairs_ == nullptr || !trial.has_ended()) return false;
  const bool is_copy = trial.assignment.arm == Arm::kCanary;
  Trial ended = trial;  // Its latency says something here also if it was known to be bad.
  ended.stage = Trial::Stage::kEnded;
  PairHalf half{.call = trial.pair, .arm = trial.assignment.arm};
  half.endpoint = is_copy ? names_.IndexOf(trial.endpoint) : EndpointNames::kUnknown;
  const bool is_too_old = trial.outcome.elapsed > facts_.maximum_age;
  for (size_t signal = 0; signal < signals_; ++signal) {
    half.bits[signal] = is_too_old ? Bit::kNone : BitOf(signal, ended);
  }
  const std::optional<PairHalf> other = pairs_->Join(half);
  if (!other) return false;
  const PairHalf& canary = is_copy ? half : *other;
  const PairHalf& baseline = is_copy ? *other : half;
  const size_t row = RowOfEndpoint(canary.endpoint);
  const size_t slot = SlotOf(trial);
  const size_t block = ShardOfThisThread() % kBlocks;
  bool any_bad = false;
  for (size_t signal = 0; signal < signals_; ++signal) {
    const Bit of_canary = canary.bits[signal];
    const Bit of_baseline = baseline.bits[signal];
    if (of_canary == Bit::kNone || of_baseline == Bit::kNone) continue;
    const bool is_apart = of_canary != of_baseline;
    any_bad |= is_apart && of_canary == Bit::kBad;
    Counter* const counters = &At(block, slot, row + (is_apart ? 0 : 1));
    counters[2 * signal + (of_canary == Bit::kBad ? 0 : 1)].fetch_add(1);
  }
  const int64_t second = NoteSecond(block, slot, trial.picked_at);
  if (!any_bad) return false;
  return slot == 0 || IsMature(second, AddSaturated(trial.picked_at, trial.outcome.elapsed));
}

// In one order with Take: what is counted before the second is seen to stand there is taken
// with it.
int64_t StepEvidence::NoteSecond(size_t block, size_t slot, TimePoint picked_at) {
  const int64_t second = slot == 0 ? 0 : SecondOf(picked_at);
  std::atomic<int64_t>& held = SecondIn(block, slot);
  if (held.load() != second) held.store(second);
  return second;
}

size_t StepEvidence::RowOf(const Trial& trial) {
  using Mode = StepFacts::Mode;
  const Assignment& assignment = trial.assignment;
  if (trial.outcome.elapsed > facts_.maximum_age) return kNowhere;
  const bool is_canary = assignment.arm == Arm::kCanary;
  const bool is_match = assignment.basis == Assignment::Basis::kMatch;
  if (facts_.mode == Mode::kMatchedOnly ? !is_match
                                        : (facts_.mode == Mode::kCanaryOnly && !is_canary)) {
    return kNowhere;
  }
  const bool has_no_canary = facts_.mode == Mode::kBaselineOnly || facts_.mode == Mode::kPaired;
  if (has_no_canary && is_canary) return kNowhere;
  if (is_match && facts_.mode == Mode::kCompared) return static_cast<size_t>(Row::kMatched);
  // Drawn with another chance (this process braked, or has not heard of the step yet): it
  // would be weighed wrongly. Known before the draw, so leaving it out is fair.
  if (facts_.mode == Mode::kCompared && assignment.weight != facts_.weight) return kNowhere;
  const bool is_user = assignment.basis == Assignment::Basis::kStickyKey;
  if (is_user && !IsOwnUser(trial)) return kNowhere;
  if (!is_canary) {
    return static_cast<size_t>(is_user ? Row::kBaselineUsers : Row::kBaseline);
  }
  return RowOfEndpoint(names_.IndexOf(trial.endpoint)) + (is_user ? 1 : 0);
}

// The first of the two rows of an endpoint of the canary.
size_t StepEvidence::RowOfEndpoint(size_t endpoint) const {
  const size_t number = endpoint == EndpointNames::kUnknown ? 0 : endpoint + 1;
  return kFixedRows + 2 * number;
}

bool StepEvidence::IsOwnUser(const Trial& trial) {
  if (!facts_.counts_users || !trial.assignment.unit) return false;
  const uint64_t unit = *trial.assignment.unit;
  const bool is_compared = facts_.mode == StepFacts::Mode::kCompared;
  if (is_compared && PositionOf(unit) < facts_.weight_before) return false;
  if (facts_.processes > 1 && UserFilter::OwnerOf(unit, facts_.processes) != facts_.process_index) {
    return false;
  }
  return users_->Insert(unit);
}

size_t StepEvidence::SlotOf(const Trial& trial) const {
  if (slots_ == 1 || trial.outcome.elapsed >= facts_.maturity + kSecond) return 0;
  return 1 + static_cast<size_t>(SecondOf(trial.picked_at)) % (slots_ - 1);
}

Bit StepEvidence::BitOf(size_t signal, const Trial& trial) const {
  const Signal& what = judge_.signals()[signal];
  const bool is_latency =
      what.kind == Signal::Kind::kLatencyLimit || what.kind == Signal::Kind::kLatencyOfBaseline;
  if (!is_latency) return judge_.Judge(signal, trial, Duration(0));
  if (trial.picked_at < facts_.counts_latency_from) return Bit::kNone;
  if (what.kind == Signal::Kind::kLatencyLimit) return judge_.Judge(signal, trial, Duration(0));
  const Limit& limit = limits_[what.metric];
  const Duration baseline(limit.nanoseconds.load(std::memory_order_acquire));
  if (baseline == Duration(0)) return Bit::kNone;
  const Duration since(limit.since.load(std::memory_order_relaxed));
  if (trial.picked_at.time_since_epoch() < since) return Bit::kNone;
  const bool is_canary = trial.assignment.arm == Arm::kCanary;
  return judge_.Judge(signal, trial,
                      is_canary ? judge_.CanaryLimit(what.metric, baseline) : baseline);
}

void StepEvidence::SetLatencyLimit(size_t metric, Duration limit, TimePoint now) {
  limits_[metric].since.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  limits_[metric].nanoseconds.store(limit.count(), std::memory_order_release);
}

Duration StepEvidence::LatencyLimit(size_t metric) const {
  return Duration(limits_[metric].nanoseconds.load(std::memory_order_relaxed));
}

// The youngest trials of the second are old enough.
bool StepEvidence::IsMature(int64_t second, TimePoint now) const {
  return second < SecondOf(now - facts_.maturity);
}

TimePoint StepEvidence::LastMature(TimePoint now) const {
  return TimePoint(kSecond * SecondOf(now - facts_.maturity)) + facts_.maturity;
}

TimePoint StepEvidence::NextMature(TimePoint now) const {
  return slots_ == 1 ? kNever : LastMature(now) + kSecond;
}

size_t StepEvidence::UsedRows() const { return kFixedRows + 2 * (1 + names_.size()); }

}  // namespace meshroute
