// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/bounded_load_balancer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "lib/upstream/seeded_order.h"

namespace meshroute {

BoundedLoadBalancer::BoundedLoadBalancer(std::unique_ptr<LoadBalancer> table,
                                         const EndpointList& endpoints, Settings settings,
                                         RandomSource& random)
    : table_(std::move(table)), endpoints_(endpoints), settings_(settings), random_(random) {
  for (const SharingEndpoints& some : settings_.shares.Divide(endpoints_.members())) {
    scales_.try_emplace(some.locality);
  }
  Rebuild();
}

void BoundedLoadBalancer::OnAvailabilityChange() {
  Rebuild();
  table_->OnAvailabilityChange();
}

void BoundedLoadBalancer::Rebuild() {
  const std::vector<SharingEndpoints> divided = settings_.shares.Divide(endpoints_.Eligibles());
  std::vector<const Endpoint*> all;
  for (const SharingEndpoints& some : divided) {
    Scale& scale = scales_.find(some.locality)->second;
    scale.part.store(some.part, std::memory_order_relaxed);
    scale.sum_of_weights.store(some.sum_of_weights, std::memory_order_relaxed);
    all.insert(all.end(), some.endpoints.begin(), some.endpoints.end());
  }
  members_.Update([&](Members& members) {
    members.endpoints.Reserve(all.size());
    for (size_t i = 0; i < all.size(); ++i) {
      members.endpoints[i].store(all[i], std::memory_order_release);
    }
    members.size.store(static_cast<uint32_t>(all.size()), std::memory_order_release);
  });
}

const Endpoint* BoundedLoadBalancer::Pick(const PickContext& context) {
  if (!context.hash.has_value()) {
    PickContext hashed = context;
    hashed.hash = random_.Next();
    return Pick(hashed);
  }
  const Endpoint* const endpoint = table_->Pick(context);
  if (endpoint == nullptr) return nullptr;
  const uint64_t active = settings_.breaker.active(CircuitBreaker::Resource::kRequests) +
                          settings_.breaker.active(CircuitBreaker::Resource::kPending);
  const uint64_t slots = ((active + 1) * settings_.factor + 99) / 100;
  if (endpoint->active_requests() <= OwnSlots(*endpoint, slots)) return endpoint;
  return members_.Read(
      [&](const Members& members) { return Walk(members, *context.hash, endpoint, slots); });
}

double BoundedLoadBalancer::ShareOf(const Endpoint& endpoint) const {
  const auto scale = scales_.size() == 1 ? scales_.begin() : scales_.find(endpoint.spec().locality);
  if (scale == scales_.end()) return 0;
  return SharingEndpoints::ShareOf(endpoint, scale->second.part.load(std::memory_order_relaxed),
                                   scale->second.sum_of_weights.load(std::memory_order_relaxed));
}

uint64_t BoundedLoadBalancer::OwnSlots(const Endpoint& endpoint, uint64_t slots) const {
  const double share = static_cast<double>(slots) * ShareOf(endpoint);
  // Not a number, or infinite: while the last endpoint goes, the weights sum up to 0.
  if (!(share < 1e18)) return ~uint64_t{0};
  const auto whole = static_cast<int64_t>(share);  // Cheaper than std::ceil.
  return static_cast<uint64_t>(
      std::max<int64_t>(1, static_cast<double>(whole) < share ? whole + 1 : whole));
}

double BoundedLoadBalancer::LoadOf(const Endpoint& endpoint, uint64_t slots) const {
  return endpoint.active_requests() / static_cast<double>(OwnSlots(endpoint, slots));
}

// The first endpoint in the hash's order that has slots left, else the least loaded.
const Endpoint* BoundedLoadBalancer::Walk(const Members& members, uint64_t hash,
                                          const Endpoint* first, uint64_t slots) const {
  const Endpoint* least = first;
  double least_load = LoadOf(*first, slots);
  const uint32_t size = members.size.load(std::memory_order_acquire);
  SeededOrder order(static_cast<uint32_t>(hash), size);
  for (uint32_t i = 0; i < size; ++i) {
    const Endpoint* const other = members.endpoints[order.Next()].load(std::memory_order_acquire);
    if (other == first || other == nullptr) continue;  // Null: while the table changes.
    const double load = LoadOf(*other, slots);
    if (load <= 1.0) return other;
    if (load < least_load) {
      least = other;
      least_load = load;
    }
  }
  return least;
}

}  // namespace meshroute
