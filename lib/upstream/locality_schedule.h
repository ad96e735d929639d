// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_LOCALITY_SCHEDULE_H_
#define MESHROUTE_LIB_UPSTREAM_LOCALITY_SCHEDULE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/upstream/edf_scheduler.h"
#include "meshroute/base/mutex.h"

namespace meshroute {

// Whose turn it is, by weights that stay as they are: the turns of an EDF schedule. They
// depend on nothing else, so they are laid down beforehand in two blocks: one is handed
// out while the next is written, and Next takes no lock but once in a block. Thread-safe.
class LocalitySchedule {
 public:
  // One of those between whom turns are divided; its weight is more than 0.
  struct Entry {
    uint32_t number;
    double weight;
  };

  // Begins anew, as if `picks` picks had been made. `entries` has at least one. One
  // thread at a time, while others may call Next.
  void Restart(std::vector<Entry> entries, uint64_t picks);

  // The number of the entry whose turn is next. Not before Restart.
  uint32_t Next();

 private:
  static constexpr uint64_t kTurns = 256;
  static constexpr uint64_t kNothing = UINT64_MAX;

  // The turns from number * kTurns on.
  struct Block {
    std::atomic<uint64_t> number{kNothing};
    std::array<std::atomic<uint32_t>, kTurns> entries{};
  };

  // Lays blocks down until there is one for `turn`, and returns it; another turn where
  // that one is past.
  uint64_t Provide(uint64_t turn);
  void LayDown() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  std::atomic<uint64_t> next_{0};
  std::array<Block, 2> blocks_;
  Mutex mutex_;
  std::vector<Entry> entries_ ABSL_GUARDED_BY(mutex_);
  EdfScheduler schedule_ ABSL_GUARDED_BY(mutex_);
  uint64_t to_lay_down_ ABSL_GUARDED_BY(mutex_) = 0;  // The number of the next block.
  uint64_t first_ ABSL_GUARDED_BY(mutex_) = 0;        // That of the first since Restart.
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_LOCALITY_SCHEDULE_H_
