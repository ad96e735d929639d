// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_MESH_OPTIONS_H_
#define MESHROUTE_CONFIG_MESH_OPTIONS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/config/http_actions.h"
#include "meshroute/config/metadata.h"
#include "meshroute/config/traffic_policy.h"

namespace meshroute {

// Who is calling: what a sidecar knows of its own pod. Decides which resources
// are visible, which match blocks can hold and how near an endpoint is.
struct ClientIdentity {
  std::string namespace_name = "default";
  Labels labels{};
  std::string locality{};  // "region/zone/subzone"; empty: not known.
  std::string network{};
  std::string cluster{};
  std::string hostname{};  // %HOSTNAME% in header values; empty: the machine's name.

  bool operator==(const ClientIdentity&) const = default;
};

// The client's own labels and those that follow from its locality, network and
// cluster: what sourceLabels, workloadSelectors and failoverPriority look at.
Labels ClientLabels(const ClientIdentity& client);

// The mesh-wide settings (Istio's MeshConfig) that the rules refer to. Of those that
// matter in-process these are not obeyed yet: `h2UpgradePolicy`, `dnsRefreshRate`; the
// defaults of Istio's reference stand for them.
struct MeshOptions {
  enum class OutboundTrafficPolicy : uint8_t {
    kAllowAny,      // An unknown host is called as it is dialled, with no policy.
    kRegistryOnly,  // An unknown host is answered 502.
  };
  enum class PathNormalization : uint8_t {
    kNone,
    kBase,  // Resolves dot segments, turns '\' into '/'. The default.
  };

  // What becomes of several VirtualServices that name the same host.
  enum class VirtualServiceMerging : uint8_t {
    // As in a sidecar: the first in the order of precedence (privately exported, then
    // exported by name, then public; the older first) that has a rule for the client
    // and port governs alone. The default.
    kNone,

    // As on an ingress gateway: their `http` rules follow each other in that order,
    // and blocks that match every request move to the end, where the first of them
    // decides. Only the same host merges: a literal host still beats every wildcard,
    // a longer wildcard a shorter one.
    kConcatenate,
  };

  // What becomes of several DestinationRules that cover the same host (docs/merging.md).
  enum class DestinationRuleMerging : uint8_t {
    // As in a sidecar: the rules of one host in one namespace govern (destination_rules.h),
    // and a block of a port or a subset replaces the inherited one whole. The default.
    kIstio,

    // All rules that the client may use for the host apply, those of less specific hosts
    // and of all three namespaces too: member by member the most specific one that sets
    // it. Subsets and ports inherit members instead of replacing blocks.
    kByField,
  };

  std::string cluster_domain = "cluster.local";
  std::string root_namespace = "istio-system";
  std::vector<std::string> default_virtual_service_export_to{"*"};
  std::vector<std::string> default_destination_rule_export_to{"*"};
  std::vector<std::string> default_service_export_to{"*"};
  OutboundTrafficPolicy outbound_traffic_policy = OutboundTrafficPolicy::kAllowAny;
  std::optional<HttpRetry> default_http_retry_policy{};  // Unset: HttpRetry::BuiltIn().
  std::optional<ConnectionPoolSettings> default_connection_pool{};
  std::optional<OutlierDetection> default_outlier_detection{};

  // For destinations whose rule has neither of the two; the zone-aware one first. Unset
  // or `enabled: false`: endpoints are picked without regard to their locality.
  std::optional<ZoneAwareLbSetting> zone_aware_lb_setting{};
  std::optional<LocalityLbSetting> locality_lb_setting{LocalityLbSetting::Enabled()};

  PathNormalization path_normalization = PathNormalization::kBase;
  VirtualServiceMerging virtual_service_merging = VirtualServiceMerging::kNone;
  DestinationRuleMerging destination_rule_merging = DestinationRuleMerging::kIstio;

  // Of connections whose DestinationRule says nothing else. 1ms..1h.
  Duration connect_timeout = std::chrono::seconds(10);

  // A DestinationRule's attributes stand over these, one by one. Unset: no keepalive.
  std::optional<TcpKeepalive> tcp_keepalive{};

  // tlsDefaults, of SIMPLE and MUTUAL: OpenSSL's names of cipher suites (TLS 1.2) and
  // of curves, in order of preference. Empty: OpenSSL's own.
  std::vector<std::string> tls_cipher_suites{};
  std::vector<std::string> tls_ecdh_curves{};

  bool operator==(const MeshOptions&) const = default;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_MESH_OPTIONS_H_
