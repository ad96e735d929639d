// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_UPSTREAM_ENDPOINT_STATISTICS_H_
#define MESHROUTE_UPSTREAM_ENDPOINT_STATISTICS_H_

#include <atomic>
#include <bit>
#include <cstdint>

#include "meshroute/base/clock.h"

namespace meshroute {

// Counts answers, good and bad, until they are taken: one atomic addition each.
// Thread-safe.
class AnswerTally {
 public:
  struct Count {
    uint32_t total = 0;
    uint32_t good = 0;
  };

  void AddGood() { word_.fetch_add(kOneOfAll + 1, std::memory_order_relaxed); }
  void AddBad() { word_.fetch_add(kOneOfAll, std::memory_order_relaxed); }

  // Those since the last Take.
  Count Take() {
    if (word_.load(std::memory_order_relaxed) == 0) return {};
    const uint64_t word = word_.exchange(0, std::memory_order_relaxed);
    return {static_cast<uint32_t>(word >> 32U), static_cast<uint32_t>(word)};
  }

 private:
  static constexpr uint64_t kOneOfAll = uint64_t{1} << 32U;
  std::atomic<uint64_t> word_{0};
};

// 256 times the binary logarithm of `latency` in nanoseconds, off by less than 4 (one
// percent of the latency); 0 of less than a nanosecond.
inline uint32_t ScaledLog2(Duration latency) {
  if (latency <= Duration(1)) return 0;
  const auto nanoseconds = static_cast<uint64_t>(latency.count());
  const auto exponent = static_cast<uint32_t>(std::bit_width(nanoseconds)) - 1;
  // The eight bits behind the first, and how far a logarithm is above its chord there.
  const auto rest = static_cast<uint32_t>((nanoseconds << (63U - exponent)) >> 55U) & 255U;
  return exponent * 256 + rest + ((rest * (256 - rest) * 92 + 32768) >> 16U);
}

// Keeps the mean of the logarithms of latencies until it is taken: their geometric
// mean, which single answers that took very long hardly move. One atomic addition
// each; after eight million it has seen enough. Thread-safe.
class LatencyTally {
 public:
  struct Mean {
    uint32_t count = 0;
    double log2 = 0;  // Of nanoseconds.
  };

  void Add(Duration latency) {
    if (word_.load(std::memory_order_relaxed) >= kEnough) return;
    word_.fetch_add(kOneOfAll + ScaledLog2(latency), std::memory_order_relaxed);
  }

  // That since the last Take.
  Mean Take() {
    if (word_.load(std::memory_order_relaxed) == 0) return {};
    const uint64_t word = word_.exchange(0, std::memory_order_relaxed);
    const auto count = static_cast<uint32_t>(word >> 40U);
    const auto sum = static_cast<double>(word & (kOneOfAll - 1));
    return {count, sum / 256 / count};
  }

 private:
  static constexpr uint64_t kOneOfAll = uint64_t{1} << 40U;
  static constexpr uint64_t kEnough = uint64_t{1} << 63U;
  std::atomic<uint64_t> word_{0};
};

// What detectors that judge at sweeps know of an endpoint since the last one. Made
// only where there is such a detector. Thread-safe.
struct alignas(64) EndpointStatistics {
  AnswerTally answers;
  AnswerTally local_origin;  // With splitExternalLocalOriginErrors.
  LatencyTally latency;
};

}  // namespace meshroute

#endif  // MESHROUTE_UPSTREAM_ENDPOINT_STATISTICS_H_
