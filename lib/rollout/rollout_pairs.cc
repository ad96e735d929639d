// SPDX-License-Identifier: Apache-2.0
// Mirrored pairs: what the baselining of a plan with `mirror` learns of the canary.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/rollout/rollout_state.h"

namespace meshroute {
namespace {

int64_t SumOf(const PairCounts& pairs) {
  return pairs.canary_alone + pairs.baseline_alone + pairs.both_bad + pairs.both_good;
}

void AddTo(PairCounts& counts, Row row, const Tally::Pair& pair) {
  const bool is_apart = row == Row::kPairsApart;
  (is_apart ? counts.canary_alone : counts.both_bad) += static_cast<int64_t>(pair.bad);
  (is_apart ? counts.baseline_alone : counts.both_good) += static_cast<int64_t>(pair.good);
}

}  // namespace

bool Rollout::State::ComparesPairs() const {
  return ActivePhase() == Phase::kBaselining && analysis().mirror;
}

// What the stakes of intervals follow. The time of steps is of canaries that users had.
Duration Rollout::State::StakedTime() const {
  if (!ComparesPairs()) return progress_.step_wall;
  return progress_.phase == Phase::kPaused ? progress_.in_paused_phase : progress_.in_phase;
}

// Pairs are the first of the steps that stake something.
void Rollout::State::StartPairs() {
  progress_.step_stakes = 0;
  progress_.timeout_at = analysis().baselining.max_duration;
  board_->InvestPairs();
  StartEvidence(StepFacts::Mode::kPaired, 0, 0);
}

// Of the signal that knows most.
uint64_t Rollout::State::StepPairs() const {
  int64_t most = 0;
  for (size_t i = 0; i < judge_->signals().size(); ++i) {
    most = std::max(most, SumOf(sums_.At(progress_.tag).Pairs(i)));
  }
  return static_cast<uint64_t>(most);
}

void Rollout::State::WeighPairs(const std::vector<Taken>& taken) {
  const size_t endpoints = evidence_.table().names->size();
  for (size_t metric = 0; metric < board_->metrics(); ++metric) {
    PairIncrease pairs{.total = {}, .by_endpoint = std::vector<PairCounts>(endpoints)};
    for (const Taken& one : taken) {
      const bool is_pair = one.row == Row::kPairsApart || one.row == Row::kPairsTogether;
      if (!is_pair || judge_->RelativeSignal(metric) != one.signal) continue;
      AddTo(pairs.total, one.row, one.pair);
      if (one.endpoint < endpoints) AddTo(pairs.by_endpoint[one.endpoint], one.row, one.pair);
    }
    if (pairs.total != PairCounts()) board_->AddPairs(metric, pairs);
  }
}

// "16 of 100 mirrored requests failed on the canary where the baseline did not (16 %), 1
// the other way round".
std::string Rollout::State::Counts(const PairCounts& pairs, size_t metric) const {
  const int64_t all = SumOf(pairs);
  const bool is_latency =
      !analysis().metrics.empty() && analysis().metrics[metric].name == kRequestDuration;
  const double share =
      all > 0 ? static_cast<double>(pairs.canary_alone) / static_cast<double>(all) : 0;
  return absl::StrCat(pairs.canary_alone, " of ", all, " mirrored requests ",
                      is_latency ? "were too slow" : "failed", " on the canary where ",
                      is_latency ? "they were not on the baseline (" : "the baseline did not (",
                      InPercent(share), "), ", pairs.baseline_alone, " the other way round");
}

// "reviews v2 is not tried before its first step: 3 mirrored requests of the 1000 wanted,
// 9 at least, were answered by both versions in time".
std::string Rollout::State::SentenceOfMissingPairs() const {
  return absl::StrCat(CanaryName(), " is not tried before its first step: ", StepPairs(),
                      " mirrored requests of the ", analysis().baselining.min_requests, " wanted, ",
                      kFewestPairs, " at least, were answered by both versions in ", "time");
}

// What stands against the canary, in the counts that it is judged by now.
std::string Rollout::State::InWords(const Grounds& grounds) const {
  return ComparesPairs() ? Counts(grounds.pairs, grounds.metric) : Counts(grounds);
}

}  // namespace meshroute
