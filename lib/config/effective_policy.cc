// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "lib/config/policy_merge.h"
#include "meshroute/config/destination_rules.h"

namespace meshroute {
namespace {

// What stands for a level where the mesh itself says something.
constexpr std::string_view kMeshDefaults = "MeshConfig defaultTrafficPolicy";
constexpr std::string_view kMeshConnections = "MeshConfig";

// The first portLevelSettings entry for `port`, or nullptr.
const PortTrafficPolicy* PortLevel(const TrafficPolicy& policy, uint32_t port) {
  const auto found =
      std::find_if(policy.port_level_settings.begin(), policy.port_level_settings.end(),
                   [port](const auto& level) { return level.port && level.port->number == port; });
  return found == policy.port_level_settings.end() ? nullptr : &*found;
}

// One block of a policy.
template <typename T>
struct Block {
  std::string_view name;
  std::optional<T> EffectivePolicy::*member;
};

constexpr std::tuple kBlocksOfPorts{
    Block<LoadBalancerSettings>{"loadBalancer", &EffectivePolicy::load_balancer},
    Block<ConnectionPoolSettings>{"connectionPool", &EffectivePolicy::connection_pool},
    Block<OutlierDetection>{"outlierDetection", &EffectivePolicy::outlier_detection},
    Block<ClientTlsSettings>{"tls", &EffectivePolicy::tls}};
constexpr std::tuple kOtherBlocks{
    Block<TunnelSettings>{"tunnel", &EffectivePolicy::tunnel},
    Block<ProxyProtocol>{"proxyProtocol", &EffectivePolicy::proxy_protocol},
    Block<RetryBudget>{"retryBudget", &EffectivePolicy::retry_budget}};

// What one level (a rule's or a subset's trafficPolicy) says about a port.
struct Level {
  EffectivePolicy policy;
  bool has_port = false;  // A port entry speaks, and hides the rest of its level.
  std::string path;       // "subsets[v1].trafficPolicy.portLevelSettings[80]"
};

TrafficPolicy PolicyOf(const PortTrafficPolicy& level) {
  TrafficPolicy policy;
  policy.load_balancer = level.load_balancer;
  policy.connection_pool = level.connection_pool;
  policy.outlier_detection = level.outlier_detection;
  policy.tls = level.tls;
  return policy;
}

EffectivePolicy BlocksOf(const TrafficPolicy& policy) {
  EffectivePolicy blocks;
  blocks.load_balancer = policy.load_balancer;
  blocks.connection_pool = policy.connection_pool;
  blocks.outlier_detection = policy.outlier_detection;
  blocks.tls = policy.tls;
  blocks.tunnel = policy.tunnel;
  blocks.proxy_protocol = policy.proxy_protocol;
  blocks.retry_budget = policy.retry_budget;
  return blocks;
}

Level LevelOf(const std::optional<TrafficPolicy>& policy, uint32_t port, std::string path) {
  Level level{.policy = {}, .path = std::move(path)};
  if (!policy) return level;
  const PortTrafficPolicy* const own = PortLevel(*policy, port);
  level.has_port = own != nullptr;
  if (level.has_port) level.path = PartOrigins::Join(level.path, PortPart(port));
  level.policy = BlocksOf(level.has_port ? PolicyOf(*own) : *policy);
  return level;
}

// Replaces inherited blocks by those of `level`: where there is one, and, with `even_none`,
// also where there is none.
template <typename Blocks>
void Replace(const Blocks& blocks, const Level& level, bool even_none, EffectivePolicy& inherited,
             PartOrigins* levels) {
  const auto replace = [&](const auto& block) {
    if (!(level.policy.*(block.member)) && !even_none) return;
    inherited.*(block.member) = level.policy.*(block.member);
    if (levels != nullptr) levels->Add(std::string(block.name), level.path);
  };
  std::apply([&](const auto&... block) { (replace(block), ...); }, blocks);
}

TrafficPolicy DefaultsOf(const MeshOptions& mesh) {
  TrafficPolicy defaults;
  defaults.connection_pool = mesh.default_connection_pool;
  defaults.outlier_detection = mesh.default_outlier_detection;
  return defaults;
}

EffectivePolicy InheritBlocks(const DestinationRule* rule, uint32_t port, const Subset* subset,
                              const MeshOptions& mesh, PartOrigins* levels) {
  EffectivePolicy effective;
  const Level defaults{.policy = BlocksOf(DefaultsOf(mesh)), .path = std::string(kMeshDefaults)};
  Replace(kBlocksOfPorts, defaults, false, effective, levels);
  if (rule != nullptr) {
    const Level top = LevelOf(rule->traffic_policy, port, "trafficPolicy");
    Replace(kBlocksOfPorts, top, false, effective, levels);
    Replace(kOtherBlocks, top, false, effective, levels);
  }
  if (subset == nullptr) return effective;
  const Level own = LevelOf(subset->traffic_policy, port,
                            PartOrigins::Join(SubsetPart(subset->name), "trafficPolicy"));
  Replace(kBlocksOfPorts, own, own.has_port, effective, levels);
  Replace(kOtherBlocks, own, false, effective, levels);
  return effective;
}

// Fills `merge` with what one level says, that of its port first.
void FillLevel(const std::optional<TrafficPolicy>& policy, uint32_t port, const std::string& path,
               PolicyMerge& merge) {
  if (!policy) return;
  if (const PortTrafficPolicy* const own = PortLevel(*policy, port); own != nullptr) {
    merge.Fill(PolicyOf(*own), PartOrigins::Join(path, PortPart(port)));
  }
  TrafficPolicy whole = *policy;
  whole.port_level_settings.clear();
  merge.Fill(whole, path);
}

EffectivePolicy InheritMembers(const DestinationRule* rule, uint32_t port, const Subset* subset,
                               const MeshOptions& mesh, PartOrigins* levels) {
  TrafficPolicy policy;
  PolicyMerge merge(policy, "", levels);
  if (subset != nullptr) {
    FillLevel(subset->traffic_policy, port,
              PartOrigins::Join(SubsetPart(subset->name), "trafficPolicy"), merge);
  }
  if (rule != nullptr) FillLevel(rule->traffic_policy, port, "trafficPolicy", merge);
  merge.Fill(DefaultsOf(mesh), kMeshDefaults);
  return BlocksOf(policy);
}

const LoadBalancerSettings* BalancerOf(const std::optional<LoadBalancerSettings>& settings) {
  return settings ? &*settings : nullptr;
}

// The balancers of a level's port, and of the level; nullptr where there is none.
std::array<const LoadBalancerSettings*, 2> BalancersOf(const std::optional<TrafficPolicy>* policy,
                                                       std::optional<uint32_t> port) {
  if (policy == nullptr || !*policy) return {};
  const PortTrafficPolicy* const own = port ? PortLevel(**policy, *port) : nullptr;
  return {own == nullptr ? nullptr : BalancerOf(own->load_balancer),
          BalancerOf((*policy)->load_balancer)};
}

// What the mesh says of every connection, where the rule says nothing else.
void AddMeshConnectionSettings(const MeshOptions& mesh, EffectivePolicy& policy,
                               PartOrigins* levels) {
  const bool says_nothing =
      mesh.connect_timeout == MeshOptions().connect_timeout && !mesh.tcp_keepalive;
  if (says_nothing) return;
  TrafficPolicy of_mesh;
  TcpSettings& tcp = of_mesh.connection_pool.emplace().tcp.emplace();
  tcp.connect_timeout = mesh.connect_timeout;
  tcp.tcp_keepalive = mesh.tcp_keepalive;
  TrafficPolicy filled;
  filled.connection_pool = std::move(policy.connection_pool);
  PolicyMerge(filled, "", levels).Fill(of_mesh, kMeshConnections);
  policy.connection_pool = std::move(filled.connection_pool);
}

}  // namespace

EffectivePolicy ResolvePolicy(const DestinationRule* rule, uint32_t port, const Subset* subset,
                              const MeshOptions& mesh, PartOrigins* levels) {
  EffectivePolicy effective =
      mesh.destination_rule_merging == MeshOptions::DestinationRuleMerging::kByField
          ? InheritMembers(rule, port, subset, mesh, levels)
          : InheritBlocks(rule, port, subset, mesh, levels);
  if (rule != nullptr) {
    effective.outlier_detection_extension = rule->outlier_detection_extension;
    effective.load_balancer_extension = rule->load_balancer_extension;
  }
  effective.mesh_zone_aware_lb_setting = mesh.zone_aware_lb_setting;
  effective.mesh_locality_lb_setting = mesh.locality_lb_setting;
  AddMeshConnectionSettings(mesh, effective, levels);
  return effective;
}

const ConsistentHash* ResolveHashKey(const DestinationRule* rule, const Subset* subset,
                                     std::optional<uint32_t> port,
                                     MeshOptions::DestinationRuleMerging merging) {
  for (const auto& level :
       {BalancersOf(subset == nullptr ? nullptr : &subset->traffic_policy, port),
        BalancersOf(rule == nullptr ? nullptr : &rule->traffic_policy, port)}) {
    for (const LoadBalancerSettings* const settings : level) {
      if (settings == nullptr) continue;
      if (settings->consistent_hash) return &*settings->consistent_hash;
      // Merged by field the key is that of the balancer, which is chosen here.
      const bool by_field = merging == MeshOptions::DestinationRuleMerging::kByField;
      if (by_field && settings->simple) return nullptr;
    }
  }
  return nullptr;
}

}  // namespace meshroute
