// SPDX-License-Identifier: Apache-2.0
#include "lib/rollout/trial_memory.h"

namespace meshroute {

TrialMemory::TrialMemory() {
  for (Shard& shard : shards_) {
    const MutexLock lock(shard.mutex);
    shard.places.resize(kPlaces);
  }
}

void TrialMemory::Keep(const TrialStartEvent& event) {
  if (!NotedTrial::Fits(event)) return;
  Shard& shard = shards_[event.call % kShards];
  const MutexLock lock(shard.mutex);
  shard.places[PlaceOf(event.call)].Note(event);
}

std::optional<NotedTrial> TrialMemory::Take(uint64_t call, Duration age, TimePoint now) {
  if (call == 0) return std::nullopt;
  Shard& shard = shards_[call % kShards];
  const MutexLock lock(shard.mutex);
  NotedTrial& place = shard.places[PlaceOf(call)];
  if (place.call != call || now - place.picked_at > age) return std::nullopt;
  std::optional<NotedTrial> taken = place;
  place.call = 0;
  return taken;
}

}  // namespace meshroute
