// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_destination_rule.h"
#include "lib/config/validate_primitives.h"

namespace meshroute {
namespace {

void ValidateTcp(const TcpSettings& tcp, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "tcp");
  CheckNotNegative(errors, "maxConnections", tcp.max_connections);
  CheckDuration(errors, "connectTimeout", tcp.connect_timeout);
  CheckDuration(errors, "maxConnectionDuration", tcp.max_connection_duration);
  // 0 switches the limit off, and what is less than 1ms counts as 0.
  const bool is_off = tcp.idle_timeout && *tcp.idle_timeout >= Duration::zero() &&
                      *tcp.idle_timeout < std::chrono::milliseconds(1);
  if (!is_off) CheckDuration(errors, "idleTimeout", tcp.idle_timeout);
  if (!tcp.tcp_keepalive) return;
  const ConfigErrors::Scope keepalive(errors, "tcpKeepalive");
  CheckDuration(errors, "time", tcp.tcp_keepalive->time);
  CheckDuration(errors, "interval", tcp.tcp_keepalive->interval);
}

void CheckRequiredDuration(ConfigErrors& errors, std::string_view field,
                           const std::optional<Duration>& value) {
  if (!value) AddAt(errors, field, "is missing");
  CheckDuration(errors, field, value);
}

void ValidateHttp(const HttpSettings& http, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "http");
  CheckNotNegative(errors, "http1MaxPendingRequests", http.http1_max_pending_requests);
  CheckNotNegative(errors, "http2MaxRequests", http.http2_max_requests);
  CheckNotNegative(errors, "maxRequestsPerConnection", http.max_requests_per_connection);
  CheckNotNegative(errors, "maxRetries", http.max_retries);
  CheckNotNegative(errors, "maxConcurrentStreams", http.max_concurrent_streams);
  CheckDuration(errors, "idleTimeout", http.idle_timeout);
  if (http.use_client_protocol &&
      http.h2_upgrade_policy == HttpSettings::H2UpgradePolicy::kUpgrade) {
    AddAt(errors, "h2UpgradePolicy", "must not be UPGRADE beside useClientProtocol");
  }
  if (!http.http2_keep_alive) return;
  const ConfigErrors::Scope keepalive(errors, "http2KeepAlive");
  CheckRequiredDuration(errors, "interval", http.http2_keep_alive->interval);
  CheckRequiredDuration(errors, "timeout", http.http2_keep_alive->timeout);
}

}  // namespace

void ValidateConnectionPool(const ConnectionPoolSettings& settings, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "connectionPool");
  if (!settings.tcp && !settings.http) errors.Add("must set one of tcp and http, or both");
  if (settings.tcp) ValidateTcp(*settings.tcp, errors);
  if (settings.http) ValidateHttp(*settings.http, errors);
}

void ValidateOutlierDetection(const OutlierDetection& settings, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "outlierDetection");
  if (settings.consecutive_errors != 0) {
    ReportAt(
        errors, "consecutiveErrors", ProblemCode::kDeprecatedField,
        "is deprecated and does nothing: use consecutive5xxErrors or consecutiveGatewayErrors");
  }
  CheckDuration(errors, "interval", settings.interval);
  CheckDuration(errors, "baseEjectionTime", settings.base_ejection_time);
  CheckPercent(errors, "maxEjectionPercent", settings.max_ejection_percent);
  CheckPercent(errors, "minHealthPercent", settings.min_health_percent);
  if (settings.consecutive_local_origin_failures.value_or(0) > 0 &&
      !settings.split_external_local_origin_errors) {
    AddAt(errors, "consecutiveLocalOriginFailures",
          "needs splitExternalLocalOriginErrors to be true");
  }
  for (size_t i = 0; i < settings.outlier_detection_http_error_codes.size(); ++i) {
    const uint32_t code = settings.outlier_detection_http_error_codes[i];
    if (code >= 100 && code <= 599) continue;
    const ConfigErrors::Scope element(errors, "outlierDetectionHttpErrorCodes", i);
    errors.Add(absl::StrCat("must be a status code from 100 to 599, got ", code));
  }
}

}  // namespace meshroute
