// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_POLICY_PARTS_H_
#define MESHROUTE_CONFIG_POLICY_PARTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "meshroute/config/destination_rules.h"
#include "meshroute/config/mesh_options.h"

namespace meshroute {

// One part of a policy, and who says so.
struct PolicyPart {
  std::string name;    // "outlierDetection"; or "outlierDetection.interval", where others of
                       // the block's members are from elsewhere; or the key of an annotation.
  std::string value;   // As JSON: {"interval":"1s"}; or "1s".
  std::string origin;  // "DestinationRule prod/reviews spec.subsets[v1].trafficPolicy", or
                       // "... metadata.annotations", or "MeshConfig defaultTrafficPolicy".

  bool operator==(const PolicyPart&) const = default;
};

// The policy that ResolvePolicy gives for `rule` (found in `rules`; may be null), taken
// apart as far as its parts are from different places; last the extensions in force. For
// people.
std::vector<PolicyPart> ListPolicyParts(const DestinationRules& rules, const DestinationRule* rule,
                                        uint32_t port, const Subset* subset,
                                        const MeshOptions& mesh);

// The same of what `rule` says at its top (`subset` is null) or of one of its subsets, before
// anything is inherited: "portLevelSettings[80]" is one part, or several.
std::vector<PolicyPart> ListRuleParts(const DestinationRules& rules, const DestinationRule& rule,
                                      const Subset* subset);

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_POLICY_PARTS_H_
