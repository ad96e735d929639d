// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_REQUEST_WINDOW_H_
#define MESHROUTE_LIB_UPSTREAM_REQUEST_WINDOW_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "meshroute/base/clock.h"
#include "meshroute/base/thread_shard.h"

namespace meshroute {

// Counts the requests that started within the last `interval`: the last sixteen
// sixteenths of it, the present one included, so that a start is forgotten when it is
// between 15/16 and the whole of the interval old. Sharded by thread; never blocks.
// Thread-safe.
class RequestWindow {
 public:
  explicit RequestWindow(Duration interval);
  RequestWindow(const RequestWindow&) = delete;
  RequestWindow& operator=(const RequestWindow&) = delete;

  void Add(TimePoint now);
  uint64_t Count(TimePoint now) const;
  Duration interval() const { return interval_; }

 private:
  static constexpr uint64_t kSlices = 16;
  // More than kSlices, so that a count still being read is not yet overwritten.
  static constexpr size_t kSlots = 32;

  // A slot holds the number of its slice (upper half, cut off) and the starts in it.
  struct alignas(64) Shard {
    std::array<std::atomic<uint64_t>, kSlots> slots{};
  };

  uint64_t SliceOf(TimePoint now) const;

  const Duration interval_;
  const Duration slice_;
  std::array<Shard, kThreadShards> shards_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_REQUEST_WINDOW_H_
