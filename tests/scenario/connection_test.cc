// SPDX-License-Identifier: Apache-2.0
// Connections of the caller's own, from YAML to an endpoint.
#include <gmock/gmock.h>

#include <string>

#include "meshroute/call/connection_target.h"
#include "tests/scenario/scenario.h"

namespace meshroute {
namespace {

using Verdict = ConnectionTarget::Verdict;

class ConnectionScenario : public ScenarioTest {
 protected:
  static constexpr std::string_view kMongo = R"(
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: mongo}
spec:
  hosts: [mongo.default.svc.cluster.local]
  ports: [{number: 27017, name: mongo, protocol: MONGO}, {number: 443, name: tls, protocol: TLS}]
  resolution: STATIC
  endpoints:
  - {address: 10.0.2.1, labels: {version: v1}}
  - {address: 10.0.2.2, labels: {version: v2}}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: redis}
spec:
  hosts: [redis.default.svc.cluster.local]
  ports: [{number: 6379, name: redis, protocol: REDIS}]
  resolution: STATIC
  endpoints: [{address: 10.0.3.1}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: mongo}
spec:
  host: mongo
  subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: mongo}
spec:
  hosts: [mongo]
  tcp:
  - match: [{port: 27017}]
    route:
    - {destination: {host: mongo, subset: v1}, weight: 75}
    - {destination: {host: mongo, subset: v2}, weight: 25}
  tls:
  - match: [{port: 443, sniHosts: [mongo]}]
    route: [{destination: {host: nowhere}}]
)";
};

TEST_F(ConnectionScenario, ConnectionsAreDrawnToVersionsAndTheirEndpoints) {
  Load(kMongo);
  const std::pair<uint64_t, std::string> draws[] = {{74, "10.0.2.1:27017"}, {75, "10.0.2.2:27017"}};
  for (const auto& [draw, address] : draws) {
    random_.Append({draw});
    const ConnectionTarget target = router_.MatchConnection({.host = "mongo", .port = 27017});
    ASSERT_EQ(target.verdict, Verdict::kPool);
    const absl::StatusOr<Lease> lease = target.pool->Acquire();
    ASSERT_TRUE(lease.ok());
    EXPECT_EQ(lease->endpoint().address(), address);
  }
}

TEST_F(ConnectionScenario, EachRefusalHasItsFlag) {
  Load(kMongo);
  const ConnectionTarget no_route = router_.MatchConnection({.host = "mongo", .port = 443});
  EXPECT_EQ(no_route.verdict, Verdict::kRefused);
  EXPECT_EQ(no_route.flags.ToString(), "NR");
  const ConnectionTarget no_cluster =
      router_.MatchConnection({.host = "mongo", .port = 443, .sni = "mongo"});
  EXPECT_EQ(no_cluster.verdict, Verdict::kRefused);
  EXPECT_EQ(no_cluster.flags.ToString(), "NC");
  EXPECT_EQ(no_cluster.destination(), "");
}

TEST_F(ConnectionScenario, AnUnknownHostIsDialledUnlessTheMeshForbidsIt) {
  Load(kMongo);
  const ConnectionView unknown{.host = "db.example.com", .port = 5432};
  EXPECT_EQ(router_.MatchConnection(unknown).verdict, Verdict::kAsDialled);
  RouterOptions options;
  options.mesh.outbound_traffic_policy = MeshOptions::OutboundTrafficPolicy::kRegistryOnly;
  Router strict(options);
  const ConnectionTarget target = strict.MatchConnection(unknown);
  EXPECT_EQ(target.verdict, Verdict::kRefused);
  EXPECT_TRUE(target.flags.empty());
}

TEST_F(ConnectionScenario, ATargetOutlivesAnUpdate) {
  Load(kMongo);
  const ConnectionTarget target = router_.MatchConnection({.host = "redis", .port = 6379});
  ASSERT_EQ(target.verdict, Verdict::kPool);
  Load("");
  EXPECT_EQ(target.destination(), "outbound|6379||redis.default.svc.cluster.local");
  EXPECT_EQ(target.match.route->origin, "default route of redis.default.svc.cluster.local");
  const absl::StatusOr<Lease> lease = target.pool->Acquire();
  ASSERT_TRUE(lease.ok());
  EXPECT_EQ(lease->endpoint().address(), "10.0.3.1:6379");
}

}  // namespace
}  // namespace meshroute
