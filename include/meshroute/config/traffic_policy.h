// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_TRAFFIC_POLICY_H_
#define MESHROUTE_CONFIG_TRAFFIC_POLICY_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/config/http_actions.h"
#include "meshroute/config/load_balancer_settings.h"

namespace meshroute {

struct TcpKeepalive {
  uint32_t probes = 0;               // 0: the system's.
  std::optional<Duration> time;      // Truncated to whole seconds.
  std::optional<Duration> interval;  // Truncated to whole seconds.

  bool operator==(const TcpKeepalive&) const = default;
};

// In every limit below 0 means "not set", which is no limit at all: an explicit
// zero cannot be expressed.
struct TcpSettings {
  int32_t max_connections = 0;                // To all endpoints together.
  std::optional<Duration> connect_timeout;    // TLS handshake included; unset: the mesh's.
  std::optional<TcpKeepalive> tcp_keepalive;  // Attribute by attribute over the mesh's.
  std::optional<Duration> max_connection_duration;
  std::optional<Duration> idle_timeout;  // Also HTTP's where that is unset.

  bool operator==(const TcpSettings&) const = default;
};

struct Http2KeepAlive {
  std::optional<Duration> interval;  // Required.
  std::optional<Duration> timeout;   // Required.

  bool operator==(const Http2KeepAlive&) const = default;
};

struct HttpSettings {
  enum class H2UpgradePolicy : uint8_t { kDefault, kDoNotUpgrade, kUpgrade };

  int32_t http1_max_pending_requests = 0;   // Requests waiting for a connection.
  int32_t http2_max_requests = 0;           // Active requests, HTTP/1.1 too.
  int32_t max_requests_per_connection = 0;  // 1: no keep-alive.
  int32_t max_retries = 0;                  // Retries under way at one time.
  std::optional<Duration> idle_timeout;     // Unset: tcp.idleTimeout, else 1h.
  H2UpgradePolicy h2_upgrade_policy = H2UpgradePolicy::kDefault;
  bool use_client_protocol = false;
  int32_t max_concurrent_streams = 0;
  std::optional<Http2KeepAlive> http2_keep_alive;

  bool operator==(const HttpSettings&) const = default;
};

// trafficPolicy.connectionPool.
struct ConnectionPoolSettings {
  std::optional<TcpSettings> tcp;
  std::optional<HttpSettings> http;

  bool operator==(const ConnectionPoolSettings&) const = default;
};

// trafficPolicy.outlierDetection: when an endpoint is set aside. The block's
// presence alone turns the 5xx check on.
struct OutlierDetection {
  // 5xx answers in a row that eject an endpoint. 0 turns this check off.
  uint32_t consecutive_5xx_errors = 5;

  // 502, 503 and 504 in a row. 0 turns this check off.
  uint32_t consecutive_gateway_errors = 0;

  // Deprecated; Istio reads it and does nothing.
  int32_t consecutive_errors = 0;

  // Counts failures to get an answer apart from bad answers.
  bool split_external_local_origin_errors = false;

  // With the split: failures to get an answer, in a row. Unset: 5.
  std::optional<uint32_t> consecutive_local_origin_failures;

  // How often ejections are looked at for return. At least 1ms.
  Duration interval = std::chrono::seconds(10);

  // Shortest ejection; the n-th ejection lasts n times as long. At least 1ms.
  Duration base_ejection_time = std::chrono::seconds(30);

  // Strict cap on the ejected share, 0..100; 0: 10. With 10 a destination of
  // fewer than 10 endpoints never ejects any.
  int32_t max_ejection_percent = 0;

  // Below this share of healthy endpoints health is ignored, 0..100; 0: never.
  int32_t min_health_percent = 0;

  // Status codes that count as errors instead of 500..599.
  std::vector<uint32_t> outlier_detection_http_error_codes;

  bool operator==(const OutlierDetection&) const = default;
};

// trafficPolicy.tls. Without a mode the connection is plain text.
struct ClientTlsSettings {
  enum class Mode : uint8_t { kDisable, kSimple, kMutual, kIstioMutual };

  Mode mode = Mode::kDisable;
  std::string client_certificate;
  std::string private_key;
  std::string ca_certificates;
  std::string credential_name;
  std::vector<std::string> subject_alt_names;
  std::string sni;
  std::optional<bool> insecure_skip_verify;
  std::string ca_crl;

  bool operator==(const ClientTlsSettings&) const = default;
};

struct TunnelSettings {
  std::string protocol;  // CONNECT (default) or POST.
  std::string target_host;
  uint32_t target_port = 0;

  bool operator==(const TunnelSettings&) const = default;
};

struct ProxyProtocol {
  enum class Version : uint8_t { kV1, kV2 };
  Version version = Version::kV1;

  bool operator==(const ProxyProtocol&) const = default;
};

// Retries under way as a share of active and pending requests.
struct RetryBudget {
  std::optional<double> percent;            // 0..100; unset: 20.
  uint32_t min_retry_concurrency = 0;       // 0: 3.
  std::optional<Duration> budget_interval;  // Unset or 0: counts the present only.

  bool operator==(const RetryBudget&) const = default;
};

// portLevelSettings[]: replaces the four blocks for one service port, whole.
struct PortTrafficPolicy {
  std::optional<PortSelector> port;  // Required.
  std::optional<LoadBalancerSettings> load_balancer;
  std::optional<ConnectionPoolSettings> connection_pool;
  std::optional<OutlierDetection> outlier_detection;
  std::optional<ClientTlsSettings> tls;

  bool operator==(const PortTrafficPolicy&) const = default;
};

// DestinationRule trafficPolicy.
struct TrafficPolicy {
  std::optional<LoadBalancerSettings> load_balancer;
  std::optional<ConnectionPoolSettings> connection_pool;
  std::optional<OutlierDetection> outlier_detection;
  std::optional<ClientTlsSettings> tls;
  std::vector<PortTrafficPolicy> port_level_settings;
  std::optional<TunnelSettings> tunnel;
  std::optional<ProxyProtocol> proxy_protocol;
  std::optional<RetryBudget> retry_budget;

  bool operator==(const TrafficPolicy&) const = default;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_TRAFFIC_POLICY_H_
