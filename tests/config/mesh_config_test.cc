// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/mesh_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "meshroute/config/yaml.h"

namespace meshroute {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Read {
  std::optional<MeshOptions> mesh;
  std::vector<std::string> problems;
};

Read ReadYamlText(const std::string& text, const MeshConfigBase& base = {}) {
  ConfigErrors errors;
  Read read;
  read.mesh = ReadMeshConfigYaml({"mesh.yaml", text}, base, errors);
  EXPECT_EQ(read.mesh.has_value(), errors.ok());
  for (const ConfigProblem& problem : errors.problems()) {
    read.problems.push_back(problem.ToString());
  }
  return read;
}

// The options of a text that is right in every way.
MeshOptions MeshOf(const std::string& text, const MeshConfigBase& base = {}) {
  const Read read = ReadYamlText(text, base);
  EXPECT_THAT(read.problems, IsEmpty());
  return read.mesh.value_or(MeshOptions());
}

TEST(MeshConfig, SaysNothingThatIsNotThere) {
  EXPECT_EQ(MeshOf(""), MeshOptions());
  EXPECT_EQ(MeshOf("{}"), MeshOptions());
  EXPECT_EQ(MeshOf("---\n---\n"), MeshOptions());
  MeshConfigBase base;
  base.options.root_namespace = "mesh";
  base.options.destination_rule_merging = MeshOptions::DestinationRuleMerging::kByField;
  EXPECT_EQ(MeshOf("", base), base.options);
  EXPECT_EQ(MeshOf("defaultServiceExportTo: [.]", base).root_namespace, "mesh");
}

TEST(MeshConfig, ReadsEverySettingThatIsObeyed) {
  const MeshOptions mesh = MeshOf(R"(
rootNamespace: mesh
defaultServiceExportTo: ['.']
defaultVirtualServiceExportTo: ['.', x]
defaultDestinationRuleExportTo: ['.']
outboundTrafficPolicy: {mode: REGISTRY_ONLY}
defaultHttpRetryPolicy: {attempts: 4, retryOn: 5xx}
defaultTrafficPolicy:
  connectionPool: {tcp: {maxConnections: 7}}
  outlierDetection: {interval: 1s}
localityLbSetting: {enabled: false}
zoneAwareLbSetting: {minClusterSize: 3}
pathNormalization: {normalization: NONE}
connectTimeout: 3s
tcpKeepalive: {probes: 4, time: 5s, interval: 6s}
tlsDefaults: {cipherSuites: [ECDHE-RSA-AES128-GCM-SHA256], ecdhCurves: [X25519]}
)");
  EXPECT_EQ(mesh.root_namespace, "mesh");
  EXPECT_THAT(mesh.default_service_export_to, ElementsAre("."));
  EXPECT_THAT(mesh.default_virtual_service_export_to, ElementsAre(".", "x"));
  EXPECT_THAT(mesh.default_destination_rule_export_to, ElementsAre("."));
  EXPECT_EQ(mesh.outbound_traffic_policy, MeshOptions::OutboundTrafficPolicy::kRegistryOnly);
  EXPECT_EQ(mesh.default_http_retry_policy->attempts, 4);
  EXPECT_EQ(mesh.default_connection_pool->tcp->max_connections, 7);
  EXPECT_EQ(mesh.default_outlier_detection->interval, seconds(1));
  EXPECT_EQ(mesh.locality_lb_setting->enabled, false);
  EXPECT_EQ(mesh.zone_aware_lb_setting->min_cluster_size, 3U);
  EXPECT_EQ(mesh.path_normalization, MeshOptions::PathNormalization::kNone);
  EXPECT_EQ(mesh.connect_timeout, seconds(3));
  EXPECT_EQ(mesh.tcp_keepalive, (TcpKeepalive{4, seconds(5), seconds(6)}));
  EXPECT_THAT(mesh.tls_cipher_suites, ElementsAre("ECDHE-RSA-AES128-GCM-SHA256"));
  EXPECT_THAT(mesh.tls_ecdh_curves, ElementsAre("X25519"));
}

TEST(MeshConfig, EnumsHaveTheNumbersOfIstiosApi) {
  using Outbound = MeshOptions::OutboundTrafficPolicy;
  EXPECT_EQ(MeshOf("outboundTrafficPolicy: {mode: 1}").outbound_traffic_policy,
            Outbound::kAllowAny);
  // The number 0 is what an object without a mode has.
  EXPECT_EQ(MeshOf("outboundTrafficPolicy: {}").outbound_traffic_policy, Outbound::kRegistryOnly);
  using Path = MeshOptions::PathNormalization;
  EXPECT_EQ(MeshOf("pathNormalization: {normalization: 1}").path_normalization, Path::kNone);
  EXPECT_EQ(MeshOf("pathNormalization: {}").path_normalization, Path::kBase);
}

TEST(MeshConfig, NoRetriesCanBeTheDefault) {
  EXPECT_EQ(MeshOf("defaultHttpRetryPolicy: {attempts: 0}").default_http_retry_policy->attempts, 0);
}

TEST(MeshConfig, WhatIsOfASidecarIsPassedOver) {
  EXPECT_EQ(MeshOf(R"(
accessLogFile: /dev/stdout
defaultConfig: {discoveryAddress: 'istiod.istio-system.svc:15012', proxyMetadata: {A: b}}
defaultProviders: {metrics: [prometheus]}
enablePrometheusMerge: true
extensionProviders: [{name: otel, envoyOtelAls: {service: x, port: 1}}]
trustDomain: example.com
ingressControllerMode: 'OFF'
)"),
            MeshOptions());
}

TEST(MeshConfig, WhatIsKnownAndNotObeyedIsAWarning) {
  const Read read = ReadYamlText(
      "h2UpgradePolicy: UPGRADE\ndnsRefreshRate: 5s\npathNormalization: {normalization: "
      "MERGE_SLASHES}\n");
  EXPECT_TRUE(read.mesh.has_value());
  EXPECT_THAT(read.problems,
              ElementsAre(HasSubstr("mesh.yaml:3:21: MeshConfig: pathNormalization.normalization"),
                          HasSubstr("mesh.yaml:1:1: MeshConfig: h2UpgradePolicy"),
                          HasSubstr("mesh.yaml:2:1: MeshConfig: dnsRefreshRate")));
  EXPECT_THAT(MeshOf("h2UpgradePolicy: DO_NOT_UPGRADE"), MeshOptions());
}

TEST(MeshConfig, EveryMistakeIsToldWithItsPlace) {
  const Read read = ReadYamlText(R"(
rootNamespace: 'a b'
defaultServiceExportTo: ['~', x/y]
defaultVirtualServiceExportTo: ['~']
outboundTrafficPolicy: {mode: ALLOW_ALL}
defaultHttpRetryPolicy: {attempts: -1, retryOn: often}
defaultTrafficPolicy: {connectionPool: {}, outlierDetection: {maxEjectionPercent: 101}}
localityLbSetting: {failover: [{from: a, to: a}]}
rootNamspace: x
connectTimeout: 61m
tcpKeepalive: {time: 0s}
)");
  EXPECT_FALSE(read.mesh.has_value());
  const auto at = [](const std::string& line, const std::string& path) {
    return testing::AllOf(testing::StartsWith("mesh.yaml:" + line + ":"),
                          HasSubstr("MeshConfig: " + path));
  };
  EXPECT_THAT(
      read.problems,
      testing::UnorderedElementsAre(
          at("2", "rootNamespace: must be a DNS label"),
          at("3", "defaultServiceExportTo[1]: must be"),
          at("4", "defaultVirtualServiceExportTo[0]: must be"),
          at("5", "outboundTrafficPolicy.mode"), at("6", "defaultHttpRetryPolicy.attempts"),
          at("6", "defaultHttpRetryPolicy.retryOn"), at("7", "defaultTrafficPolicy.connectionPool"),
          at("7", "defaultTrafficPolicy.outlierDetection.maxEjectionPercent"),
          at("8", "localityLbSetting.failover[0]"), at("9", "rootNamspace"),
          at("10", "connectTimeout: must be 1h or less"), at("11", "tcpKeepalive.time")));
}

TEST(MeshConfig, UnknownFieldsMayBeWarnings) {
  MeshConfigBase base;
  base.load.unknown_fields = LoadOptions::UnknownFields::kWarning;
  const Read read = ReadYamlText("rootNamspace: x", base);
  EXPECT_EQ(read.mesh, MeshOptions());
  EXPECT_THAT(read.problems, ElementsAre(HasSubstr("did you mean 'rootNamespace'?")));
}

TEST(MeshConfig, IsFoundInItsConfigMap) {
  EXPECT_EQ(MeshOf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio}\ndata:\n  mesh: |-\n"
                   "    rootNamespace: mesh\n  meshNetworks: 'networks: {}'\n")
                .root_namespace,
            "mesh");
  EXPECT_THAT(ReadYamlText("kind: ConfigMap\ndata: {mesh: 'rootNamespace: 5'}").problems,
              ElementsAre(HasSubstr("mesh.yaml (data.mesh):1:1: MeshConfig: rootNamespace")));
  // A map in a map is none.
  EXPECT_FALSE(ReadYamlText("kind: ConfigMap\ndata: {mesh: 'kind: ConfigMap'}").mesh.has_value());
}

TEST(MeshConfig, ATextThatIsNoMeshConfigIsRefused) {
  for (const std::string text : {"[]", "5", "a: [", "rootNamespace: a\n---\nrootNamespace: b",
                                 "{rootNamespace: a, rootNamespace: b}", "data: {}"}) {
    const Read read = ReadYamlText(text);
    EXPECT_FALSE(read.mesh.has_value()) << text;
    ASSERT_FALSE(read.problems.empty()) << text;
    EXPECT_THAT(read.problems[0], testing::StartsWith("mesh.yaml")) << text;
  }
}

TEST(MeshConfig, IsReadFromJsonToo) {
  ConfigErrors errors;
  EXPECT_EQ(
      ReadMeshConfigJson({"m.json", R"({"rootNamespace": "mesh"})"}, {}, errors)->root_namespace,
      "mesh");
  EXPECT_TRUE(errors.ok());
  EXPECT_EQ(ReadMeshConfigJson({"m.json", "{"}, {}, errors), std::nullopt);
  EXPECT_FALSE(errors.ok());
}

}  // namespace
}  // namespace meshroute
