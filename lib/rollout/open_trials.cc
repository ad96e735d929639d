// SPDX-License-Identifier: Apache-2.0
#include "lib/rollout/open_trials.h"

#include <algorithm>

namespace meshroute {

// Calls are numbered in a row, so those of a shard lie side by side.
NotedTrial* OpenTrials::Shard::Find(uint64_t call, uint64_t owner) {
  const size_t first = static_cast<size_t>(owner / kShards);
  for (size_t i = 0; i < kNear; ++i) {
    NotedTrial& place = places[(first + i) % kPlaces];
    if (place.call == call) return &place;
  }
  return nullptr;
}

void OpenTrials::Begin(const TrialStartEvent& event) {
  if (!NotedTrial::Fits(event)) return;
  if (event.assignment->basis == Assignment::Basis::kStickyKey) return;
  Shard& shard = ShardOf(event.call);
  const MutexLock lock(shard.mutex);
  NotedTrial* const place = shard.Find(0, event.call);
  if (place != nullptr) place->Note(event);
}

bool OpenTrials::End(uint64_t call) {
  if (call == 0) return false;
  Shard& shard = ShardOf(call);
  const MutexLock lock(shard.mutex);
  NotedTrial* const place = shard.Find(call, call);
  if (place == nullptr) return false;
  place->call = 0;
  return place->is_told;
}

std::vector<NotedTrial> OpenTrials::TakeOverdue(Duration limit, TimePoint now) {
  std::vector<NotedTrial> overdue;
  for (Shard& shard : shards_) {
    const MutexLock lock(shard.mutex);
    for (NotedTrial& place : shard.places) {
      if (place.call == 0 || place.is_told || now - place.picked_at <= limit) continue;
      place.is_told = true;
      overdue.push_back(place);
    }
  }
  return overdue;
}

TimePoint OpenTrials::NextOverdue(Duration limit) {
  TimePoint next = kNever;
  for (Shard& shard : shards_) {
    const MutexLock lock(shard.mutex);
    for (const NotedTrial& place : shard.places) {
      if (place.call == 0 || place.is_told) continue;
      next = std::min(next, AddSaturated(place.picked_at, limit + Duration(1)));
    }
  }
  return next;
}

}  // namespace meshroute
