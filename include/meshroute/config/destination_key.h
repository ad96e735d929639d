// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_DESTINATION_KEY_H_
#define MESHROUTE_CONFIG_DESTINATION_KEY_H_

#include <compare>
#include <cstdint>
#include <string>

namespace meshroute {

// The unit that policy applies to and state is kept for: one service, on one of
// its ports, and one subset of it. Envoy calls it a cluster.
struct DestinationKey {
  std::string host;  // Complete and lower-case: "reviews.default.svc.cluster.local".
  uint32_t port = 0;
  std::string subset{};  // Empty: all endpoints.

  // Istio's name for it: "outbound|9080|v1|reviews.default.svc.cluster.local".
  std::string ToString() const;

  auto operator<=>(const DestinationKey&) const = default;
  bool operator==(const DestinationKey&) const = default;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_DESTINATION_KEY_H_
