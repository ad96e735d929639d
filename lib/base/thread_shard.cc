// SPDX-License-Identifier: Apache-2.0
#include "meshroute/base/thread_shard.h"

namespace meshroute {

std::array<std::atomic<uint32_t>, kThreadShards> ThreadShard::threads_{};
std::atomic<size_t> ThreadShard::used_{0};

// Two threads that look at one moment may choose the same: they share it, then.
ThreadShard::ThreadShard() {
  uint32_t fewest = threads_[0].load(std::memory_order_relaxed);
  for (size_t i = 1; i < kThreadShards && fewest > 0; ++i) {
    const uint32_t threads = threads_[i].load(std::memory_order_relaxed);
    if (threads >= fewest) continue;
    fewest = threads;
    number_ = i;
  }
  threads_[number_].fetch_add(1, std::memory_order_relaxed);
  size_t used = used_.load(std::memory_order_relaxed);
  while (used <= number_ &&
         !used_.compare_exchange_weak(used, number_ + 1, std::memory_order_relaxed)) {
  }
}

size_t ThreadShard::Enter() {
  thread_local const ThreadShard shard;
  return shard.number_;
}

}  // namespace meshroute
