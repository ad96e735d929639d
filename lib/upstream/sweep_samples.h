// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_SWEEP_SAMPLES_H_
#define MESHROUTE_LIB_UPSTREAM_SWEEP_SAMPLES_H_

#include <vector>

#include "lib/upstream/latency_judgement.h"
#include "lib/upstream/outlier.h"
#include "lib/upstream/rate_judgement.h"
#include "meshroute/upstream/endpoint_set.h"

namespace meshroute {

// What the endpoints of a destination did between two sweeps: of those in service,
// and of each kind those that did anything.
struct SweepSamples {
  std::vector<RateSample> answers;
  std::vector<RateSample> local_origin;
  std::vector<LatencySample> latency;
};

// Whether anything is judged at sweeps, so that statistics are to be kept.
bool JudgesAtSweeps(const OutlierDetectionExtension& extension);

// Makes the statistics of endpoints that have none yet.
void KeepStatistics(const EndpointSet& endpoints);

// Takes what the statistics have; they begin anew. Of endpoints that are out it is
// thrown away.
SweepSamples TakeSamples(const EndpointSet& endpoints);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_SWEEP_SAMPLES_H_
