// SPDX-License-Identifier: Apache-2.0
// DestinationRule trafficPolicy.loadBalancer.{localityLbSetting,zoneAwareLbSetting,warmup}
// and their mesh-wide kin: a policy, a client, endpoints, and what becomes of each. A row's
// name is the path of the field that it is about.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "lib/upstream/slow_start.h"
#include "meshroute/config/destination_rules.h"
#include "meshroute/router.h"
#include "meshroute/testing/scripted_random.h"
#include "meshroute/testing/virtual_clock.h"
#include "tests/conformance/conformance.h"

namespace meshroute {
namespace {

struct LocalityRow {
  const char* field;
  std::string policy;                  // Members of `trafficPolicy`.
  std::string client;                  // "locality | label: value, ..."
  std::vector<std::string> endpoints;  // Members of each.

  // The priority of each endpoint, '-' where it gets nothing; of each locality that is
  // chosen by weight "[priority locality=weight]".
  std::string expected;

  // Of the mesh.
  std::function<void(MeshOptions&)> mesh = [](MeshOptions&) {};
};

void PrintTo(const LocalityRow& row, std::ostream* out) { *out << row.field; }

template <typename Row>
std::string NameOfRow(const testing::TestParamInfo<Row>& info) {
  std::string name = info.param.field;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name + "_" + std::to_string(info.index);
}

ClientIdentity ClientOf(const std::string& text) {
  const auto parts = ConformanceRequest::Split(text, " | ");
  ClientIdentity client;
  client.locality = parts[0];
  for (const std::string_view pair : parts.size() < 2 ? std::vector<std::string_view>()
                                                      : ConformanceRequest::Split(parts[1], ", ")) {
    const size_t colon = pair.find(": ");
    client.labels.emplace(pair.substr(0, colon), pair.substr(colon + 2));
  }
  return client;
}

std::string AddressOf(size_t index) { return "10.0.0." + std::to_string(index + 1); }

ValidatedConfig Load(const std::string& policy, const std::vector<std::string>& endpoints) {
  std::string list;
  for (size_t i = 0; i < endpoints.size(); ++i) {
    list += "- {address: " + AddressOf(i) + ", " + endpoints[i] + "}\n";
  }
  const std::string yaml =
      Object("DestinationRule", "default/r", "host: s\ntrafficPolicy: {" + policy + "}") +
      Object("ServiceEntry", "default/s",
             "hosts: [s.default.svc.cluster.local]\nresolution: STATIC\n"
             "ports: [{number: 80, name: http, protocol: HTTP}]\nendpoints:\n" +
                 list);
  ResourceLoader loader({});
  AddYaml({"test.yaml", yaml}, loader);
  absl::StatusOr<ValidatedConfig> config = loader.Finish();
  EXPECT_TRUE(config.ok()) << config.status() << yaml;
  return config.ok() ? *std::move(config) : ValidatedConfig();
}

std::string PlacesIn(const Decision::Pool& pool, size_t endpoints) {
  std::string text;
  for (size_t i = 0; i < endpoints; ++i) {
    std::string priority = "-";
    for (const Decision::EndpointInfo& endpoint : pool.endpoints) {
      if (endpoint.address != AddressOf(i) + ":80") continue;
      priority = std::to_string(endpoint.priority);
    }
    text += (text.empty() ? "" : " ") + priority;
  }
  for (const Decision::PriorityShare& share : pool.priorities) {
    for (const Decision::PriorityShare::Locality& locality : share.localities) {
      if (locality.weight == 0) continue;
      text += " [" + std::to_string(share.priority) + " " + locality.name + "=" +
              std::to_string(locality.weight) + "]";
    }
  }
  return text;
}

class LocalityConformance : public testing::TestWithParam<LocalityRow> {};

TEST_P(LocalityConformance, Holds) {
  const LocalityRow& row = GetParam();
  RouterOptions options;
  options.client = ClientOf(row.client);
  row.mesh(options.mesh);
  Router router(options);
  router.Apply(Load(row.policy, row.endpoints));
  const Decision decision = router.Explain({.authority = "s", .path = "/"});
  ASSERT_TRUE(decision.pool.has_value());
  EXPECT_EQ(PlacesIn(*decision.pool, row.endpoints.size()), row.expected) << row.policy << "\n"
                                                                          << decision.ToText();
}

const std::vector<std::string> kPlaces{"locality: us/a/1", "locality: us/a/2", "locality: us/b/1",
                                       "locality: eu/a/1", "locality: ap/a/1"};

// One that has nothing to do with localities.
const std::string kNoPolicy = "connectionPool: {tcp: {maxConnections: 9}}";

std::string Locality(const std::string& members) {
  return "outlierDetection: {}, loadBalancer: {localityLbSetting: {" + members + "}}";
}

std::string ZoneAware(const std::string& members) {
  return "outlierDetection: {}, loadBalancer: {zoneAwareLbSetting: {" + members + "}}";
}

const LocalityRow kEnabled[] = {
    {"loadBalancer.localityLbSetting", "outlierDetection: {}", "us/a/1", kPlaces, "0 1 2 3 3"},
    {"loadBalancer.localityLbSetting", kNoPolicy, "us/a/1", kPlaces, "0 0 0 0 0"},
    {"loadBalancer.localityLbSetting", "outlierDetection: {}", "", kPlaces, "0 0 0 0 0"},
    {"localityLbSetting.enabled", Locality("enabled: true"), "us/a/1", kPlaces, "0 1 2 3 3"},
    {"localityLbSetting.enabled", Locality("enabled: false"), "us/a/1", kPlaces, "0 0 0 0 0"},
    {"localityLbSetting.enabled",
     Locality("enabled: false, distribute: [{from: us, to: {eu: 100}}]"), "us/a/1", kPlaces,
     "0 0 0 0 0"},
};
INSTANTIATE_TEST_SUITE_P(Enabled, LocalityConformance, testing::ValuesIn(kEnabled),
                         NameOfRow<LocalityRow>);

std::string Distribute(const std::string& from, const std::string& to) {
  return "loadBalancer: {localityLbSetting: {distribute: [{from: '" + from + "', to: {" + to +
         "}}]}}";
}

const std::string kDown = "locality: eu/a/1, labels: {x: '1'}";

const LocalityRow kDistribute[] = {
    {"localityLbSetting.distribute.from", Distribute("us/a/1", "us: 100"), "us/a/1", kPlaces,
     "0 0 0 - - [0 us/a/1=34] [0 us/a/2=34] [0 us/b/1=34]"},
    {"localityLbSetting.distribute.from", Distribute("us/a", "eu: 100"), "us/a/1", kPlaces,
     "- - - 0 -"},
    {"localityLbSetting.distribute.from", Distribute("us/a/*", "eu: 100"), "us/a/1", kPlaces,
     "- - - 0 -"},
    {"localityLbSetting.distribute.from", Distribute("*", "eu: 100"), "us/a/1", kPlaces,
     "- - - 0 -"},
    {"localityLbSetting.distribute.from", Distribute("*", "eu: 100"), "", kPlaces, "- - - 0 -"},
    {"localityLbSetting.distribute.from",
     Distribute("us/b", "eu: 100"),
     "us/a/1",
     {kPlaces[0], kPlaces[3]},
     "0 0 [0 us/a/1=1] [0 eu/a/1=1]"},
    {"localityLbSetting.distribute.from",
     "loadBalancer: {localityLbSetting: {distribute: [{from: us/a/1, to: {eu: 100}}, {from: us/b, "
     "to: {ap: 100}}]}}",
     "us/b/7", kPlaces, "- - - - 0"},
    {"localityLbSetting.distribute.to", Distribute("us", "us/a/1: 70, us/a/2: 20, us/b/1: 10"),
     "us/a/1", kPlaces, "0 0 0 - - [0 us/a/1=70] [0 us/a/2=20] [0 us/b/1=10]"},
    {"localityLbSetting.distribute.to",
     Distribute("us", "'us/a/*': 80, eu: 20"),
     "us/a/1",
     {"locality: us/a/1, weight: 3", "locality: us/a/2", kPlaces[3]},
     "0 0 0 [0 us/a/1=60] [0 eu/a/1=20] [0 us/a/2=20]"},
    // Rounded up: 80 * 1 / 3 and 80 * 2 / 3.
    {"localityLbSetting.distribute.to",
     Distribute("us", "'us/*': 80, eu: 20"),
     "us/a/1",
     {"locality: us/a/1", "locality: us/b/1, weight: 2", kPlaces[3]},
     "0 0 0 [0 us/a/1=27] [0 eu/a/1=20] [0 us/b/1=54]"},
    {"localityLbSetting.distribute",
     Locality("distribute: [{from: us, to: {us: 50, eu: 50}}], failoverPriority: [x]"),
     "us/a/1 | x: '1'",
     {kPlaces[0], kDown},
     "0 0 [0 us/a/1=50] [0 eu/a/1=50]"},
};
INSTANTIATE_TEST_SUITE_P(Distribute, LocalityConformance, testing::ValuesIn(kDistribute),
                         NameOfRow<LocalityRow>);

const LocalityRow kFailover[] = {
    {"localityLbSetting.failover", Locality("failover: [{from: us, to: ap}]"), "us/a/1", kPlaces,
     "0 1 2 4 3"},
    {"localityLbSetting.failover.from",
     Locality("failover: [{from: eu, to: ap}]"),
     "us/a/1",
     {kPlaces[0], kPlaces[3], kPlaces[4]},
     "0 1 1 [1 ap/a/1=1] [1 eu/a/1=1]"},
    {"localityLbSetting.failover.to",
     Locality("failover: [{from: us, to: sa}]"),
     "us/a/1",
     {kPlaces[0], kPlaces[3]},
     "0 1"},
    {"localityLbSetting.failover",
     "loadBalancer: {localityLbSetting: {failover: [{from: us, to: ap}]}}", "us/a/1", kPlaces,
     "0 0 0 0 0"},
    {"localityLbSetting.failover",
     Locality("failover: [{from: us, to: ap}]"),
     "us/a/1",
     {"locality: eu/a, weight: 3", "locality: eu/b"},
     "0 0 [0 eu/a=3] [0 eu/b=1]"},
};
INSTANTIATE_TEST_SUITE_P(Failover, LocalityConformance, testing::ValuesIn(kFailover),
                         NameOfRow<LocalityRow>);

const std::vector<std::string> kLabelled{
    "labels: {rack: '7', version: v1}", "labels: {rack: '7', version: v2}",
    "labels: {rack: '8', version: v1}", "labels: {version: v1}"};

const LocalityRow kFailoverPriority[] = {
    {"localityLbSetting.failoverPriority", Locality("failoverPriority: [rack, version]"),
     " | rack: 7, version: v1", kLabelled, "0 1 2 2"},
    {"localityLbSetting.failoverPriority", Locality("failoverPriority: [rack, version=v2]"),
     " | rack: 7, version: v1", kLabelled, "1 0 2 2"},
    // What is absent on both sides is equal.
    {"localityLbSetting.failoverPriority", Locality("failoverPriority: [rack]"), " | version: v1",
     kLabelled, "1 1 1 0"},
    {"localityLbSetting.failoverPriority", Locality("failoverPriority: [rack]"), "", kLabelled,
     "0 0 0 0"},
    {"localityLbSetting.failoverPriority",
     Locality("failoverPriority: [topology.kubernetes.io/region, topology.kubernetes.io/zone, "
              "topology.istio.io/subzone]"),
     "us/a/1",
     {kPlaces[0], kPlaces[1], kPlaces[2], kPlaces[3]},
     "0 1 2 3"},
    {"localityLbSetting.failoverPriority",
     Locality("failoverPriority: [topology.istio.io/network, rack]"),
     " | topology.istio.io/network: n1, rack: 7",
     {"network: n1, labels: {rack: '7'}", "network: n1", "network: n2, labels: {rack: '7'}",
      "network: n2"},
     "0 1 2 3"},
    {"localityLbSetting.failoverPriority",
     Locality("failoverPriority: [rack], failover: [{from: us, to: ap}]"),
     "us/a/1 | rack: 7",
     {"locality: eu, labels: {rack: '7'}", "locality: ap, labels: {rack: '7'}", "locality: us/a/1",
      "locality: ap"},
     "1 0 2 3"},
    {"localityLbSetting.failoverPriority",
     "loadBalancer: {localityLbSetting: {failoverPriority: [rack]}}", " | rack: 7", kLabelled,
     "0 0 0 0"},
};
INSTANTIATE_TEST_SUITE_P(FailoverPriority, LocalityConformance,
                         testing::ValuesIn(kFailoverPriority), NameOfRow<LocalityRow>);

const LocalityRow kZoneAware[] = {
    {"loadBalancer.zoneAwareLbSetting", ZoneAware(""), "us/a/1", kPlaces, "0 0 0 1 1"},
    {"loadBalancer.zoneAwareLbSetting", "loadBalancer: {zoneAwareLbSetting: {}}", "us/a/1", kPlaces,
     "0 0 0 0 0"},
    {"zoneAwareLbSetting.enabled", ZoneAware("enabled: false"), "us/a/1", kPlaces, "0 0 0 0 0",
     [](MeshOptions& mesh) { mesh.zone_aware_lb_setting.emplace(); }},
    {"zoneAwareLbSetting.failover", ZoneAware("failover: [{from: us, to: ap}]"), "us/a/1", kPlaces,
     "0 0 0 2 1"},
    {"zoneAwareLbSetting.failoverPriority",
     ZoneAware("failoverPriority: [rack]"),
     "us/a/1 | rack: 7",
     {"locality: us/a/1", "locality: eu, labels: {rack: '7'}", "locality: eu"},
     "1 0 2"},
};
INSTANTIATE_TEST_SUITE_P(ZoneAware, LocalityConformance, testing::ValuesIn(kZoneAware),
                         NameOfRow<LocalityRow>);

const LocalityRow kMesh[] = {
    {"MeshConfig.localityLbSetting", "outlierDetection: {}", "us/a/1", kPlaces, "0 1 2 4 3",
     [](MeshOptions& mesh) {
       mesh.locality_lb_setting->failover = {{"us", "ap"}};
     }},
    {"MeshConfig.localityLbSetting", "outlierDetection: {}", "us/a/1", kPlaces, "0 0 0 0 0",
     [](MeshOptions& mesh) { mesh.locality_lb_setting->enabled = false; }},
    // A rule's own object replaces it whole.
    {"MeshConfig.localityLbSetting", Locality(""), "us/a/1", kPlaces, "0 1 2 3 3",
     [](MeshOptions& mesh) {
       mesh.locality_lb_setting->failover = {{"us", "ap"}};
     }},
    // A loadBalancer without either is none of its own.
    {"MeshConfig.localityLbSetting", "outlierDetection: {}, loadBalancer: {simple: RANDOM}",
     "us/a/1", kPlaces, "0 1 2 4 3",
     [](MeshOptions& mesh) {
       mesh.locality_lb_setting->failover = {{"us", "ap"}};
     }},
    {"MeshConfig.zoneAwareLbSetting", "outlierDetection: {}", "us/a/1", kPlaces, "0 0 0 1 1",
     [](MeshOptions& mesh) { mesh.zone_aware_lb_setting.emplace(); }},
    {"MeshConfig.zoneAwareLbSetting", Locality("enabled: true"), "us/a/1", kPlaces, "0 1 2 3 3",
     [](MeshOptions& mesh) { mesh.zone_aware_lb_setting.emplace(); }},
    {"MeshConfig.defaultTrafficPolicy.outlierDetection", kNoPolicy, "us/a/1", kPlaces, "0 1 2 3 3",
     [](MeshOptions& mesh) { mesh.default_outlier_detection.emplace(); }},
};
INSTANTIATE_TEST_SUITE_P(Mesh, LocalityConformance, testing::ValuesIn(kMesh),
                         NameOfRow<LocalityRow>);

const LocalityRow kWorkloads[] = {
    {"endpoints.locality",
     "outlierDetection: {}",
     "us/a",
     {"locality: us/a", "labels: {topology.istio.io/locality: us.a}",
      "labels: {istio-locality: us.b}", "labels: {istio-locality: eu}",
      "locality: eu, labels: {istio-locality: us.a}"},
     "0 0 1 2 2"},
    {"endpoints.weight",
     Locality("failover: [{from: us, to: ap}]"),
     "us/a/1",
     {"locality: eu/a, weight: 0", "locality: eu/a, weight: 4", "locality: eu/b"},
     "0 0 0 [0 eu/a=5] [0 eu/b=1]"},
};
INSTANTIATE_TEST_SUITE_P(Workloads, LocalityConformance, testing::ValuesIn(kWorkloads),
                         NameOfRow<LocalityRow>);

// Of an endpoint that is as old as `age`, what part of its weight it has, in thousandths.
struct WarmupRow {
  const char* field;
  std::string balancer;  // Members of `loadBalancer`.
  std::chrono::seconds age;
  int thousandths;
};

void PrintTo(const WarmupRow& row, std::ostream* out) { *out << row.field; }

class WarmupConformance : public testing::TestWithParam<WarmupRow> {};

TEST_P(WarmupConformance, Holds) {
  const WarmupRow& row = GetParam();
  const ValidatedConfig config = Load("loadBalancer: {" + row.balancer + "}", {"weight: 1"});
  const DestinationRules rules(config, ClientIdentity(), MeshOptions());
  const EffectivePolicy policy = ResolvePolicy(rules.Find("s.default.svc.cluster.local", "default"),
                                               80, nullptr, MeshOptions());
  VirtualClock clock;
  clock.Advance(std::chrono::hours(1));
  const Endpoint endpoint{EndpointSpec()};
  endpoint.state().first_seen = clock.Now() - row.age;
  const SlowStart slow_start(policy.load_balancer.value_or(LoadBalancerSettings()), clock);
  EXPECT_NEAR(slow_start.FactorOf(endpoint, clock.Now()), row.thousandths / 1000.0, 1e-12);
}

const WarmupRow kWarmups[] = {
    {"loadBalancer.warmup", "simple: ROUND_ROBIN", std::chrono::seconds(0), 1000},
    {"loadBalancer.warmup.duration", "warmup: {duration: 60s}", std::chrono::seconds(30), 500},
    {"loadBalancer.warmup.duration", "warmup: {duration: 60s}", std::chrono::seconds(60), 1000},
    {"loadBalancer.warmup.minimumPercent", "warmup: {duration: 60s}", std::chrono::seconds(1), 100},
    {"loadBalancer.warmup.minimumPercent", "warmup: {duration: 60s, minimumPercent: 40}",
     std::chrono::seconds(1), 400},
    {"loadBalancer.warmup.aggression", "warmup: {duration: 100s, aggression: 2}",
     std::chrono::seconds(25), 500},
    {"loadBalancer.warmup.aggression", "warmup: {duration: 100s, aggression: 0.5}",
     std::chrono::seconds(50), 250},
    {"loadBalancer.warmupDurationSecs", "warmupDurationSecs: 60s", std::chrono::seconds(30), 500},
    {"loadBalancer.warmupDurationSecs", "warmupDurationSecs: 60s, warmup: {duration: 40s}",
     std::chrono::seconds(30), 750},
};
INSTANTIATE_TEST_SUITE_P(Warmup, WarmupConformance, testing::ValuesIn(kWarmups),
                         NameOfRow<WarmupRow>);

}  // namespace
}  // namespace meshroute
