// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_PRIORITY_LOADS_H_
#define MESHROUTE_LIB_UPSTREAM_PRIORITY_LOADS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "meshroute/upstream/endpoint.h"

namespace meshroute {

// How the endpoints of one priority are, by number.
struct PriorityHealth {
  uint64_t endpoints = 0;
  uint64_t excluded = 0;  // Draining: neither healthy nor missed.
  uint64_t healthy = 0;
  uint64_t degraded = 0;
};

PriorityHealth CountHealth(const std::vector<const Endpoint*>& endpoints);

// What one priority gets of a hundred requests.
struct PriorityLoad {
  uint32_t healthy = 0;   // To its healthy endpoints.
  uint32_t degraded = 0;  // To its degraded endpoints.

  // Too few are healthy: both shares go to all endpoints, whatever their health.
  bool panic = false;

  bool operator==(const PriorityLoad&) const = default;
};

// Divides the load over priorities, the first of which comes first: each takes
// 1.4 times its healthy share, up to all, and the rest spills over to the next.
// Loads sum up to 100. `panic_threshold` is in percent; 0: no panic.
std::vector<PriorityLoad> DividePriorityLoad(const std::vector<PriorityHealth>& priorities,
                                             uint32_t panic_threshold);

// What one priority can serve, in percent of what it is to serve: 1.4 times the part of its
// endpoints that is healthy (degraded), up to 100.
struct PriorityCapacity {
  uint32_t healthy = 0;
  uint32_t degraded = 0;
};
PriorityCapacity CapacityOf(const PriorityHealth& health);

// Divides the load of a retry between the priorities that it may go to; the others have no
// capacity here. Fills `loads`, which has as many elements and is all zero; returns
// whether there was any capacity. Does not allocate.
bool DivideRetryLoad(std::span<const PriorityCapacity> capacities, std::span<PriorityLoad> loads);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_PRIORITY_LOADS_H_
