// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_MESH_CONFIG_FIELDS_H_
#define MESHROUTE_LIB_CONFIG_MESH_CONFIG_FIELDS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "lib/config/codec.h"
#include "lib/config/destination_rule_fields.h"
#include "lib/config/field_table.h"
#include "lib/config/http_action_fields.h"
#include "meshroute/config/mesh_options.h"

namespace meshroute {

// A value that is not looked at, whatever it is.
struct AnyValue {
  bool operator==(const AnyValue&) const = default;
};

template <>
struct Codec<AnyValue> : ScalarCodec {
  static void Read(const DocumentNode&, AnyValue&, ReadContext&) {}
};

// MeshConfig as it is written. What is unset leaves the options as they are.
struct MeshConfigText {
  struct Outbound {
    MeshOptions::OutboundTrafficPolicy mode = MeshOptions::OutboundTrafficPolicy::kRegistryOnly;
    bool operator==(const Outbound&) const = default;
  };
  enum class Normalization : uint8_t { kDefault, kNone, kBase, kMergeSlashes, kDecodeAndMerge };
  struct PathNormalization {
    Normalization normalization = Normalization::kDefault;
    bool operator==(const PathNormalization&) const = default;
  };
  struct DefaultTrafficPolicy {
    std::optional<ConnectionPoolSettings> connection_pool;
    std::optional<OutlierDetection> outlier_detection;
    bool operator==(const DefaultTrafficPolicy&) const = default;
  };
  enum class H2Upgrade : uint8_t { kDoNotUpgrade, kUpgrade };
  enum class TlsVersion : uint8_t { kAuto, kTls12, kTls13 };
  struct TlsDefaults {
    TlsVersion min_protocol_version = TlsVersion::kAuto;
    std::vector<std::string> ecdh_curves;
    std::vector<std::string> cipher_suites;
    bool operator==(const TlsDefaults&) const = default;
  };
  using ExportTo = std::optional<std::vector<std::string>>;

  std::optional<std::string> root_namespace;
  ExportTo default_service_export_to;
  ExportTo default_virtual_service_export_to;
  ExportTo default_destination_rule_export_to;
  std::optional<Outbound> outbound_traffic_policy;
  std::optional<HttpRetry> default_http_retry_policy;
  std::optional<DefaultTrafficPolicy> default_traffic_policy;
  std::optional<LocalityLbSetting> locality_lb_setting;
  std::optional<ZoneAwareLbSetting> zone_aware_lb_setting;
  std::optional<Duration> connect_timeout;
  std::optional<TcpKeepalive> tcp_keepalive;
  std::optional<TlsDefaults> tls_defaults;
  std::optional<PathNormalization> path_normalization;
  std::optional<H2Upgrade> h2_upgrade_policy;
  std::optional<Duration> dns_refresh_rate;
  AnyValue other;  // Of a sidecar or of the control plane.

  bool operator==(const MeshConfigText&) const = default;
};

template <>
struct EnumTable<MeshOptions::OutboundTrafficPolicy> {
  using Mode = MeshOptions::OutboundTrafficPolicy;
  static constexpr std::array kValues{EnumValue<Mode>{"REGISTRY_ONLY", Mode::kRegistryOnly},
                                      EnumValue<Mode>{"ALLOW_ANY", Mode::kAllowAny}};
};

template <>
struct FieldTable<MeshConfigText::Outbound> {
  static constexpr std::tuple kFields{MakeField("mode", &MeshConfigText::Outbound::mode)};
};

inline constexpr std::string_view kNoSlashMerging = "slashes are neither merged nor decoded";

template <>
struct EnumTable<MeshConfigText::Normalization> {
  using Normalization = MeshConfigText::Normalization;
  static constexpr std::array kValues{
      EnumValue<Normalization>{"DEFAULT", Normalization::kDefault},
      EnumValue<Normalization>{"NONE", Normalization::kNone},
      EnumValue<Normalization>{"BASE", Normalization::kBase},
      EnumValue<Normalization>{"MERGE_SLASHES", Normalization::kMergeSlashes, Support::kReported,
                               kNoSlashMerging},
      EnumValue<Normalization>{"DECODE_AND_MERGE_SLASHES", Normalization::kDecodeAndMerge,
                               Support::kReported, kNoSlashMerging},
  };
};

template <>
struct FieldTable<MeshConfigText::PathNormalization> {
  static constexpr std::tuple kFields{
      MakeField("normalization", &MeshConfigText::PathNormalization::normalization)};
};

template <>
struct FieldTable<MeshConfigText::DefaultTrafficPolicy> {
  static constexpr std::tuple kFields{
      MakeField("connectionPool", &MeshConfigText::DefaultTrafficPolicy::connection_pool),
      MakeField("outlierDetection", &MeshConfigText::DefaultTrafficPolicy::outlier_detection)};
};

template <>
struct EnumTable<MeshConfigText::H2Upgrade> {
  using H2Upgrade = MeshConfigText::H2Upgrade;
  static constexpr std::array kValues{
      EnumValue<H2Upgrade>{"DO_NOT_UPGRADE", H2Upgrade::kDoNotUpgrade},
      EnumValue<H2Upgrade>{"UPGRADE", H2Upgrade::kUpgrade, Support::kReported, kNoHttp2}};
};

template <>
struct EnumTable<MeshConfigText::TlsVersion> {
  using TlsVersion = MeshConfigText::TlsVersion;
  static constexpr std::array kValues{
      EnumValue<TlsVersion>{"TLS_AUTO", TlsVersion::kAuto},
      EnumValue<TlsVersion>{"TLSV1_2", TlsVersion::kTls12},
      EnumValue<TlsVersion>{"TLSV1_3", TlsVersion::kTls13, Support::kReported,
                            "TLS 1.2 is offered too"}};
};

template <>
struct FieldTable<MeshConfigText::TlsDefaults> {
  static constexpr std::tuple kFields{
      MakeField("minProtocolVersion", &MeshConfigText::TlsDefaults::min_protocol_version),
      MakeField("ecdhCurves", &MeshConfigText::TlsDefaults::ecdh_curves),
      MakeField("cipherSuites", &MeshConfigText::TlsDefaults::cipher_suites)};
};

// A field that says nothing to a client in-process.
constexpr auto OtherMeshField(std::string_view name) {
  return MakeField(name, &MeshConfigText::other).Ignored("of a sidecar or of the control plane");
}

template <>
struct FieldTable<MeshConfigText> {
  static constexpr std::tuple kFields{
      MakeField("rootNamespace", &MeshConfigText::root_namespace),
      MakeField("defaultServiceExportTo", &MeshConfigText::default_service_export_to),
      MakeField("defaultVirtualServiceExportTo",
                &MeshConfigText::default_virtual_service_export_to),
      MakeField("defaultDestinationRuleExportTo",
                &MeshConfigText::default_destination_rule_export_to),
      MakeField("outboundTrafficPolicy", &MeshConfigText::outbound_traffic_policy),
      MakeField("defaultHttpRetryPolicy", &MeshConfigText::default_http_retry_policy),
      MakeField("defaultTrafficPolicy", &MeshConfigText::default_traffic_policy),
      MakeField("localityLbSetting", &MeshConfigText::locality_lb_setting),
      MakeField("zoneAwareLbSetting", &MeshConfigText::zone_aware_lb_setting),
      MakeField("connectTimeout", &MeshConfigText::connect_timeout),
      MakeField("tcpKeepalive", &MeshConfigText::tcp_keepalive),
      MakeField("tlsDefaults", &MeshConfigText::tls_defaults),
      MakeField("pathNormalization", &MeshConfigText::path_normalization),
      MakeField("h2UpgradePolicy", &MeshConfigText::h2_upgrade_policy),
      MakeField("dnsRefreshRate", &MeshConfigText::dns_refresh_rate)
          .Reported("a name is resolved when a connection to it is made"),
      OtherMeshField("proxyListenPort"),
      OtherMeshField("proxyInboundListenPort"),
      OtherMeshField("proxyHttpPort"),
      OtherMeshField("inboundTrafficPolicy"),
      OtherMeshField("protocolDetectionTimeout"),
      OtherMeshField("defaultConfig"),
      OtherMeshField("configSources"),
      OtherMeshField("discoverySelectors"),
      OtherMeshField("serviceSettings"),
      OtherMeshField("serviceScopeConfigs"),
      OtherMeshField("ingressClass"),
      OtherMeshField("ingressService"),
      OtherMeshField("ingressSelector"),
      OtherMeshField("ingressControllerMode"),
      OtherMeshField("accessLogFile"),
      OtherMeshField("accessLogFormat"),
      OtherMeshField("accessLogEncoding"),
      OtherMeshField("enableEnvoyAccessLogService"),
      OtherMeshField("disableEnvoyListenerLog"),
      OtherMeshField("enableTracing"),
      OtherMeshField("enablePrometheusMerge"),
      OtherMeshField("extensionProviders"),
      OtherMeshField("defaultProviders"),
      OtherMeshField("inboundClusterStatName"),
      OtherMeshField("outboundClusterStatName"),
      // A name in certificates, not the domain that hosts are completed with.
      OtherMeshField("trustDomain"),
      OtherMeshField("trustDomainAliases"),
      OtherMeshField("enableAutoMtls"),
      OtherMeshField("meshMTLS"),
      OtherMeshField("caCertificates"),
      OtherMeshField("certificates"),
      OtherMeshField("ca"),
      OtherMeshField("verifyCertificateAtClient"),
  };
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_MESH_CONFIG_FIELDS_H_
