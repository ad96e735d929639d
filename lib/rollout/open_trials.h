// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROLLOUT_OPEN_TRIALS_H_
#define MESHROUTE_LIB_ROLLOUT_OPEN_TRIALS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/rollout/noted_trial.h"
#include "meshroute/base/clock.h"
#include "meshroute/base/mutex.h"

namespace meshroute {

// The first attempts of one rollout that have not ended, so that one that takes too
// long is known to be bad before it ends. Where there is no place near its own, where
// the name of its endpoint is too long, or where it counts for a user (who counts once,
// not in two parts), a trial is not kept, and is judged when it ends.
//
// Takes a lock for the moment of a few comparisons, by shard; does not allocate but in
// TakeOverdue. Thread-safe.
class OpenTrials {
 public:
  static constexpr size_t kShards = 16;
  static constexpr size_t kPlaces = 128;  // In a shard.

  void Begin(const TrialStartEvent& event);

  // Forgets a call, if it is kept. Whether TakeOverdue has told of it.
  bool End(uint64_t call);

  // The trials that are open for longer than `limit`, each once.
  std::vector<NotedTrial> TakeOverdue(Duration limit, TimePoint now);

  // When the first of the others will be; kNever: nothing is open.
  TimePoint NextOverdue(Duration limit);

 private:
  static constexpr size_t kNear = 8;  // Places that a call may have.

  struct Shard {
    Mutex mutex;
    std::array<NotedTrial, kPlaces> places ABSL_GUARDED_BY(mutex);

    // Where `call` stands, of those places that `owner` may have; nullptr: nowhere.
    NotedTrial* Find(uint64_t call, uint64_t owner) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  };

  Shard& ShardOf(uint64_t call) { return shards_[call % kShards]; }

  std::array<Shard, kShards> shards_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_OPEN_TRIALS_H_
