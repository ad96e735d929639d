// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_PEAK_EWMA_BALANCER_H_
#define MESHROUTE_LIB_UPSTREAM_PEAK_EWMA_BALANCER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "lib/upstream/latency_estimate.h"
#include "meshroute/base/random_source.h"
#include "meshroute/config/load_balancer_extension.h"
#include "meshroute/upstream/endpoint_list.h"
#include "meshroute/upstream/load_balancer.h"

namespace meshroute {

// Peak EWMA (PeakEwmaSettings has the formula): of two different endpoints drawn, the
// one with the lower cost, the first where they cost the same.
//
// Only reads the endpoints' estimates: whoever ends attempts learns, with Learner().
// Lock-free. Thread-safe.
class PeakEwmaBalancer final : public LoadBalancer {
 public:
  // Both references must outlive the balancer.
  PeakEwmaBalancer(const EndpointList& endpoints, const PeakEwmaSettings& settings,
                   RandomSource& random);

  static LatencyLearner Learner(const PeakEwmaSettings& settings) {
    return LatencyLearner(settings.half_life, LatencyLearner::Rise::kAtOnce);
  }

  // Draws two numbers, or none of a single endpoint.
  const Endpoint* Pick(const PickContext& context) override;
  void OnAvailabilityChange() override;

 private:
  float CostOf(size_t index, TimePoint now) const;

  const EndpointList& endpoints_;
  const LatencyDecay decay_;
  const float initial_nanoseconds_;  // 0: unset.
  RandomSource& random_;
  std::atomic<bool> weights_differ_{false};
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_PEAK_EWMA_BALANCER_H_
