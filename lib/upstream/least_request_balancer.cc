// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/least_request_balancer.h"

#include <utility>

namespace meshroute {

LeastRequestBalancer::LeastRequestBalancer(const EndpointList& endpoints, RandomSource& random,
                                           std::function<std::shared_ptr<Rotation>()> rotation)
    : endpoints_(endpoints),
      random_(random),
      weighted_(
          endpoints,
          [](const Endpoint& endpoint) {
            return endpoint.weight() / (static_cast<double>(endpoint.active_requests()) + 1);
          },
          std::move(rotation)) {}

const Endpoint* LeastRequestBalancer::Pick(const PickContext&) {
  if (weighted_.in_use()) {
    if (const Endpoint* endpoint = weighted_.Pick()) return endpoint;
  }
  const size_t size = endpoints_.size();
  if (size == 0) return nullptr;
  const size_t first = random_.Below(size);
  const size_t second = random_.Below(size);
  const bool second_has_fewer =
      endpoints_.active_requests_at(second) < endpoints_.active_requests_at(first);
  return endpoints_.at(second_has_fewer ? second : first);
}

}  // namespace meshroute
