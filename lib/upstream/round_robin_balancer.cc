// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/round_robin_balancer.h"

namespace meshroute {

RoundRobinBalancer::RoundRobinBalancer(const EndpointList& endpoints, const RotationSource& source)
    : endpoints_(endpoints),
      rotation_(source.make()),
      weighted_(endpoints, {},
                {.make = [this] { return rotation_; }, .slow_start = source.slow_start}) {}

const Endpoint* RoundRobinBalancer::Pick(const PickContext& context) {
  if (weighted_.in_use(context.now)) {
    if (const Endpoint* endpoint = weighted_.Pick(context.now)) return endpoint;
  }
  const size_t size = endpoints_.size();
  if (size == 0) return nullptr;
  return endpoints_.at(rotation_->OfThisThread().TakeTurn() % size);
}

}  // namespace meshroute
