// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/mesh_config.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/config/mesh_config_fields.h"
#include "lib/config/read_context.h"
#include "lib/config/validate_destination_rule.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_virtual_service.h"
#include "meshroute/config/json.h"

namespace meshroute {
namespace {

constexpr Duration kLongestConnectTimeout = std::chrono::hours(1);

void ValidateExportTo(std::string_view field, const MeshConfigText::ExportTo& export_to,
                      ConfigErrors& errors) {
  if (!export_to) return;
  static constexpr std::string_view kAllowed[] = {".", "*"};
  const ConfigErrors::Scope scope(errors, field);
  for (size_t i = 0; i < export_to->size(); ++i) {
    const std::string& entry = (*export_to)[i];
    const bool is_nobody = entry == "~" && field == "defaultServiceExportTo";
    if (entry == kAllowed[0] || entry == kAllowed[1] || is_nobody || IsDnsLabel(entry)) continue;
    const ConfigErrors::Scope element(errors, i);
    errors.Add("must be \".\", \"*\" or a namespace, got " + Quoted(entry));
  }
}

void ValidateMeshConfig(const MeshConfigText& text, ConfigErrors& errors) {
  if (text.root_namespace) CheckDnsLabel(errors, "rootNamespace", *text.root_namespace);
  ValidateExportTo("defaultServiceExportTo", text.default_service_export_to, errors);
  ValidateExportTo("defaultVirtualServiceExportTo", text.default_virtual_service_export_to, errors);
  ValidateExportTo("defaultDestinationRuleExportTo", text.default_destination_rule_export_to,
                   errors);
  if (text.default_http_retry_policy) {
    ValidateRetries(*text.default_http_retry_policy, "defaultHttpRetryPolicy", errors);
  }
  if (text.default_traffic_policy) {
    const ConfigErrors::Scope scope(errors, "defaultTrafficPolicy");
    const MeshConfigText::DefaultTrafficPolicy& policy = *text.default_traffic_policy;
    if (policy.connection_pool) ValidateConnectionPool(*policy.connection_pool, errors);
    if (policy.outlier_detection) ValidateOutlierDetection(*policy.outlier_detection, errors);
  }
  CheckDuration(errors, "connectTimeout", text.connect_timeout);
  if (text.connect_timeout && *text.connect_timeout > kLongestConnectTimeout) {
    AddAt(errors, "connectTimeout", "must be 1h or less");
  }
  if (text.tcp_keepalive) {
    const ConfigErrors::Scope scope(errors, "tcpKeepalive");
    CheckDuration(errors, "time", text.tcp_keepalive->time);
    CheckDuration(errors, "interval", text.tcp_keepalive->interval);
  }
  if (text.locality_lb_setting) {
    ValidateLocalityLb(*text.locality_lb_setting, WithOutlierDetection::kYes, errors);
  }
  if (text.zone_aware_lb_setting) {
    ValidateZoneAwareLb(*text.zone_aware_lb_setting, WithOutlierDetection::kYes, errors);
  }
}

template <typename T>
void Set(const std::optional<T>& value, T& target) {
  if (value) target = *value;
}

template <typename T>
void Set(const std::optional<T>& value, std::optional<T>& target) {
  if (value) target = value;
}

// An empty list is as none: Istio's default is everybody.
void SetExportTo(const MeshConfigText::ExportTo& value, std::vector<std::string>& target) {
  if (value) target = value->empty() ? std::vector<std::string>{"*"} : *value;
}

MeshOptions OptionsOf(const MeshConfigText& text, MeshOptions options) {
  Set(text.root_namespace, options.root_namespace);
  SetExportTo(text.default_service_export_to, options.default_service_export_to);
  SetExportTo(text.default_virtual_service_export_to, options.default_virtual_service_export_to);
  SetExportTo(text.default_destination_rule_export_to, options.default_destination_rule_export_to);
  if (text.outbound_traffic_policy) {
    options.outbound_traffic_policy = text.outbound_traffic_policy->mode;
  }
  Set(text.default_http_retry_policy, options.default_http_retry_policy);
  if (text.default_traffic_policy) {
    options.default_connection_pool = text.default_traffic_policy->connection_pool;
    options.default_outlier_detection = text.default_traffic_policy->outlier_detection;
  }
  Set(text.locality_lb_setting, options.locality_lb_setting);
  Set(text.zone_aware_lb_setting, options.zone_aware_lb_setting);
  Set(text.connect_timeout, options.connect_timeout);
  Set(text.tcp_keepalive, options.tcp_keepalive);
  if (text.tls_defaults) {
    options.tls_cipher_suites = text.tls_defaults->cipher_suites;
    options.tls_ecdh_curves = text.tls_defaults->ecdh_curves;
  }
  if (text.path_normalization) {
    const bool is_none =
        text.path_normalization->normalization == MeshConfigText::Normalization::kNone;
    options.path_normalization =
        is_none ? MeshOptions::PathNormalization::kNone : MeshOptions::PathNormalization::kBase;
  }
  return options;
}

}  // namespace

std::optional<MeshOptions> ReadMeshConfig(const DocumentNode& document, std::string_view file,
                                          const MeshConfigBase& base, ConfigErrors& errors) {
  const size_t errors_before = errors.error_count();
  ReadContext context(errors, base.load);
  const ConfigErrors::ResourceScope scope(errors, "MeshConfig", &document, file);
  MeshConfigText text;
  if (!document.is_null()) Codec<MeshConfigText>::Read(document, text, context);
  ValidateMeshConfig(text, errors);
  if (errors.error_count() > errors_before) return std::nullopt;
  return OptionsOf(text, base.options);
}

std::optional<MeshOptions> ReadMeshConfigJson(const SourceText& source, const MeshConfigBase& base,
                                              ConfigErrors& errors) {
  const std::unique_ptr<DocumentNode> document = ReadJson(source, base.load, errors);
  if (document == nullptr) return std::nullopt;
  return ReadMeshConfig(*document, source.name, base, errors);
}

}  // namespace meshroute
