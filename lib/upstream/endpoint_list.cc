// SPDX-License-Identifier: Apache-2.0
#include "meshroute/upstream/endpoint_list.h"

#include <algorithm>
#include <utility>

namespace meshroute {

EndpointList::EndpointList(std::vector<const Endpoint*> members, Eligible eligible)
    : members_(std::move(members)),
      eligible_(eligible),
      slots_(std::make_unique<Slot[]>(members_.size())) {
  // Every slot holds some member from the start: a stale index finds no nullptr.
  for (size_t i = 0; i < members_.size(); ++i) Put(i, *members_[i]);
  Refresh();
}

bool EndpointList::IsEligible(const Endpoint& member) const {
  switch (eligible_) {
    case Eligible::kHealthy:
      return member.available();
    case Eligible::kDegraded:
      return member.spec().health == EndpointSpec::Health::kDegraded && !member.ejected();
    case Eligible::kOnTrial:
      return member.spec().health == EndpointSpec::Health::kHealthy && member.on_trial();
    case Eligible::kAll:
      break;
  }
  return true;
}

void EndpointList::Put(size_t index, const Endpoint& endpoint) {
  slots_[index].endpoint.store(&endpoint, std::memory_order_release);
  slots_[index].state.store(&endpoint.state(), std::memory_order_release);
}

void EndpointList::Refresh() {
  size_t size = 0;
  for (const Endpoint* member : members_) {
    if (IsEligible(*member)) Put(size++, *member);
  }
  size_.store(size, std::memory_order_release);
}

std::vector<const Endpoint*> EndpointList::Eligibles() const {
  std::vector<const Endpoint*> eligibles(size());
  for (size_t i = 0; i < eligibles.size(); ++i) eligibles[i] = at(i);
  return eligibles;
}

bool WeightsDiffer(const std::vector<const Endpoint*>& endpoints) {
  return std::any_of(endpoints.begin(), endpoints.end(), [&](const Endpoint* endpoint) {
    return endpoint->weight() != endpoints.front()->weight();
  });
}

}  // namespace meshroute
