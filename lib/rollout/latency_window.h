// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROLLOUT_LATENCY_WINDOW_H_
#define MESHROUTE_LIB_ROLLOUT_LATENCY_WINDOW_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "meshroute/base/clock.h"

namespace meshroute {

// The last 2000 latencies of a baseline, of which a step's limit is taken. Threads write
// into rings of their own. Add is lock-free and does not allocate. Thread-safe.
class LatencyWindow {
 public:
  static constexpr size_t kSize = 2000;
  static constexpr size_t kFewest = 1000;
  static constexpr size_t kRings = 4;

  // `ring` is any number that differs between threads.
  void Add(size_t ring, Duration latency);

  // The q-quantile; nullopt where fewer than kFewest latencies are in. May be read
  // while others write; one that is just written may then be missed.
  std::optional<Duration> Quantile(double q) const;

 private:
  struct alignas(64) Ring {
    std::atomic<uint64_t> written{0};
    std::array<std::atomic<int64_t>, kSize> nanoseconds{};
  };

  std::array<Ring, kRings> rings_{};
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_LATENCY_WINDOW_H_
