// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROLLOUT_OPEN_TRIALS_H_
#define MESHROUTE_LIB_ROLLOUT_OPEN_TRIALS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/base/mutex.h"
#include "meshroute/rollout/trial.h"
#include "meshroute/telemetry/observer.h"

namespace meshroute {

// A first attempt that has not ended. Has memory of its own, but for the name of the
// rollout, which stays empty.
struct OpenTrial {
  static constexpr size_t kLongestEndpoint = 63;

  uint64_t call = 0;  // 0: a free place.
  Assignment assignment;
  TimePoint picked_at{};
  bool is_told = false;
  uint8_t endpoint_size = 0;
  std::array<char, kLongestEndpoint> endpoint_bytes{};

  std::string_view endpoint() const { return {endpoint_bytes.data(), endpoint_size}; }
};

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
  std::vector<OpenTrial> TakeOverdue(Duration limit, TimePoint now);

  // When the first of the others will be; kNever: nothing is open.
  TimePoint NextOverdue(Duration limit);

 private:
  static constexpr size_t kNear = 8;  // Places that a call may have.

  struct Shard {
    Mutex mutex;
    std::array<OpenTrial, kPlaces> places ABSL_GUARDED_BY(mutex);

    // Where `call` stands, of those places that `owner` may have; nullptr: nowhere.
    OpenTrial* Find(uint64_t call, uint64_t owner) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  };

  Shard& ShardOf(uint64_t call) { return shards_[call % kShards]; }

  std::array<Shard, kShards> shards_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_OPEN_TRIALS_H_
