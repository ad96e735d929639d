// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_THREAD_SHARD_H_
#define MESHROUTE_LIB_UPSTREAM_THREAD_SHARD_H_

#include <atomic>
#include <cstddef>

namespace meshroute {

// Into how many parts a count that many threads raise is split.
inline constexpr size_t kThreadShards = 16;

// The calling thread's part: threads are spread in the order in which they first ask.
inline size_t ShardOfThisThread() {
  static std::atomic<size_t> threads{0};
  thread_local const size_t shard = threads.fetch_add(1, std::memory_order_relaxed) % kThreadShards;
  return shard;
}

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_THREAD_SHARD_H_
