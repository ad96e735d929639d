// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_SIMULATION_LATENCY_HISTOGRAM_H_
#define MESHROUTE_SIMULATION_LATENCY_HISTOGRAM_H_

#include <cstdint>
#include <vector>

#include "meshroute/base/clock.h"

namespace meshroute {

// Counts times in buckets that are at most 1/32 wide, from a microsecond up, so that
// any percentile is known to three percent. Thread-compatible.
class LatencyHistogram {
 public:
  void Add(Duration latency);
  void Add(const LatencyHistogram& other);
  void Clear();

  uint64_t count() const { return count_; }

  // The time that `percent` of those counted did not exceed: the upper end of its
  // bucket. 0 where nothing was counted.
  Duration Percentile(double percent) const;

 private:
  std::vector<uint32_t> buckets_;
  uint64_t count_ = 0;
};

}  // namespace meshroute

#endif  // MESHROUTE_SIMULATION_LATENCY_HISTOGRAM_H_
