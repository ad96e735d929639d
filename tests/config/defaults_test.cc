// SPDX-License-Identifier: Apache-2.0
// The defaults of Istio's reference stand in the structs, and a field that is
// not written keeps its default.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "meshroute/config/mesh_options.h"
#include "tests/config/load.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;

TEST(DefaultsTest, OutlierDetection) {
  const Loaded loaded = Loaded::Spec("DestinationRule", "trafficPolicy: {outlierDetection: {}}");
  const OutlierDetection& read =
      *loaded.resources().destination_rules.at(0).traffic_policy->outlier_detection;
  EXPECT_EQ(read.consecutive_5xx_errors, 5U);
  EXPECT_EQ(read.consecutive_gateway_errors, 0U);
  EXPECT_EQ(read.consecutive_local_origin_failures, std::nullopt);
  EXPECT_FALSE(read.split_external_local_origin_errors);
  EXPECT_EQ(read.interval, 10s);
  EXPECT_EQ(read.base_ejection_time, 30s);
  EXPECT_EQ(read.max_ejection_percent, 0);
  EXPECT_EQ(read.min_health_percent, 0);
}

TEST(DefaultsTest, ConnectionPool) {
  const Loaded loaded =
      Loaded::Spec("DestinationRule", "trafficPolicy: {connectionPool: {tcp: {}, http: {}}}");
  const ConnectionPoolSettings& read =
      *loaded.resources().destination_rules.at(0).traffic_policy->connection_pool;
  EXPECT_EQ(read.tcp->max_connections, 0);
  EXPECT_EQ(read.tcp->connect_timeout, std::nullopt);  // The mesh's:
  EXPECT_EQ(MeshOptions().connect_timeout, 10s);
  EXPECT_EQ(read.tcp->idle_timeout, std::nullopt);
  EXPECT_EQ(read.tcp->tcp_keepalive, std::nullopt);
  EXPECT_EQ(read.http->http1_max_pending_requests, 0);
  EXPECT_EQ(read.http->max_retries, 0);
  EXPECT_EQ(read.http->h2_upgrade_policy, HttpSettings::H2UpgradePolicy::kDefault);
}

TEST(DefaultsTest, Rule) {
  const Loaded loaded =
      Loaded::Spec("VirtualService",
                   "http: [{retries: {}, redirect: {}, route: [{destination: {}}], match: [{}]}]");
  const HttpRoute& read = loaded.resources().virtual_services.at(0).http.at(0);
  EXPECT_EQ(read.timeout, std::nullopt);
  EXPECT_EQ(read.retries->attempts, 0);
  EXPECT_EQ(read.retries->per_try_timeout, std::nullopt);
  EXPECT_EQ(read.retries->retry_on, "");
  EXPECT_EQ(read.redirect->redirect_code, 0U);
  EXPECT_EQ(read.route.at(0).weight, 0);
  EXPECT_EQ(read.route.at(0).destination->port, std::nullopt);
  EXPECT_FALSE(read.match.at(0).ignore_uri_case);
  EXPECT_EQ(read.mirror_percentage, std::nullopt);
}

TEST(DefaultsTest, TheRestOfTheKinds) {
  const Loaded entry = Loaded::Spec("ServiceEntry", "ports: [{}]\nendpoints: [{}]");
  const ServiceEntry& read = entry.resources().service_entries.at(0);
  EXPECT_EQ(read.location, ServiceEntry::Location::kMeshExternal);
  EXPECT_EQ(read.resolution, ServiceEntry::Resolution::kNone);
  EXPECT_EQ(read.endpoints.at(0).weight, 0U);
  EXPECT_EQ(read.ports.at(0).target_port, 0U);
  const Loaded rule = Loaded::Spec(
      "DestinationRule",
      "trafficPolicy: {loadBalancer: {}, tls: {}, proxyProtocol: {}, retryBudget: {}}");
  const TrafficPolicy& policy = *rule.resources().destination_rules.at(0).traffic_policy;
  EXPECT_EQ(policy.load_balancer->simple, std::nullopt);
  EXPECT_EQ(policy.tls->mode, ClientTlsSettings::Mode::kDisable);
  EXPECT_EQ(policy.proxy_protocol->version, ProxyProtocol::Version::kV1);
  EXPECT_EQ(policy.retry_budget->percent, std::nullopt);
}

}  // namespace
}  // namespace meshroute
