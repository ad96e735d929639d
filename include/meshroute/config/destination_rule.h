// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_DESTINATION_RULE_H_
#define MESHROUTE_CONFIG_DESTINATION_RULE_H_

#include <optional>
#include <string>
#include <vector>

#include "meshroute/config/metadata.h"
#include "meshroute/config/policy_extensions.h"
#include "meshroute/config/traffic_policy.h"

namespace meshroute {

// subsets[]: the endpoints of the host that carry all of `labels`.
struct Subset {
  std::string name;
  Labels labels;
  std::optional<TrafficPolicy> traffic_policy;

  bool operator==(const Subset&) const = default;
};

// `workloadSelector`: which clients (or WorkloadEntries) an object is for.
// DestinationRule writes `matchLabels`, ServiceEntry `labels`.
struct WorkloadSelector {
  Labels labels;

  bool operator==(const WorkloadSelector&) const = default;
};

// Istio's DestinationRule: what applies to traffic for `host` once it is routed.
struct DestinationRule {
  Metadata metadata;

  // Short names are completed with this object's namespace; may be a wildcard.
  std::string host;
  std::optional<TrafficPolicy> traffic_policy;
  std::vector<Subset> subsets;
  std::vector<std::string> export_to;
  std::optional<WorkloadSelector> workload_selector;

  // Of annotations of ours, which are not in metadata.annotations then.
  std::optional<OutlierDetectionExtension> outlier_detection_extension;
  std::optional<LoadBalancerExtension> load_balancer_extension;

  bool operator==(const DestinationRule&) const = default;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_DESTINATION_RULE_H_
