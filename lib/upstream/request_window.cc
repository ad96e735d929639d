// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/request_window.h"

#include <algorithm>

namespace meshroute {
namespace {

constexpr uint64_t kCountMask = 0xFFFF'FFFF;

constexpr uint64_t Tag(uint64_t slice) { return slice << 32; }

}  // namespace

RequestWindow::RequestWindow(Duration interval)
    : interval_(interval),
      slice_(std::max(interval / static_cast<int64_t>(kSlices), Duration(1))) {}

uint64_t RequestWindow::SliceOf(TimePoint now) const {
  return static_cast<uint64_t>(now.time_since_epoch() / slice_);
}

void RequestWindow::Add(TimePoint now) {
  const uint64_t slice = SliceOf(now);
  std::atomic<uint64_t>& slot = shards_[ShardOfThisThread()].slots[slice % kSlots];
  uint64_t seen = slot.load(std::memory_order_relaxed);
  for (;;) {
    const bool same = (seen & ~kCountMask) == Tag(slice);
    const uint64_t next = same ? seen + 1 : Tag(slice) + 1;
    if (slot.compare_exchange_weak(seen, next, std::memory_order_relaxed)) return;
  }
}

uint64_t RequestWindow::Count(TimePoint now) const {
  const uint64_t current = SliceOf(now);
  uint64_t count = 0;
  for (const Shard& shard : shards_) {
    for (uint64_t back = 0; back < std::min(kSlices, current + 1); ++back) {
      const uint64_t slice = current - back;
      const uint64_t slot = shard.slots[slice % kSlots].load(std::memory_order_relaxed);
      if ((slot & ~kCountMask) == Tag(slice)) count += slot & kCountMask;
    }
  }
  return count;
}

}  // namespace meshroute
