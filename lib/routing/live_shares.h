// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_LIVE_SHARES_H_
#define MESHROUTE_LIB_ROUTING_LIVE_SHARES_H_

#include <cstdint>
#include <vector>

namespace meshroute {

// The destinations of a rule's `route` that get traffic, in order: all but those of
// weight 0, except that a single one gets everything whatever its weight.
template <typename Share>
std::vector<const Share*> LiveShares(const std::vector<Share>& route) {
  std::vector<const Share*> live;
  for (const Share& share : route) {
    if (share.weight > 0 || route.size() == 1) live.push_back(&share);
  }
  return live;
}

// The weight that counts for one of LiveShares(route).
template <typename Share>
uint32_t WeightOf(const Share& share, const std::vector<Share>& route) {
  return route.size() == 1 ? 1 : static_cast<uint32_t>(share.weight);
}

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_LIVE_SHARES_H_
