// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/priority_loads.h"

#include <algorithm>

namespace meshroute {
namespace {

constexpr uint64_t kOverprovisioningPercent = 140;

// Percent of its fair share that `count` endpoints of a priority can serve.
uint32_t Capacity(const PriorityHealth& priority, uint64_t count) {
  const uint64_t counted = priority.endpoints - priority.excluded;
  if (counted == 0) return 0;
  return static_cast<uint32_t>(std::min<uint64_t>(100, kOverprovisioningPercent * count / counted));
}

bool BelowThreshold(const PriorityHealth& priority, uint32_t threshold) {
  const uint64_t counted = priority.endpoints - priority.excluded;
  if (counted == 0) return threshold > 0;
  const auto usable = static_cast<double>(priority.healthy + priority.degraded);
  return 100.0 * usable / static_cast<double>(counted) < threshold;
}

// Every priority is in panic: by number of endpoints, the odd rest to the first.
void DivideByNumber(const std::vector<PriorityHealth>& priorities,
                    std::vector<PriorityLoad>& loads) {
  uint64_t total = 0;
  for (const PriorityHealth& priority : priorities) total += priority.endpoints;
  if (total == 0) {
    loads.front().healthy = 100;
    return;
  }
  uint32_t left = 100;
  for (size_t i = 0; i < loads.size(); ++i) {
    loads[i].healthy = static_cast<uint32_t>(100 * priorities[i].endpoints / total);
    left -= loads[i].healthy;
  }
  for (size_t i = 0; i < loads.size(); ++i) {
    if (priorities[i].endpoints == 0) continue;
    loads[i].healthy += left;
    return;
  }
}

// By capacity: healthy endpoints of all priorities before degraded ones.
void DivideByCapacity(const std::vector<PriorityHealth>& priorities, uint32_t total,
                      std::vector<PriorityLoad>& loads) {
  uint32_t left = 100;
  PriorityLoad* first_healthy = nullptr;
  PriorityLoad* first_degraded = nullptr;
  for (size_t i = 0; i < loads.size(); ++i) {
    const uint32_t capacity = Capacity(priorities[i], priorities[i].healthy);
    if (capacity > 0 && first_healthy == nullptr) first_healthy = &loads[i];
    loads[i].healthy = std::min(left, capacity * 100 / total);
    left -= loads[i].healthy;
  }
  for (size_t i = 0; i < loads.size(); ++i) {
    const uint32_t capacity = Capacity(priorities[i], priorities[i].degraded);
    if (capacity > 0 && first_degraded == nullptr) first_degraded = &loads[i];
    loads[i].degraded = std::min(left, capacity * 100 / total);
    left -= loads[i].degraded;
  }
  if (first_healthy != nullptr) {
    first_healthy->healthy += left;
  } else if (first_degraded != nullptr) {
    first_degraded->degraded += left;
  }
}

}  // namespace

PriorityHealth CountHealth(const std::vector<const Endpoint*>& endpoints) {
  PriorityHealth health;
  health.endpoints = endpoints.size();
  for (const Endpoint* endpoint : endpoints) {
    if (endpoint->spec().health == EndpointSpec::Health::kDraining) ++health.excluded;
    if (endpoint->ejected()) continue;
    if (endpoint->spec().health == EndpointSpec::Health::kHealthy) ++health.healthy;
    if (endpoint->spec().health == EndpointSpec::Health::kDegraded) ++health.degraded;
  }
  return health;
}

PriorityCapacity CapacityOf(const PriorityHealth& health) {
  return {Capacity(health, health.healthy), Capacity(health, health.degraded)};
}

// In rounds, until the hundred is handed out: what is lost to rounding goes to the first
// that can take it.
bool DivideRetryLoad(std::span<const PriorityCapacity> capacities, std::span<PriorityLoad> loads) {
  uint32_t total = 0;
  for (const PriorityCapacity& capacity : capacities) {
    total = std::min<uint32_t>(100, total + capacity.healthy + capacity.degraded);
  }
  if (total == 0) return false;
  uint32_t left = 100;
  while (left > 0) {
    for (size_t i = 0; i < loads.size(); ++i) {
      const uint32_t part = std::min(left, capacities[i].healthy * 100 / total);
      loads[i].healthy += part;
      left -= part;
    }
    for (size_t i = 0; i < loads.size(); ++i) {
      const uint32_t part = std::min(left, capacities[i].degraded * 100 / total);
      loads[i].degraded += part;
      left -= part;
    }
  }
  return true;
}

std::vector<PriorityLoad> DividePriorityLoad(const std::vector<PriorityHealth>& priorities,
                                             uint32_t panic_threshold) {
  std::vector<PriorityLoad> loads(priorities.size());
  if (loads.empty()) return loads;
  uint32_t total = 0;
  for (const PriorityHealth& priority : priorities) {
    total = std::min<uint32_t>(
        100, total + Capacity(priority, priority.healthy) + Capacity(priority, priority.degraded));
  }
  if (panic_threshold == 0 && total == 0) {
    loads.front().healthy = 100;  // To nobody.
    return loads;
  }
  bool all_panic = true;
  for (size_t i = 0; i < loads.size(); ++i) {
    loads[i].panic = total != 100 && BelowThreshold(priorities[i], panic_threshold);
    all_panic = all_panic && loads[i].panic;
  }
  if (all_panic) {
    DivideByNumber(priorities, loads);
  } else {
    DivideByCapacity(priorities, total, loads);
  }
  return loads;
}

}  // namespace meshroute
