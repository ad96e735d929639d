// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_STICKY_STREAM_H_
#define MESHROUTE_LIB_SIMULATION_STICKY_STREAM_H_

#include <cstdint>

#include "meshroute/simulation/rollout_stream.h"

namespace meshroute {

// Users who stick to their version, some of whom always fail, whatever the version.
struct StickyUsers {
  double rate = 100;         // Requests a second.
  uint64_t users = 2000;     // Who call equally often.
  uint64_t broken = 1;       // More users, whose every request fails.
  double broken_rate = 0.5;  // Requests a second of each of them.
  double baseline_bad = 0.001;
  double canary_bad = 0.001;
};

// As RunOnStream, request by request, each with its user. `plan` has a sessionAffinity.
StreamOutcome RunOnUsers(const ValidatedPlan& plan, const StickyUsers& users, uint64_t seed,
                         Duration limit);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_STICKY_STREAM_H_
