// SPDX-License-Identifier: Apache-2.0
// ConnectionTable agrees with a naive reading of `tls` and `tcp` rules on random
// configurations.
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "meshroute/base/random_source.h"
#include "meshroute/config/destination_rules.h"
#include "meshroute/config/services.h"
#include "meshroute/config/validated_config.h"
#include "meshroute/routing/route_table.h"
#include "tests/oracle/connection_naive.h"

namespace meshroute {
namespace {

constexpr const char* kServices[] = {"a.default.svc.cluster.local", "b.default.svc.cluster.local",
                                     "api.example.com", "*.example.com"};

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  bool Chance(uint64_t percent) { return random_.Below(100) < percent; }
  uint64_t Below(uint64_t bound) { return random_.Below(bound); }
  std::string OneOf(std::initializer_list<const char*> texts) {
    return *(texts.begin() + random_.Below(texts.size()));
  }

  ServiceEntry Service(const std::string& host, size_t number) {
    ServiceEntry entry;
    entry.metadata.name = "se" + std::to_string(number);
    entry.metadata.namespace_name = "default";
    entry.hosts = {host};
    entry.resolution = ServiceEntry::Resolution::kNone;
    for (uint32_t port = 80; port < 83; ++port) {
      if (!entry.ports.empty() && Chance(50)) continue;
      ServicePort& added = entry.ports.emplace_back();
      added.number = port;
      added.name = "p" + std::to_string(port);
      added.protocol = OneOf({"TLS", "HTTPS", "TCP", "MONGO", "", "HTTP", "UDP"});
    }
    return entry;
  }

  VirtualService Rules(size_t number) {
    VirtualService service;
    service.metadata.name = "vs" + std::to_string(number);
    service.metadata.namespace_name = OneOf({"default", "other"});
    service.hosts = {OneOf({"a", "*.cluster.local", "*.example.com", "api.example.com",
                            "x.example.com", "*.api.example.com"})};
    for (uint64_t i = Below(3); i > 0; --i) service.tls.push_back(Tls(service.hosts[0]));
    for (uint64_t i = Below(3); i > 0; --i) service.tcp.push_back(Tcp());
    if (service.tls.empty() && service.tcp.empty()) service.tcp.push_back(Tcp());
    return service;
  }

  std::string Address() {
    return OneOf({"", "10.0.0.1", "10.1.0.1", "10.1.2.3", "192.0.2.1", "2001:db8::1", "::1"});
  }

 private:
  TlsRoute Tls(const std::string& host) {
    TlsRoute rule;
    for (uint64_t i = 1 + Below(2); i > 0; --i) {
      TlsMatchAttributes& block = rule.match.emplace_back();
      for (uint64_t names = 1 + Below(2); names > 0; --names) block.sni_hosts.push_back(Sni(host));
      Fill(block);
    }
    rule.route = Route();
    return rule;
  }

  // Some name inside `host`.
  std::string Sni(const std::string& host) {
    if (host == "*.example.com") {
      return OneOf({"*.example.com", "*.api.example.com", "X.example.com", "y.api.example.com"});
    }
    if (host == "*.cluster.local") return OneOf({"*.cluster.local", "s.cluster.local"});
    if (host == "*.api.example.com") return OneOf({"*.api.example.com", "y.api.example.com"});
    return host;
  }

  TcpRoute Tcp() {
    TcpRoute rule;
    for (uint64_t i = Below(3); i > 0; --i) Fill(rule.match.emplace_back());
    rule.route = Route();
    return rule;
  }

  template <typename Block>
  void Fill(Block& block) {
    for (uint64_t i = Chance(60) ? 1 + Below(2) : 0; i > 0; --i) {
      block.destination_subnets.push_back(
          OneOf({"10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "10.1.2.0/24", "0.0.0.0/0", "::/0",
                 "2001:db8::/32", "10.1.9.9/16"}));
    }
    if (Chance(25)) block.port = static_cast<uint32_t>(80 + Below(3));
    if (Chance(10)) block.source_labels["app"] = OneOf({"web", "other"});
    if (Chance(10)) block.source_namespace = OneOf({"default", "other"});
    if (Chance(10)) block.gateways = {OneOf({"mesh", "ns/edge"})};
  }

  // One destination that gets traffic, so that the answer is one text.
  std::vector<RouteDestination> Route() {
    std::vector<RouteDestination> route(1 + Below(2));
    for (RouteDestination& share : route) {
      share.destination.emplace();
      share.destination->host = OneOf({"a", "b", "api.example.com", "elsewhere.org"});
      if (Chance(20)) share.destination->port = PortSelector{81};
    }
    route[Below(route.size())].weight = 3;
    return route;
  }

  SeededRandom random_;
};

// The table's answer in the words of the naive one.
std::string AnswerOf(const RouteTable& table, const ConnectionView& connection) {
  const ConnectionMatch match = table.connections().Match(connection);
  if (!match.host_known) return "unknown";
  const std::string host(match.virtual_host);
  if (match.route == nullptr) return host + ": refused";
  const DestinationKey& key =
      table.destinations()[match.route->destinations.front().destination].key;
  return host + ": " + match.route->origin + " -> " + std::to_string(key.port) + " " + key.host;
}

void CompareConnections(uint64_t seed, int connections) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Generator generator(seed);
  Resources resources;
  for (size_t i = 0; i < seed % 5; ++i) resources.virtual_services.push_back(generator.Rules(i));
  for (size_t i = 0; i < std::size(kServices); ++i) {
    if (generator.Chance(60)) {
      resources.service_entries.push_back(generator.Service(kServices[i], i));
    }
  }
  ClientIdentity client;
  if (generator.Chance(50)) client.labels["app"] = "web";
  const MeshOptions mesh;
  const absl::StatusOr<ValidatedConfig> config = Validate(resources);
  ASSERT_TRUE(config.ok()) << config.status().ToString();
  const Services services(*config, client, mesh);
  const DestinationRules rules(*config, client, mesh);
  const auto table = RouteTable::Compile({*config, client, mesh, services, rules});
  const NaiveConnections naive(resources, client);
  for (int i = 0; i < connections && !testing::Test::HasFatalFailure(); ++i) {
    const std::string host = generator.OneOf(
        {"a.default.svc.cluster.local", "B.default.svc.cluster.local", "api.example.com",
         "x.example.com", "y.api.example.com", "example.com", "s.cluster.local", "elsewhere.org"});
    const std::string sni =
        generator.OneOf({"", "", "a", "x.example.com", "Y.api.example.com", "z.api.example.com",
                         "s.cluster.local", "api.example.com", "elsewhere.org"});
    const std::string address = generator.Address();
    const ConnectionView view{host, static_cast<uint32_t>(80 + generator.Below(4)), sni, address};
    ASSERT_EQ(AnswerOf(*table, view), naive.Match(view))
        << host << ":" << view.port << " sni " << sni << " at " << address;
  }
}

TEST(ConnectionOracleTest, TheRightRuleGovernsEachConnection) {
  for (uint64_t seed = 1; seed <= 3000 && !HasFatalFailure(); ++seed) CompareConnections(seed, 40);
}

}  // namespace
}  // namespace meshroute
