// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_ROLLOUT_TALLY_H_
#define MESHROUTE_LIB_SIMULATION_ROLLOUT_TALLY_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "meshroute/simulation/rollout_stream.h"

namespace meshroute {

// How many rollouts on streams of one kind came out.
struct RolloutTally {
  uint64_t runs = 0;
  uint64_t rolled_back = 0;
  uint64_t promoted = 0;
  uint64_t held = 0;
  uint64_t suspected = 0;
  std::vector<double> rollback_seconds{};  // Sorted, as are all below.
  std::vector<double> promotion_seconds{};
  std::vector<double> suspicion_seconds{};
  std::vector<double> failures{};  // Of the canary, of those rolled back.

  double Percent(uint64_t part) const {
    return runs == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(runs);
  }
};

// The value that `percent` of `sorted` do not exceed; nullopt where there is none.
std::optional<double> PercentileOf(const std::vector<double>& sorted, double percent);

// The same of `runs` runs, of which those that have no value count as without end.
double PercentileOfRuns(const std::vector<double>& sorted, uint64_t runs, double percent);

// A stream for each run, out of the run's number.
using StreamOfRun = std::function<RolloutStream(uint64_t run)>;

// Runs `plan` so many times, with seeds of their own that follow from `seed`. Times of
// rollbacks count from `from` on.
struct TallyOptions {
  uint64_t runs = 0;
  uint64_t seed = 1;
  Duration limit{0};  // Of one run.
  Duration from{0};
};
RolloutTally TallyOf(const ValidatedPlan& plan, const StreamOfRun& stream,
                     const TallyOptions& options);

// Adds one outcome; Finish sorts.
void AddOutcome(const StreamOutcome& outcome, Duration from, RolloutTally& tally);
void FinishTally(RolloutTally& tally);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_ROLLOUT_TALLY_H_
