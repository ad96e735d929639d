// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROLLOUT_TRIAL_MEMORY_H_
#define MESHROUTE_LIB_ROLLOUT_TRIAL_MEMORY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "lib/rollout/noted_trial.h"
#include "meshroute/base/clock.h"
#include "meshroute/base/mutex.h"

namespace meshroute {

// The last trials of one rollout by the number of their call, for what becomes known of
// them long after they have ended. A ring: a call takes the place of the one that was
// kSize calls earlier. Calls of other rollouts are numbered in the same row.
//
// Takes a lock for the moment of a copy, by shard; allocates once. Thread-safe.
class TrialMemory {
 public:
  static constexpr size_t kShards = 16;
  static constexpr size_t kPlaces = 2048;  // In a shard.
  static constexpr size_t kSize = kShards * kPlaces;

  TrialMemory();

  void Keep(const TrialStartEvent& event);

  // Gives a call away, once; nullopt: it was given away, is forgotten, was never kept,
  // or was picked longer than `age` before `now`.
  std::optional<NotedTrial> Take(uint64_t call, Duration age, TimePoint now);

 private:
  struct Shard {
    Mutex mutex;
    std::vector<NotedTrial> places ABSL_GUARDED_BY(mutex);
  };

  static size_t PlaceOf(uint64_t call) { return static_cast<size_t>(call / kShards) % kPlaces; }

  std::array<Shard, kShards> shards_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_TRIAL_MEMORY_H_
