// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/locality_schedule.h"

#include <utility>

namespace meshroute {

void LocalitySchedule::Restart(std::vector<Entry> entries, uint64_t picks) {
  EdfScheduler schedule(entries.size(), picks, [&](size_t entry) { return entries[entry].weight; });
  const MutexLock lock(mutex_);
  entries_ = std::move(entries);
  schedule_ = std::move(schedule);
  for (Block& block : blocks_) block.number.store(kNothing, std::memory_order_release);
  first_ = to_lay_down_ = next_.load(std::memory_order_relaxed) / kTurns + 1;
  LayDown();
  next_.store(first_ * kTurns, std::memory_order_release);
}

uint32_t LocalitySchedule::Next() {
  uint64_t turn = next_.fetch_add(1, std::memory_order_acquire);
  for (;;) {
    const uint64_t number = turn / kTurns;
    const Block& block = blocks_[number % blocks_.size()];
    if (block.number.load(std::memory_order_acquire) == number) {
      const uint32_t entry = block.entries[turn % kTurns].load(std::memory_order_acquire);
      if (block.number.load(std::memory_order_relaxed) == number) {
        if (turn % kTurns == kTurns / 2) Provide(turn + kTurns);  // Before anyone needs it.
        return entry;
      }
    }
    turn = Provide(turn);
  }
}

uint64_t LocalitySchedule::Provide(uint64_t turn) {
  const MutexLock lock(mutex_);
  while (turn / kTurns < first_ || turn / kTurns + blocks_.size() < to_lay_down_) {
    turn = next_.fetch_add(1, std::memory_order_relaxed);
  }
  while (to_lay_down_ <= turn / kTurns) LayDown();
  return turn;
}

void LocalitySchedule::LayDown() {
  Block& block = blocks_[to_lay_down_ % blocks_.size()];
  block.number.store(kNothing, std::memory_order_relaxed);
  // No lambda that captures `this`: clang would lose sight of the lock in it.
  const Entry* const entries = entries_.data();
  for (std::atomic<uint32_t>& turn : block.entries) {
    const size_t picked = schedule_.Pick([&](size_t entry) { return entries[entry].weight; });
    turn.store(entries[picked].number, std::memory_order_release);
  }
  block.number.store(to_lay_down_++, std::memory_order_release);
}

}  // namespace meshroute
