// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_DESTINATION_RULE_FIELDS_H_
#define MESHROUTE_LIB_CONFIG_DESTINATION_RULE_FIELDS_H_

#include <array>
#include <string_view>
#include <tuple>

#include "lib/config/codec.h"
#include "lib/config/field_table.h"
#include "lib/config/http_action_fields.h"
#include "lib/config/load_balancer_fields.h"
#include "meshroute/config/destination_rule.h"

namespace meshroute {

inline constexpr std::string_view kNoHttp2 = "the HTTP client speaks HTTP/1.1";
inline constexpr std::string_view kNoTunnel =
    "tunnels are for the tcp and tls rules, whose connections the caller makes; HTTP calls go to "
    "their endpoints directly";

template <>
struct FieldTable<TcpKeepalive> {
  static constexpr std::tuple kFields{
      MakeField("probes", &TcpKeepalive::probes),
      MakeField("time", &TcpKeepalive::time),
      MakeField("interval", &TcpKeepalive::interval),
  };
};

template <>
struct FieldTable<TcpSettings> {
  static constexpr std::tuple kFields{
      MakeField("maxConnections", &TcpSettings::max_connections),
      MakeField("connectTimeout", &TcpSettings::connect_timeout),
      MakeField("tcpKeepalive", &TcpSettings::tcp_keepalive),
      MakeField("maxConnectionDuration", &TcpSettings::max_connection_duration),
      MakeField("idleTimeout", &TcpSettings::idle_timeout),
  };
};

template <>
struct FieldTable<Http2KeepAlive> {
  static constexpr std::tuple kFields{
      MakeField("interval", &Http2KeepAlive::interval),
      MakeField("timeout", &Http2KeepAlive::timeout),
  };
};

template <>
struct EnumTable<HttpSettings::H2UpgradePolicy> {
  static constexpr std::array kValues{
      EnumValue<HttpSettings::H2UpgradePolicy>{"DEFAULT", HttpSettings::H2UpgradePolicy::kDefault},
      EnumValue<HttpSettings::H2UpgradePolicy>{"DO_NOT_UPGRADE",
                                               HttpSettings::H2UpgradePolicy::kDoNotUpgrade},
      EnumValue<HttpSettings::H2UpgradePolicy>{"UPGRADE", HttpSettings::H2UpgradePolicy::kUpgrade,
                                               Support::kReported, kNoHttp2},
  };
};

template <>
struct FieldTable<HttpSettings> {
  static constexpr std::tuple kFields{
      MakeField("http1MaxPendingRequests", &HttpSettings::http1_max_pending_requests),
      MakeField("http2MaxRequests", &HttpSettings::http2_max_requests),
      MakeField("maxRequestsPerConnection", &HttpSettings::max_requests_per_connection),
      MakeField("maxRetries", &HttpSettings::max_retries),
      MakeField("idleTimeout", &HttpSettings::idle_timeout),
      MakeField("h2UpgradePolicy", &HttpSettings::h2_upgrade_policy),
      MakeField("useClientProtocol", &HttpSettings::use_client_protocol).Reported(kNoHttp2),
      MakeField("maxConcurrentStreams", &HttpSettings::max_concurrent_streams).Reported(kNoHttp2),
      MakeField("http2KeepAlive", &HttpSettings::http2_keep_alive).Reported(kNoHttp2),
  };
};

template <>
struct FieldTable<ConnectionPoolSettings> {
  static constexpr std::tuple kFields{
      MakeField("tcp", &ConnectionPoolSettings::tcp),
      MakeField("http", &ConnectionPoolSettings::http),
  };
};

template <>
struct FieldTable<OutlierDetection> {
  static constexpr std::tuple kFields{
      MakeField("consecutiveErrors", &OutlierDetection::consecutive_errors)
          .Ignored("Istio does not look at it either; consecutive5xxErrors is its successor"),
      MakeField("splitExternalLocalOriginErrors",
                &OutlierDetection::split_external_local_origin_errors),
      MakeField("consecutiveLocalOriginFailures",
                &OutlierDetection::consecutive_local_origin_failures),
      MakeField("consecutiveGatewayErrors", &OutlierDetection::consecutive_gateway_errors),
      MakeField("consecutive5xxErrors", &OutlierDetection::consecutive_5xx_errors),
      MakeField("interval", &OutlierDetection::interval),
      MakeField("baseEjectionTime", &OutlierDetection::base_ejection_time),
      MakeField("maxEjectionPercent", &OutlierDetection::max_ejection_percent),
      MakeField("minHealthPercent", &OutlierDetection::min_health_percent),
      MakeField("outlierDetectionHttpErrorCodes",
                &OutlierDetection::outlier_detection_http_error_codes),
  };
};

template <>
struct EnumTable<ClientTlsSettings::Mode> {
  static constexpr std::array kValues{
      EnumValue<ClientTlsSettings::Mode>{"DISABLE", ClientTlsSettings::Mode::kDisable},
      EnumValue<ClientTlsSettings::Mode>{"SIMPLE", ClientTlsSettings::Mode::kSimple},
      EnumValue<ClientTlsSettings::Mode>{"MUTUAL", ClientTlsSettings::Mode::kMutual},
      EnumValue<ClientTlsSettings::Mode>{"ISTIO_MUTUAL", ClientTlsSettings::Mode::kIstioMutual},
  };
};

template <>
struct FieldTable<ClientTlsSettings> {
  static constexpr std::tuple kFields{
      MakeField("mode", &ClientTlsSettings::mode),
      MakeField("clientCertificate", &ClientTlsSettings::client_certificate),
      MakeField("privateKey", &ClientTlsSettings::private_key),
      MakeField("caCertificates", &ClientTlsSettings::ca_certificates),
      MakeField("credentialName", &ClientTlsSettings::credential_name),
      MakeField("subjectAltNames", &ClientTlsSettings::subject_alt_names),
      MakeField("sni", &ClientTlsSettings::sni),
      MakeField("insecureSkipVerify", &ClientTlsSettings::insecure_skip_verify),
      MakeField("caCrl", &ClientTlsSettings::ca_crl),
  };
};

template <>
struct FieldTable<TunnelSettings> {
  static constexpr std::tuple kFields{
      MakeField("protocol", &TunnelSettings::protocol),
      MakeField("targetHost", &TunnelSettings::target_host),
      MakeField("targetPort", &TunnelSettings::target_port),
  };
};

template <>
struct EnumTable<ProxyProtocol::Version> {
  static constexpr std::array kValues{
      EnumValue<ProxyProtocol::Version>{"V1", ProxyProtocol::Version::kV1},
      EnumValue<ProxyProtocol::Version>{"V2", ProxyProtocol::Version::kV2},
  };
};

template <>
struct FieldTable<ProxyProtocol> {
  static constexpr std::tuple kFields{
      MakeField("version", &ProxyProtocol::version),
  };
};

template <>
struct FieldTable<RetryBudget> {
  static constexpr std::tuple kFields{
      MakeField("percent", &RetryBudget::percent),
      MakeField("minRetryConcurrency", &RetryBudget::min_retry_concurrency),
      MakeField("budgetInterval", &RetryBudget::budget_interval),
  };
};

template <>
struct FieldTable<PortTrafficPolicy> {
  static constexpr std::tuple kFields{
      MakeField("port", &PortTrafficPolicy::port),
      MakeField("loadBalancer", &PortTrafficPolicy::load_balancer),
      MakeField("connectionPool", &PortTrafficPolicy::connection_pool),
      MakeField("outlierDetection", &PortTrafficPolicy::outlier_detection),
      MakeField("tls", &PortTrafficPolicy::tls),
  };
};

template <>
struct FieldTable<TrafficPolicy> {
  static constexpr std::tuple kFields{
      MakeField("loadBalancer", &TrafficPolicy::load_balancer),
      MakeField("connectionPool", &TrafficPolicy::connection_pool),
      MakeField("outlierDetection", &TrafficPolicy::outlier_detection),
      MakeField("tls", &TrafficPolicy::tls),
      MakeField("portLevelSettings", &TrafficPolicy::port_level_settings),
      MakeField("tunnel", &TrafficPolicy::tunnel).Reported(kNoTunnel),
      MakeField("proxyProtocol", &TrafficPolicy::proxy_protocol),
      MakeField("retryBudget", &TrafficPolicy::retry_budget),
  };
};

template <>
struct FieldTable<Subset> {
  static constexpr std::tuple kFields{
      MakeField("name", &Subset::name),
      MakeField("labels", &Subset::labels),
      MakeField("trafficPolicy", &Subset::traffic_policy),
  };
};

// A DestinationRule's selector writes `matchLabels`, a ServiceEntry's `labels`.
struct MatchLabelsTable {
  static constexpr std::tuple kFields{
      MakeField("matchLabels", &WorkloadSelector::labels),
  };
};

template <>
struct FieldTable<DestinationRule> {
  static constexpr std::tuple kFields{
      MakeField("host", &DestinationRule::host),
      MakeField("trafficPolicy", &DestinationRule::traffic_policy),
      MakeField("subsets", &DestinationRule::subsets),
      MakeField("exportTo", &DestinationRule::export_to),
      MakeFieldAs<OptionalCodec<WorkloadSelector, StructCodec<WorkloadSelector, MatchLabelsTable>>>(
          "workloadSelector", &DestinationRule::workload_selector),
  };
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_DESTINATION_RULE_FIELDS_H_
