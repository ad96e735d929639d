// SPDX-License-Identifier: Apache-2.0
#include "meshroute/upstream/endpoint_set.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "meshroute/base/hash.h"

namespace meshroute {
EndpointSet::EndpointSet(std::vector<std::shared_ptr<const Endpoint>> endpoints, LocalityPlan plan)
    : plan_(std::move(plan)),
      endpoints_(std::move(endpoints)),
      available_(IndexAddresses(), EndpointList::Eligible::kHealthy) {}

std::vector<const Endpoint*> EndpointSet::IndexAddresses() {
  by_address_.assign(std::bit_ceil(2 * endpoints_.size() + 1), 0);
  size_t kept = 0;
  for (size_t i = 0; i < endpoints_.size(); ++i) {
    uint32_t& place = by_address_[PlaceOf(endpoints_[i]->address())];
    if (place != 0) continue;
    if (kept != i) endpoints_[kept] = std::move(endpoints_[i]);
    place = static_cast<uint32_t>(++kept);
  }
  endpoints_.erase(endpoints_.begin() + static_cast<ptrdiff_t>(kept), endpoints_.end());
  std::vector<const Endpoint*> members(kept);
  for (size_t i = 0; i < kept; ++i) members[i] = endpoints_[i].get();
  return members;
}

size_t EndpointSet::PlaceOf(std::string_view address) const {
  const size_t mask = by_address_.size() - 1;
  size_t place = XxHash64(address) & mask;
  while (by_address_[place] != 0 && endpoints_[by_address_[place] - 1]->address() != address) {
    place = (place + 1) & mask;
  }
  return place;
}

const std::shared_ptr<const Endpoint>& EndpointSet::Share(std::string_view address) const {
  static const std::shared_ptr<const Endpoint> kNobody;  // Made without an allocation.
  const uint32_t found = by_address_[PlaceOf(address)];
  return found == 0 ? kNobody : endpoints_[found - 1];
}

void EndpointSet::Refresh() {
  const MutexLock lock(refresh_mutex_);
  available_.Refresh();
  refreshes_.fetch_add(1, std::memory_order_acq_rel);
  if (listener_) listener_();
}

void EndpointSet::SetListener(std::function<void()> listener, uint64_t known_refreshes) {
  const MutexLock lock(refresh_mutex_);
  listener_ = std::move(listener);
  if (listener_ && refreshes_.load(std::memory_order_relaxed) != known_refreshes) listener_();
}

std::vector<std::shared_ptr<const Endpoint>> MakeEndpoints(std::vector<EndpointSpec> specs,
                                                           const EndpointSet* previous) {
  std::vector<std::shared_ptr<const Endpoint>> endpoints;
  endpoints.reserve(specs.size());
  for (EndpointSpec& spec : specs) {
    const std::shared_ptr<const Endpoint> known =
        previous == nullptr ? nullptr : previous->Share(spec.address);
    if (known == nullptr || known->spec().locality != spec.locality) {
      endpoints.push_back(std::make_shared<Endpoint>(std::move(spec)));
    } else if (known->spec() == spec) {
      endpoints.push_back(known);
    } else {
      endpoints.push_back(std::make_shared<Endpoint>(std::move(spec), known));
    }
  }
  return endpoints;
}

}  // namespace meshroute
