// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_LATENCY_JUDGEMENT_H_
#define MESHROUTE_LIB_UPSTREAM_LATENCY_JUDGEMENT_H_

#include <optional>
#include <vector>

#include "lib/upstream/outlier.h"
#include "meshroute/upstream/endpoint_statistics.h"

namespace meshroute {

// The latency of an endpoint between two sweeps.
struct LatencySample {
  const Endpoint* endpoint = nullptr;
  LatencyTally::Mean mean;
};

// Finds the endpoints that are slower than their peers (see LatencyDetection), sweep
// by sweep. Thread-compatible.
class LatencyJudgement {
 public:
  struct Verdict {
    std::vector<Outlier> slow;  // The slowest first.

    // They are not to be ejected: all have slowed down, or too many are slow.
    bool suppressed = false;
  };

  // `samples` are of endpoints in service, with answers.
  Verdict Judge(const std::vector<LatencySample>& samples, const LatencyDetection& settings);

 private:
  // Of the medians so far, the last weighing a quarter; as logarithm.
  std::optional<double> usual_median_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_LATENCY_JUDGEMENT_H_
