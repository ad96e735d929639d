// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/peak_ewma_balancer.h"

#include <limits>

namespace meshroute {

PeakEwmaBalancer::PeakEwmaBalancer(const EndpointList& endpoints, const PeakEwmaSettings& settings,
                                   RandomSource& random)
    : endpoints_(endpoints),
      decay_(settings.half_life),
      initial_nanoseconds_(
          static_cast<float>(settings.initial_latency.value_or(Duration(0)).count())),
      random_(random) {
  OnAvailabilityChange();
}

void PeakEwmaBalancer::OnAvailabilityChange() {
  weights_differ_.store(WeightsDiffer(endpoints_.Eligibles()), std::memory_order_relaxed);
}

const Endpoint* PeakEwmaBalancer::Pick(const PickContext& context) {
  const size_t size = endpoints_.size();
  if (size <= 1) return size == 0 ? nullptr : endpoints_.at(0);
  const size_t first = random_.Below(size);
  size_t second = random_.Below(size - 1);
  if (second >= first) ++second;
  const bool second_is_better = CostOf(second, context.now) < CostOf(first, context.now);
  return endpoints_.at(second_is_better ? second : first);
}

float PeakEwmaBalancer::CostOf(size_t index, TimePoint now) const {
  const EndpointState& state = endpoints_.state_at(index);
  const auto estimate = LatencyEstimate::FromWord(state.latency.load(std::memory_order_relaxed));
  const uint32_t active = state.active_requests.load(std::memory_order_relaxed);
  float latency = initial_nanoseconds_;
  if (estimate.known()) {
    latency = estimate.nanoseconds;
    // A caller that gives no moment gets no decay.
    if (now != TimePoint()) {
      latency *= decay_.Between(estimate.moment, LatencyEstimate::MomentOf(now));
    }
  } else if (latency == 0 && active > 0) {
    return std::numeric_limits<float>::max();  // One is enough to find out.
  }
  const float cost = latency * (static_cast<float>(active) + 1);
  if (!weights_differ_.load(std::memory_order_relaxed)) return cost;
  return cost / static_cast<float>(endpoints_.at(index)->weight());
}

}  // namespace meshroute
