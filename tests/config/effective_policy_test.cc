// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "meshroute/config/destination_rules.h"
#include "tests/config/load.h"

namespace meshroute {
namespace {

using Simple = LoadBalancerSettings::Simple;

// The DestinationRule of this spec, which must be valid.
DestinationRule Rule(const std::string& spec) {
  Loaded loaded = Loaded::Spec("DestinationRule", "host: a\n" + spec);
  const absl::StatusOr<ValidatedConfig> config = loaded.loader().Finish();
  EXPECT_TRUE(config.ok()) << config.status();
  return config.value().resources().destination_rules.at(0);
}

EffectivePolicy Policy(const DestinationRule& rule, uint32_t port, std::string_view subset = "",
                       const MeshOptions& mesh = {}) {
  return ResolvePolicy(&rule, port, DestinationRules::FindSubset(&rule, subset), mesh);
}

TEST(ResolvePolicy, APortEntryResetsTheBlocksThatItLacks) {
  const DestinationRule rule = Rule(
      "trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}, outlierDetection: {}, "
      "portLevelSettings: [{port: {number: 80}, tls: {mode: SIMPLE}}]}");
  EXPECT_EQ(Policy(rule, 80).load_balancer, std::nullopt);
  EXPECT_EQ(Policy(rule, 80).outlier_detection, std::nullopt);
  EXPECT_EQ(Policy(rule, 80).tls->mode, ClientTlsSettings::Mode::kSimple);
  EXPECT_EQ(Policy(rule, 8080).load_balancer->simple, Simple::kRoundRobin);
  EXPECT_TRUE(Policy(rule, 8080).outlier_detection.has_value());
  EXPECT_EQ(Policy(rule, 8080).tls, std::nullopt);
}

TEST(ResolvePolicy, ASubsetTakesABlockWhole) {
  const DestinationRule rule = Rule(
      "trafficPolicy: {connectionPool: {tcp: {maxConnections: 5}}}\n"
      "subsets: [{name: v1, trafficPolicy: {connectionPool: {http: {http2MaxRequests: 7}}}}]");
  EXPECT_EQ(Policy(rule, 80, "v1").connection_pool->tcp, std::nullopt);
  EXPECT_EQ(Policy(rule, 80, "v1").connection_pool->http->http2_max_requests, 7);
  EXPECT_EQ(Policy(rule, 80).connection_pool->tcp->max_connections, 5);
}

TEST(ResolvePolicy, ASubsetOverridesThePortEntryOfTheRule) {
  const DestinationRule rule = Rule(
      "trafficPolicy: {loadBalancer: {simple: RANDOM}, portLevelSettings: "
      "[{port: {number: 80}, loadBalancer: {simple: ROUND_ROBIN}}]}\n"
      "subsets: [{name: v1, trafficPolicy: {loadBalancer: {simple: LEAST_REQUEST}}}]");
  EXPECT_EQ(Policy(rule, 80, "v1").load_balancer->simple, Simple::kLeastRequest);
  EXPECT_EQ(Policy(rule, 80).load_balancer->simple, Simple::kRoundRobin);
  EXPECT_EQ(Policy(rule, 81).load_balancer->simple, Simple::kRandom);
}

TEST(ResolvePolicy, APortEntryOfASubsetWipesWhatItWouldInherit) {
  const DestinationRule rule = Rule(
      "trafficPolicy: {outlierDetection: {}, connectionPool: {http: {}}, tls: {mode: SIMPLE}}\n"
      "subsets: [{name: v1, trafficPolicy: {portLevelSettings: "
      "[{port: {number: 80}, loadBalancer: {simple: RANDOM}}]}}]");
  const EffectivePolicy at_port = Policy(rule, 80, "v1");
  EXPECT_EQ(at_port.outlier_detection, std::nullopt);
  EXPECT_EQ(at_port.connection_pool, std::nullopt);
  EXPECT_EQ(at_port.tls, std::nullopt);
  EXPECT_EQ(at_port.load_balancer->simple, Simple::kRandom);
  const EffectivePolicy elsewhere = Policy(rule, 81, "v1");
  EXPECT_TRUE(elsewhere.outlier_detection.has_value());
  EXPECT_TRUE(elsewhere.connection_pool.has_value());
  EXPECT_EQ(elsewhere.tls->mode, ClientTlsSettings::Mode::kSimple);
  EXPECT_EQ(elsewhere.load_balancer, std::nullopt);
}

TEST(ResolvePolicy, ASubsetInheritsTheRetryBudget) {
  const DestinationRule rule = Rule(
      "trafficPolicy: {retryBudget: {percent: 50}, proxyProtocol: {version: V2}}\n"
      "subsets: [{name: v1, trafficPolicy: {loadBalancer: {}}}, "
      "{name: v2, trafficPolicy: {retryBudget: {percent: 10}}}, "
      "{name: v3, trafficPolicy: {portLevelSettings: [{port: {number: 80}, tls: {}}]}}]");
  EXPECT_EQ(Policy(rule, 80, "v1").retry_budget->percent, 50);
  EXPECT_EQ(Policy(rule, 80, "v2").retry_budget->percent, 10);
  EXPECT_EQ(Policy(rule, 80, "v3").retry_budget->percent, 50);
  EXPECT_EQ(Policy(rule, 80, "v2").proxy_protocol->version, ProxyProtocol::Version::kV2);
}

TEST(ResolvePolicy, APortEntryDropsTunnelProxyProtocolAndRetryBudget) {
  const std::string port = "portLevelSettings: [{port: {number: 80}, tls: {}}]";
  const DestinationRule budget =
      Rule("trafficPolicy: {retryBudget: {}, proxyProtocol: {}, " + port + "}");
  EXPECT_EQ(Policy(budget, 80).retry_budget, std::nullopt);
  EXPECT_EQ(Policy(budget, 80).proxy_protocol, std::nullopt);
  EXPECT_TRUE(Policy(budget, 81).retry_budget.has_value());
  EXPECT_TRUE(Policy(budget, 81).proxy_protocol.has_value());
  const DestinationRule tunnel =
      Rule("trafficPolicy: {tunnel: {targetHost: x, targetPort: 1}, " + port + "}");
  EXPECT_EQ(Policy(tunnel, 80).tunnel, std::nullopt);
  EXPECT_EQ(Policy(tunnel, 81).tunnel->target_host, "x");
}

TEST(ResolvePolicy, ASubsetsOwnTunnelGoesWithItsPortEntry) {
  const DestinationRule rule = Rule(
      "trafficPolicy: {tunnel: {targetHost: top, targetPort: 1}}\n"
      "subsets: [{name: v1, trafficPolicy: {tunnel: {targetHost: own, targetPort: 1}, "
      "portLevelSettings: [{port: {number: 80}, tls: {}}]}}]");
  EXPECT_EQ(Policy(rule, 80, "v1").tunnel->target_host, "top");
  EXPECT_EQ(Policy(rule, 81, "v1").tunnel->target_host, "own");
}

TEST(ResolvePolicy, TheFirstEntryOfAPortCounts) {
  const DestinationRule rule = Rule(
      "trafficPolicy: {portLevelSettings: "
      "[{port: {number: 80}, loadBalancer: {simple: RANDOM}}, {port: {number: 80}, tls: {}}]}");
  EXPECT_EQ(Policy(rule, 80).load_balancer->simple, Simple::kRandom);
  EXPECT_EQ(Policy(rule, 80).tls, std::nullopt);
}

TEST(ResolvePolicy, MeshDefaultsFillBlocksThatAreMissing) {
  MeshOptions mesh;
  mesh.default_connection_pool.emplace().tcp.emplace().max_connections = 3;
  mesh.default_outlier_detection.emplace().consecutive_5xx_errors = 9;
  EXPECT_EQ(ResolvePolicy(nullptr, 80, nullptr, mesh).connection_pool->tcp->max_connections, 3);
  EXPECT_EQ(ResolvePolicy(nullptr, 80, nullptr, mesh).outlier_detection->consecutive_5xx_errors,
            9U);
  EXPECT_EQ(ResolvePolicy(nullptr, 80, nullptr, MeshOptions()), EffectivePolicy());

  const DestinationRule rule = Rule(
      "trafficPolicy: {outlierDetection: {consecutive5xxErrors: 1}, portLevelSettings: "
      "[{port: {number: 80}, tls: {}}]}\n"
      "subsets: [{name: v1, trafficPolicy: {portLevelSettings: [{port: {number: 80}, tls: {}}]}}]");
  EXPECT_EQ(Policy(rule, 81, "", mesh).outlier_detection->consecutive_5xx_errors, 1U);
  EXPECT_EQ(Policy(rule, 81, "", mesh).connection_pool->tcp->max_connections, 3);
  EXPECT_EQ(Policy(rule, 80, "", mesh).outlier_detection->consecutive_5xx_errors, 9U);
  // The subset's port entry comes after the defaults, and wipes them too.
  EXPECT_EQ(Policy(rule, 80, "v1", mesh).outlier_detection, std::nullopt);
}

TEST(ResolvePolicy, ASubsetWithoutAPolicyIsTheHost) {
  const DestinationRule rule =
      Rule("trafficPolicy: {loadBalancer: {simple: RANDOM}}\nsubsets: [{name: v1}]");
  EXPECT_EQ(Policy(rule, 80, "v1"), Policy(rule, 80));
  const DestinationRule bare =
      Rule("subsets: [{name: v1, trafficPolicy: {loadBalancer: {simple: RANDOM}}}]");
  EXPECT_EQ(Policy(bare, 80, "v1").load_balancer->simple, Simple::kRandom);
  EXPECT_EQ(Policy(bare, 80), EffectivePolicy());
}

const ConsistentHash* HashKey(const DestinationRule* rule, const Subset* subset,
                              std::optional<uint32_t> port) {
  return ResolveHashKey(rule, subset, port, MeshOptions::DestinationRuleMerging::kIstio);
}

std::string KeyOf(const ConsistentHash* hash) {
  return hash == nullptr ? "none" : hash->http_header_name.value_or("no header");
}

TEST(ResolveHashKey, PortOfTheSubsetThenSubsetThenPortThenRule) {
  const auto hash = [](const std::string& header) {
    return "loadBalancer: {consistentHash: {httpHeaderName: " + header + "}}";
  };
  const DestinationRule rule =
      Rule("trafficPolicy: {" + hash("top") + ", portLevelSettings: [{port: {number: 80}, " +
           hash("port") + "}, {port: {number: 81}, tls: {}}]}\n" +
           "subsets: [{name: v1, trafficPolicy: {" + hash("subset") +
           ", portLevelSettings: [{port: {number: 80}, " + hash("subset-port") + "}]}}, " +
           "{name: v2, trafficPolicy: {loadBalancer: {simple: RANDOM}}}]");
  const Subset* const v1 = DestinationRules::FindSubset(&rule, "v1");
  const Subset* const v2 = DestinationRules::FindSubset(&rule, "v2");
  EXPECT_EQ(KeyOf(HashKey(&rule, v1, 80)), "subset-port");
  EXPECT_EQ(KeyOf(HashKey(&rule, v1, 81)), "subset");
  EXPECT_EQ(KeyOf(HashKey(&rule, v1, std::nullopt)), "subset");
  EXPECT_EQ(KeyOf(HashKey(&rule, nullptr, 80)), "port");
  EXPECT_EQ(KeyOf(HashKey(&rule, nullptr, std::nullopt)), "top");
  // Unlike the balancer the key falls through a level that sets none.
  EXPECT_EQ(KeyOf(HashKey(&rule, nullptr, 81)), "top");
  EXPECT_EQ(KeyOf(HashKey(&rule, v2, 80)), "port");
  EXPECT_EQ(KeyOf(HashKey(&rule, v2, std::nullopt)), "top");
}

TEST(ResolveHashKey, NoneWithoutAConsistentHash) {
  EXPECT_EQ(HashKey(nullptr, nullptr, 80), nullptr);
  const DestinationRule rule = Rule("trafficPolicy: {loadBalancer: {simple: RANDOM}}");
  EXPECT_EQ(HashKey(&rule, nullptr, 80), nullptr);
}

TEST(ResolvePolicy, TheMeshsConnectTimeoutStandsWhereTheRuleHasNone) {
  MeshOptions mesh;
  mesh.connect_timeout = std::chrono::seconds(3);
  const DestinationRule rule = Rule(
      "trafficPolicy: {connectionPool: {tcp: {maxConnections: 5}}}\n"
      "subsets: [{name: v1, trafficPolicy: {connectionPool: {tcp: {connectTimeout: 10s}}}},\n"
      "  {name: v2, trafficPolicy: {connectionPool: {http: {}}}}]");
  EXPECT_EQ(Policy(rule, 80, "", mesh).connection_pool->tcp->connect_timeout,
            std::chrono::seconds(3));
  EXPECT_EQ(Policy(rule, 80, "", mesh).connection_pool->tcp->max_connections, 5);
  EXPECT_EQ(Policy(rule, 80, "v1", mesh).connection_pool->tcp->connect_timeout,
            std::chrono::seconds(10));
  EXPECT_EQ(Policy(rule, 80, "v2", mesh).connection_pool->tcp->connect_timeout,
            std::chrono::seconds(3));
  EXPECT_EQ(ResolvePolicy(nullptr, 80, nullptr, mesh).connection_pool->tcp->connect_timeout,
            std::chrono::seconds(3));
  EXPECT_EQ(ResolvePolicy(nullptr, 80, nullptr, {}).connection_pool, std::nullopt);
}

TEST(ResolvePolicy, KeepaliveAttributesStandOverTheMeshsOneByOne) {
  MeshOptions mesh;
  mesh.tcp_keepalive = TcpKeepalive{3, std::chrono::seconds(60), std::nullopt};
  const DestinationRule rule = Rule(
      "trafficPolicy: {connectionPool: {tcp: {tcpKeepalive: {time: 5s, interval: 7s}}}}\n"
      "subsets: [{name: v1, trafficPolicy: {connectionPool: {tcp: {tcpKeepalive: {}}}}},\n"
      "  {name: v2, trafficPolicy: {connectionPool: {tcp: {}}}}]");
  const TcpKeepalive merged{3, std::chrono::seconds(5), std::chrono::seconds(7)};
  EXPECT_EQ(Policy(rule, 80, "", mesh).connection_pool->tcp->tcp_keepalive, merged);
  EXPECT_EQ(Policy(rule, 80, "v1", mesh).connection_pool->tcp->tcp_keepalive, mesh.tcp_keepalive);
  EXPECT_EQ(Policy(rule, 80, "v2", mesh).connection_pool->tcp->tcp_keepalive, mesh.tcp_keepalive);
  EXPECT_EQ(Policy(rule, 80, "v1").connection_pool->tcp->tcp_keepalive, TcpKeepalive());
  EXPECT_EQ(Policy(rule, 80, "v2").connection_pool->tcp->tcp_keepalive, std::nullopt);
}

}  // namespace
}  // namespace meshroute
