// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/sweep_samples.h"

namespace meshroute {

bool JudgesAtSweeps(const OutlierDetectionExtension& extension) {
  return extension.success_rate || extension.failure_percentage || extension.latency;
}

void KeepStatistics(const EndpointSet& endpoints) {
  for (size_t i = 0; i < endpoints.size(); ++i) {
    std::atomic<EndpointStatistics*>& statistics = endpoints.at(i).state().statistics;
    if (statistics.load(std::memory_order_relaxed) != nullptr) continue;
    statistics.store(new EndpointStatistics(), std::memory_order_release);
  }
}

SweepSamples TakeSamples(const EndpointSet& endpoints) {
  SweepSamples samples;
  for (size_t i = 0; i < endpoints.size(); ++i) {
    const Endpoint& endpoint = endpoints.at(i);
    EndpointStatistics* const statistics =
        endpoint.state().statistics.load(std::memory_order_acquire);
    if (statistics == nullptr) continue;
    const AnswerTally::Count answers = statistics->answers.Take();
    const AnswerTally::Count local_origin = statistics->local_origin.Take();
    const LatencyTally::Mean latency = statistics->latency.Take();
    if (endpoint.state().out) continue;
    if (answers.total > 0) samples.answers.push_back({&endpoint, answers});
    if (local_origin.total > 0) samples.local_origin.push_back({&endpoint, local_origin});
    if (latency.count > 0) samples.latency.push_back({&endpoint, latency});
  }
  return samples;
}

}  // namespace meshroute
