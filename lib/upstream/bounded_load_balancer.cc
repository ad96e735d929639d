// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/bounded_load_balancer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "lib/upstream/seeded_order.h"

namespace meshroute {

BoundedLoadBalancer::BoundedLoadBalancer(std::unique_ptr<LoadBalancer> table,
                                         const EndpointList& endpoints, Settings settings,
                                         RandomSource& random)
    : table_(std::move(table)), endpoints_(endpoints), settings_(settings), random_(random) {
  OnAvailabilityChange();
}

void BoundedLoadBalancer::OnAvailabilityChange() {
  double sum = 0;
  for (const Endpoint* endpoint : endpoints_.Eligibles()) sum += endpoint->weight();
  sum_of_weights_.store(sum, std::memory_order_relaxed);
  table_->OnAvailabilityChange();
}

const Endpoint* BoundedLoadBalancer::Pick(const PickContext& context) {
  PickContext hashed = context;
  if (!hashed.hash.has_value()) hashed.hash = random_.Next();
  const Endpoint* const endpoint = table_->Pick(hashed);
  if (endpoint == nullptr) return nullptr;
  const uint64_t active = settings_.breaker.active(CircuitBreaker::Resource::kRequests);
  const uint64_t slots = ((active + 1) * settings_.factor + 99) / 100;
  if (LoadOf(endpoint->state(), endpoint->weight(), slots) <= 1.0) return endpoint;
  return Walk(*hashed.hash, endpoint, slots);
}

double BoundedLoadBalancer::LoadOf(const EndpointState& state, uint32_t weight,
                                   uint64_t slots) const {
  const double share = weight / sum_of_weights_.load(std::memory_order_relaxed);
  const double own = std::max(1.0, std::ceil(static_cast<double>(slots) * share));
  return state.active_requests.load(std::memory_order_relaxed) / own;
}

// The first endpoint in the hash's order that has slots left, else the least loaded.
const Endpoint* BoundedLoadBalancer::Walk(uint64_t hash, const Endpoint* first,
                                          uint64_t slots) const {
  const Endpoint* least = first;
  double least_load = LoadOf(first->state(), first->weight(), slots);
  const auto size = static_cast<uint32_t>(endpoints_.size());
  SeededOrder order(static_cast<uint32_t>(hash), size);
  for (uint32_t i = 0; i < size; ++i) {
    const Endpoint* const other = endpoints_.at(order.Next());
    if (other == first) continue;
    const double load = LoadOf(other->state(), other->weight(), slots);
    if (load <= 1.0) return other;
    if (load < least_load) {
      least = other;
      least_load = load;
    }
  }
  return least;
}

}  // namespace meshroute
