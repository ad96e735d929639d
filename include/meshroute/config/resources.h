// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_RESOURCES_H_
#define MESHROUTE_CONFIG_RESOURCES_H_

#include <string>
#include <vector>

#include "meshroute/config/destination_rule.h"
#include "meshroute/config/rollout_plan.h"
#include "meshroute/config/service_entry.h"
#include "meshroute/config/virtual_service.h"

namespace meshroute {

// Everything that one load brings, as plain data in the order it was read. An
// identity (kind, namespace, name) occurs once: a later definition replaces the
// earlier one where texts are read.
struct Resources {
  std::vector<VirtualService> virtual_services;
  std::vector<DestinationRule> destination_rules;
  std::vector<ServiceEntry> service_entries;
  std::vector<WorkloadEntry> workload_entries;
  std::vector<RolloutPlan> rollouts;

  bool operator==(const Resources&) const = default;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_RESOURCES_H_
