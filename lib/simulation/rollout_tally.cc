// SPDX-License-Identifier: Apache-2.0
#include "lib/simulation/rollout_tally.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "lib/simulation/report_numbers.h"

namespace meshroute {
namespace {

// Seeds far from each other for neighbours.
uint64_t SeedOf(uint64_t seed, uint64_t run) {
  uint64_t mixed = seed * 0x9e3779b97f4a7c15ULL + run;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
  return mixed ^ (mixed >> 31);
}

// Which of `count` values, counted from 1, `percent` do not exceed.
uint64_t RankOf(uint64_t count, double percent) {
  const double rank = std::ceil(static_cast<double>(count) * percent / 100);
  return std::clamp<uint64_t>(static_cast<uint64_t>(rank), 1, count);
}

}  // namespace

std::optional<double> PercentileOf(const std::vector<double>& sorted, double percent) {
  if (sorted.empty()) return std::nullopt;
  return sorted[RankOf(sorted.size(), percent) - 1];
}

double PercentileOfRuns(const std::vector<double>& sorted, uint64_t runs, double percent) {
  if (runs == 0) return HUGE_VAL;
  const uint64_t rank = RankOf(runs, percent);
  return rank <= sorted.size() ? sorted[rank - 1] : HUGE_VAL;
}

void AddOutcome(const StreamOutcome& outcome, Duration from, RolloutTally& tally) {
  ++tally.runs;
  tally.held += outcome.held ? 1 : 0;
  if (outcome.rolled_back_after.has_value()) {
    ++tally.rolled_back;
    tally.rollback_seconds.push_back(SecondsOf(*outcome.rolled_back_after - from));
    tally.failures.push_back(static_cast<double>(outcome.canary_failures));
  } else if (outcome.promoted_after.has_value()) {
    ++tally.promoted;
    tally.promotion_seconds.push_back(SecondsOf(*outcome.promoted_after));
  }
  if (outcome.suspected_after.has_value()) {
    ++tally.suspected;
    tally.suspicion_seconds.push_back(SecondsOf(*outcome.suspected_after));
  }
}

void FinishTally(RolloutTally& tally) {
  for (std::vector<double>* const values : {&tally.rollback_seconds, &tally.promotion_seconds,
                                            &tally.suspicion_seconds, &tally.failures}) {
    std::sort(values->begin(), values->end());
  }
}

RolloutTally TallyOf(const ValidatedPlan& plan, const StreamOfRun& stream,
                     const TallyOptions& options) {
  RolloutTally tally;
  for (uint64_t run = 0; run < options.runs; ++run) {
    const RolloutStream requests = stream(run);
    AddOutcome(RunOnStream(plan, requests, SeedOf(options.seed, run), options.limit), options.from,
               tally);
  }
  FinishTally(tally);
  return tally;
}

}  // namespace meshroute
