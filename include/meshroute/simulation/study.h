// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_SIMULATION_STUDY_H_
#define MESHROUTE_SIMULATION_STUDY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "meshroute/config/document.h"
#include "meshroute/simulation/scenario_reader.h"

namespace meshroute {

// Values of many runs, sorted.
struct StudyValues {
  std::vector<double> sorted{};

  // The value that `percent` of the runs did not exceed; 0 of none.
  double Percentile(double percent) const;
};

// How one rollout came out in many runs.
struct StudyRollout {
  std::string name;
  uint64_t rolled_back = 0;
  uint64_t promoted = 0;
  StudyValues rollback_seconds{};   // Of those that were rolled back.
  StudyValues users_hurt{};         // Likewise.
  StudyValues promotion_seconds{};  // Of those that were promoted.
};

// What many runs of one scenario with different seeds brought. Of a scenario in which
// nothing is wrong with the canary, `rolled_back` of `runs` is the rate of false
// rollbacks; of one in which something is, it is the power.
struct StudyResult {
  std::string name;
  uint64_t runs = 0;
  uint64_t first_seed = 0;
  uint64_t all_met = 0;          // Runs that met all expectations; 0 of a fast study.
  StudyValues failed_percent{};  // Of calls; empty of a fast study.
  StudyValues p99_milliseconds{};
  std::vector<StudyRollout> rollouts{};
};

// Runs the scenario `runs` times, call by call, with the seeds from `seed` on.
StudyResult RunStudy(const LoadedScenario& loaded, uint64_t seed, uint64_t runs);

// The same of the scenario's one Rollout by counts of each second (rollout_stream.h): some
// hundred times as fast. Its times are whole seconds since the first step. Shares of bad
// requests are those of behaviours and incidents, all calls are taken for the rollout's
// own; outlier detection, retries, latency, users and changes are left out.
// FailedPrecondition: the scenario has no Rollout, or several, or one that looks at more
// than success rates.
absl::StatusOr<StudyResult> RunFastStudy(const LoadedScenario& loaded, uint64_t seed,
                                         uint64_t runs);

std::string ToText(const StudyResult& result);
DocumentNode ToDocument(const StudyResult& result);

}  // namespace meshroute

#endif  // MESHROUTE_SIMULATION_STUDY_H_
