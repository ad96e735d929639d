// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_BASE_THREAD_SHARD_H_
#define MESHROUTE_BASE_THREAD_SHARD_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace meshroute {

// Into how many parts a count that many threads raise is split, at most; whoever has fewer
// takes the number of the thread's part modulo that.
inline constexpr size_t kThreadShards = 16;

// A thread's part, from its first use to the thread's end: of those that the fewest
// threads have, the first.
class ThreadShard {
 public:
  ~ThreadShard() { threads_[number_].fetch_sub(1, std::memory_order_relaxed); }
  ThreadShard(const ThreadShard&) = delete;
  ThreadShard& operator=(const ThreadShard&) = delete;

  // The part of the calling thread, which has one from now on.
  static size_t Enter();

  // Parts from this number on have never been anybody's.
  static size_t used() { return used_.load(std::memory_order_relaxed); }

 private:
  ThreadShard();

  static std::array<std::atomic<uint32_t>, kThreadShards> threads_;  // By shard.
  static std::atomic<size_t> used_;
  size_t number_ = 0;
};

// The calling thread's part. Holds also while the thread ends and its other thread_local
// objects are destroyed.
inline size_t ShardOfThisThread() {
  thread_local size_t shard = kThreadShards;  // None yet.
  if (shard == kThreadShards) shard = ThreadShard::Enter();
  return shard;
}

}  // namespace meshroute

#endif  // MESHROUTE_BASE_THREAD_SHARD_H_
