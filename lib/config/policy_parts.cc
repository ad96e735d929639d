// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/policy_parts.h"

#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/config/codec.h"
#include "lib/config/policy_extension_fields.h"
#include "lib/config/policy_merge.h"
#include "meshroute/config/document.h"
#include "meshroute/config/json.h"
#include "meshroute/config/part_origins.h"
#include "meshroute/config/writer.h"

namespace meshroute {
namespace {

constexpr std::string_view kMesh = "MeshConfig";
constexpr std::string_view kPorts = "portLevelSettings";

// Walks a policy as a document down to where each part has one origin.
class PartLister {
 public:
  // `levels`: which level of the rule a part is from. `rules`: whose a part of a level is.
  PartLister(const PartOrigins& levels, const PartOrigins& rules)
      : levels_(levels), rules_(rules) {}

  std::vector<PolicyPart> List(const DocumentNode& policy) && {
    for (const DocumentNode::Member& block : policy.members()) Add(block.key, block.value);
    return std::move(parts_);
  }

 private:
  void Add(const std::string& path, const DocumentNode& node) {
    if (node.is_list() && path == kPorts) return AddPorts(node);
    const std::string level(levels_.Of(path));
    const std::string in_rule = PartOrigins::Join(level, path);
    if (node.is_map() && (levels_.IsDivided(path) || rules_.IsDivided(in_rule))) {
      for (const DocumentNode::Member& member : node.members()) {
        Add(PartOrigins::Join(path, member.key), member.value);
      }
      return;
    }
    const std::string object(rules_.Of(in_rule));
    parts_.push_back({path, WriteCompactJson(node),
                      level.starts_with(kMesh) ? level : absl::StrCat(object, " spec.", level)});
  }

  void AddPorts(const DocumentNode& ports) {
    for (const DocumentNode& port : ports.elements()) {
      const std::string number = WriteCompactJson(*port.Find("port")->Find("number"));
      Add(absl::StrCat(std::string(kPorts), "[", number, "]"), port);
    }
  }

  const PartOrigins& levels_;
  const PartOrigins& rules_;
  std::vector<PolicyPart> parts_;
};

// The extensions of `rule`, whose parts have `origins`.
void AddExtensions(const DestinationRule& rule, const PartOrigins& origins,
                   std::vector<PolicyPart>& parts) {
  const DocumentNode written = StructCodec<DestinationRule, DestinationRuleExtensions>::Write(rule);
  for (const DocumentNode::Member& annotation : written.members()) {
    parts.push_back(
        {annotation.key, WriteCompactJson(annotation.value),
         absl::StrCat(std::string(origins.Of(annotation.key)), " metadata.annotations")});
  }
}

PartOrigins OriginsOf(const DestinationRules& rules, const DestinationRule* rule) {
  const PartOrigins* const origins = rule == nullptr ? nullptr : rules.OriginsOf(*rule);
  return origins == nullptr ? PartOrigins() : *origins;
}

}  // namespace

std::vector<PolicyPart> ListPolicyParts(const DestinationRules& rules, const DestinationRule* rule,
                                        uint32_t port, const Subset* subset,
                                        const MeshOptions& mesh) {
  PartOrigins levels;
  const EffectivePolicy policy = ResolvePolicy(rule, port, subset, mesh, &levels);
  TrafficPolicy blocks;
  blocks.load_balancer = policy.load_balancer;
  blocks.connection_pool = policy.connection_pool;
  blocks.outlier_detection = policy.outlier_detection;
  blocks.tls = policy.tls;
  blocks.tunnel = policy.tunnel;
  blocks.proxy_protocol = policy.proxy_protocol;
  blocks.retry_budget = policy.retry_budget;
  const PartOrigins origins = OriginsOf(rules, rule);
  std::vector<PolicyPart> parts = PartLister(levels, origins).List(ToDocument(blocks));
  DestinationRule in_force;
  in_force.load_balancer_extension = policy.load_balancer_extension;
  if (policy.outlier_detection) {  // Which it adds to.
    in_force.outlier_detection_extension = policy.outlier_detection_extension;
  }
  AddExtensions(in_force, origins, parts);
  return parts;
}

std::vector<PolicyPart> ListRuleParts(const DestinationRules& rules, const DestinationRule& rule,
                                      const Subset* subset) {
  const std::optional<TrafficPolicy>& policy =
      subset == nullptr ? rule.traffic_policy : subset->traffic_policy;
  const PartOrigins origins = OriginsOf(rules, &rule);
  std::vector<PolicyPart> parts;
  if (policy) {
    PartOrigins level;
    level.Add(
        "", PartOrigins::Join(subset == nullptr ? "" : SubsetPart(subset->name), "trafficPolicy"));
    parts = PartLister(level, origins).List(ToDocument(*policy));
  }
  if (subset == nullptr) AddExtensions(rule, origins, parts);
  return parts;
}

}  // namespace meshroute
