// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "meshroute/config/destination_rules.h"

namespace meshroute {
namespace {

// The first portLevelSettings entry for `port`, or nullptr.
const PortTrafficPolicy* PortLevel(const TrafficPolicy& policy, uint32_t port) {
  const auto found =
      std::find_if(policy.port_level_settings.begin(), policy.port_level_settings.end(),
                   [port](const auto& level) { return level.port && level.port->number == port; });
  return found == policy.port_level_settings.end() ? nullptr : &*found;
}

// What one level (a rule's or a subset's trafficPolicy) says about a port.
struct Level {
  EffectivePolicy policy;
  bool has_port = false;  // A port entry speaks, and hides the rest of its level.
};

Level LevelOf(const std::optional<TrafficPolicy>& policy, uint32_t port) {
  Level level;
  if (!policy) return level;
  if (const PortTrafficPolicy* own = PortLevel(*policy, port); own != nullptr) {
    level.has_port = true;
    level.policy.load_balancer = own->load_balancer;
    level.policy.connection_pool = own->connection_pool;
    level.policy.outlier_detection = own->outlier_detection;
    level.policy.tls = own->tls;
    return level;
  }
  level.policy.load_balancer = policy->load_balancer;
  level.policy.connection_pool = policy->connection_pool;
  level.policy.outlier_detection = policy->outlier_detection;
  level.policy.tls = policy->tls;
  level.policy.tunnel = policy->tunnel;
  level.policy.proxy_protocol = policy->proxy_protocol;
  level.policy.retry_budget = policy->retry_budget;
  return level;
}

// Takes a subset's block over the inherited one: where there is one, and, with
// `always`, also where there is none.
template <typename T>
void Override(const std::optional<T>& block, bool always, std::optional<T>& inherited) {
  if (block || always) inherited = block;
}

const ConsistentHash* HashOf(const std::optional<LoadBalancerSettings>& settings) {
  return settings && settings->consistent_hash ? &*settings->consistent_hash : nullptr;
}

const ConsistentHash* HashOf(const std::optional<TrafficPolicy>& policy,
                             std::optional<uint32_t> explicit_port) {
  if (!policy) return nullptr;
  if (explicit_port) {
    const PortTrafficPolicy* own = PortLevel(*policy, *explicit_port);
    const ConsistentHash* hash = own == nullptr ? nullptr : HashOf(own->load_balancer);
    if (hash != nullptr) return hash;
  }
  return HashOf(policy->load_balancer);
}

// `own` over `mesh`, attribute by attribute.
TcpKeepalive Over(const TcpKeepalive& mesh, const std::optional<TcpKeepalive>& own) {
  TcpKeepalive merged = mesh;
  if (!own) return merged;
  if (own->probes != 0) merged.probes = own->probes;
  if (own->time) merged.time = own->time;
  if (own->interval) merged.interval = own->interval;
  return merged;
}

// What the mesh says of every connection, where the rule says nothing else.
void AddMeshConnectionSettings(const MeshOptions& mesh, EffectivePolicy& policy) {
  const bool says_nothing =
      mesh.connect_timeout == MeshOptions().connect_timeout && !mesh.tcp_keepalive;
  if (says_nothing) return;
  if (!policy.connection_pool) policy.connection_pool.emplace();
  std::optional<TcpSettings>& tcp = policy.connection_pool->tcp;
  if (!tcp) tcp.emplace();
  if (!tcp->connect_timeout) tcp->connect_timeout = mesh.connect_timeout;
  if (mesh.tcp_keepalive) tcp->tcp_keepalive = Over(*mesh.tcp_keepalive, tcp->tcp_keepalive);
}

EffectivePolicy Inherit(const DestinationRule* rule, uint32_t port, const Subset* subset,
                        const MeshOptions& mesh) {
  EffectivePolicy effective;
  if (rule != nullptr) {
    effective = LevelOf(rule->traffic_policy, port).policy;
    effective.outlier_detection_extension = rule->outlier_detection_extension;
    effective.load_balancer_extension = rule->load_balancer_extension;
  }
  effective.mesh_zone_aware_lb_setting = mesh.zone_aware_lb_setting;
  effective.mesh_locality_lb_setting = mesh.locality_lb_setting;
  if (!effective.connection_pool) effective.connection_pool = mesh.default_connection_pool;
  if (!effective.outlier_detection) effective.outlier_detection = mesh.default_outlier_detection;
  if (subset == nullptr) return effective;

  const Level own = LevelOf(subset->traffic_policy, port);
  Override(own.policy.load_balancer, own.has_port, effective.load_balancer);
  Override(own.policy.connection_pool, own.has_port, effective.connection_pool);
  Override(own.policy.outlier_detection, own.has_port, effective.outlier_detection);
  Override(own.policy.tls, own.has_port, effective.tls);
  Override(own.policy.tunnel, false, effective.tunnel);
  Override(own.policy.proxy_protocol, false, effective.proxy_protocol);
  Override(own.policy.retry_budget, false, effective.retry_budget);
  return effective;
}

}  // namespace

EffectivePolicy ResolvePolicy(const DestinationRule* rule, uint32_t port, const Subset* subset,
                              const MeshOptions& mesh) {
  EffectivePolicy effective = Inherit(rule, port, subset, mesh);
  AddMeshConnectionSettings(mesh, effective);
  return effective;
}

const ConsistentHash* ResolveHashKey(const DestinationRule* rule, const Subset* subset,
                                     std::optional<uint32_t> explicit_port) {
  if (subset != nullptr) {
    const ConsistentHash* hash = HashOf(subset->traffic_policy, explicit_port);
    if (hash != nullptr) return hash;
  }
  return rule == nullptr ? nullptr : HashOf(rule->traffic_policy, explicit_port);
}

}  // namespace meshroute
