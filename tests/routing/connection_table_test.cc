// SPDX-License-Identifier: Apache-2.0
// Which `tls` or `tcp` rule governs a connection.
#include "meshroute/routing/connection_table.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/routing/mesh.h"

namespace meshroute {
namespace {

constexpr char kDomain[] = ".default.svc.cluster.local";

// A ServiceEntry for a short name with one port per "number protocol".
std::string Service(const std::string& name, const std::vector<std::string>& ports,
                    const std::string& more = "") {
  std::string spec = "location: MESH_INTERNAL\nresolution: STATIC\nhosts: [" + name + kDomain +
                     "]\n" + more + "ports:\n";
  for (const std::string& port : ports) {
    const std::string number = port.substr(0, port.find(' '));
    spec += "- {number: " + number + ", name: p" + number +
            ", protocol: " + port.substr(port.find(' ') + 1) + "}\n";
  }
  return Object("ServiceEntry", "default/" + name, spec);
}

std::string Rules(const std::string& spec, const std::string& identity = "default/vs",
                  const std::string& created = "") {
  return Object("VirtualService", identity, spec, created);
}

// "port|subset|host" of the first destination, and "tls", "tcp" or "default"; or
// "refused", or "unknown".
std::string Ask(const Mesh& mesh, const ConnectionView& connection) {
  const ConnectionMatch match = mesh.table().connections().Match(connection);
  if (!match.host_known) return "unknown";
  if (match.route == nullptr) return "refused";
  const char* const names[] = {"tls ", "tcp ", "default "};
  std::string name = mesh.Name(match.route->destinations.front().destination);
  const size_t domain = name.find(kDomain);
  if (domain != std::string::npos) name.resize(domain);
  return names[static_cast<int>(match.route->section)] + name;
}

std::string To(const std::string& host) { return "route: [{destination: {host: " + host + "}}]"; }

const std::string kServices = Service("a", {"443 TLS", "9000 TCP", "80 HTTP", "53 UDP"}) +
                              Service("b", {"443 TLS"}) + Service("c", {"443 HTTPS"}) +
                              Service("t", {"9000 TCP"}) + Service("u", {"9000 MONGO"});

TEST(ConnectionTableTest, AServiceWithoutRulesIsConnectedToItself) {
  const Mesh mesh(kServices);
  EXPECT_EQ(Ask(mesh, {.host = "a", .port = 443, .sni = "x.example"}), "default 443||a");
  EXPECT_EQ(Ask(mesh, {.host = "A.default", .port = 9000}), "default 9000||a");
  EXPECT_EQ(Ask(mesh, {.host = "b", .port = 1234}), "unknown");  // No such port.
  EXPECT_EQ(Ask(mesh, {.host = "nobody", .port = 443}), "unknown");
  // HTTP has rules of its own, UDP none.
  EXPECT_EQ(Ask(mesh, {.host = "a", .port = 80}), "unknown");
  EXPECT_EQ(Ask(mesh, {.host = "a", .port = 53}), "unknown");
}

TEST(ConnectionTableTest, ThePortsProtocolSaysWhichRulesCount) {
  const Mesh mesh(kServices +
                  Rules("hosts: [a]\ntls: [{match: [{sniHosts: [a]}], " + To("b") + "}]\ntcp: [{" +
                        To("t") + "}]\nhttp: [{route: [{destination: {host: u}}]}]"));
  EXPECT_EQ(Ask(mesh, {.host = "a", .port = 443, .sni = "a"}), "tls 443||b");
  EXPECT_EQ(Ask(mesh, {.host = "a", .port = 9000, .sni = "a"}), "tcp 9000||t");
  EXPECT_EQ(Ask(mesh, {.host = "a", .port = 80}), "unknown");
  // Nothing declares the port: the server name tells.
  EXPECT_EQ(Ask(mesh, {.host = "a", .port = 7, .sni = "a"}), "tls 443||b");
  EXPECT_EQ(Ask(mesh, {.host = "a", .port = 7}), "tcp 9000||t");
}

TEST(ConnectionTableTest, AnExactServerNameBeatsWildcardsAndLongerOnesShorter) {
  const Mesh mesh(
      Service("a", {"443 TLS"}, "") + Service("b", {"443 TLS"}) + Service("c", {"443 TLS"}) +
      Rules("hosts: ['*.example.com', '*.svc.cluster.local']\ntls:\n"
            "- match: [{sniHosts: ['*.example.com']}]\n  " +
            To("a") + "\n- match: [{sniHosts: ['*.b.example.com', deep.b.example.com]}]\n  " +
            To("b") + "\n- match: [{sniHosts: [X.b.example.com, x.example.com]}]\n  " + To("c")));
  const auto ask = [&mesh](std::string_view sni) {
    return Ask(mesh, {.host = "a", .port = 443, .sni = sni});
  };
  EXPECT_EQ(ask("x.b.example.com"), "tls 443||c");
  EXPECT_EQ(ask("X.B.Example.Com"), "tls 443||c");
  EXPECT_EQ(ask("y.b.example.com"), "tls 443||b");
  EXPECT_EQ(ask("b.example.com"), "tls 443||a");
  EXPECT_EQ(ask("y.example.com"), "tls 443||a");
  // Rules apply, so the service has no default route.
  EXPECT_EQ(ask("example.com"), "refused");
  EXPECT_EQ(ask(""), "refused");
  // Without a host the server name is the one that is dialled.
  EXPECT_EQ(Ask(mesh, {.port = 443, .sni = "y.b.example.com"}), "tls 443||b");
}

TEST(ConnectionTableTest, TheSmallestRangeIsChosenBeforeTheServerName) {
  const Mesh mesh(
      kServices +
      Rules("hosts: [a]\ntls:\n"
            "- match: [{sniHosts: [a], destinationSubnets: [10.0.0.0/8]}]\n  " +
            To("b") +
            "\n- match: [{sniHosts: [a], destinationSubnets: [10.1.0.0/16, '2001:db8::/32']}]"
            "\n  " +
            To("c") + "\n- match: [{sniHosts: [a]}]\n  " + To("a")));
  const auto ask = [&mesh](std::string_view address, std::string_view sni = "a") {
    return Ask(mesh, {.host = "a", .port = 443, .sni = sni, .destination_ip = address});
  };
  EXPECT_EQ(ask("10.1.2.3"), "tls 443||c");
  EXPECT_EQ(ask("10.2.2.3"), "tls 443||b");
  EXPECT_EQ(ask("2001:db8::1"), "tls 443||c");
  EXPECT_EQ(ask("192.0.2.1"), "tls 443||a");
  EXPECT_EQ(ask(""), "tls 443||a");
  EXPECT_EQ(ask("10.1.2.3", "other"), "refused");
}

TEST(ConnectionTableTest, OfEqualConditionsTheFirstStands) {
  const Mesh mesh(
      kServices + Rules("hosts: [a]\ntls:\n- match: [{sniHosts: [a], sourceLabels: {app: "
                        "web}}]\n  " +
                        To("b") + "\n- match: [{sniHosts: [a]}]\n  " + To("c")),
      ClientWith({{"app", "web"}}));
  EXPECT_EQ(Ask(mesh, {.host = "a", .port = 443, .sni = "a"}), "tls 443||b");
}

TEST(ConnectionTableTest, TheFirstTcpRuleForEveryAddressEndsTheList) {
  const Mesh mesh(kServices +
                  Rules("hosts: [a]\ntcp:\n- match: [{destinationSubnets: [10.0.0.0/8]}]\n  " +
                        To("b") + "\n- match: [{port: 9000}]\n  " + To("t") +
                        "\n- match: [{destinationSubnets: [10.1.0.0/16]}]\n  " + To("u")));
  EXPECT_EQ(Ask(mesh, {.host = "a", .port = 9000, .destination_ip = "10.1.0.1"}), "tcp 443||b");
  EXPECT_EQ(Ask(mesh, {.host = "a", .port = 9000, .destination_ip = "192.0.2.1"}), "tcp 9000||t");
  EXPECT_EQ(Ask(mesh, {.host = "a", .port = 9000}), "tcp 9000||t");
}

TEST(ConnectionTableTest, TcpRulesWithRangesAreTriedByTheSmallestRange) {
  const Mesh mesh(kServices +
                  Rules("hosts: [a]\ntcp:\n- match: [{destinationSubnets: [10.0.0.0/8]}]\n  " +
                        To("t") + "\n- match: [{destinationSubnets: [10.1.0.0/16]}]\n  " +
                        To("u")));
  const auto ask = [&mesh](std::string_view address) {
    return Ask(mesh, {.host = "a", .port = 9000, .destination_ip = address});
  };
  EXPECT_EQ(ask("10.1.0.1"), "tcp 9000||u");
  EXPECT_EQ(ask("10.2.0.1"), "tcp 9000||t");
  EXPECT_EQ(ask("192.0.2.1"), "default 9000||a");
}

TEST(ConnectionTableTest, EveryStaticConditionOfABlockCounts) {
  const std::string only = "hosts: [a]\ntcp:\n- match: [@]\n  " + To("t");
  const auto ask = [&only](const std::string& block, const ClientIdentity& client) {
    std::string spec = only;
    const Mesh mesh(kServices + Rules(spec.replace(spec.find('@'), 1, block)), client);
    return Ask(mesh, {.host = "a.default", .port = 9000}).substr(0, 3);
  };
  const ClientIdentity web = ClientWith({{"app", "web"}, {"v", "1"}});
  EXPECT_EQ(ask("{sourceLabels: {app: web}}", web), "tcp");
  EXPECT_EQ(ask("{sourceLabels: {app: db}}", web), "def");
  EXPECT_EQ(ask("{sourceNamespace: default}", web), "tcp");
  EXPECT_EQ(ask("{sourceNamespace: other}", web), "def");
  EXPECT_EQ(ask("{port: 9000}", web), "tcp");
  EXPECT_EQ(ask("{port: 9001}", web), "def");
  EXPECT_EQ(ask("{gateways: [mesh]}", web), "tcp");
  EXPECT_EQ(ask("{gateways: [ns/edge]}", web), "def");
  // Unlike in `http` rules gateways do not silence the rest.
  EXPECT_EQ(ask("{gateways: [mesh], sourceLabels: {app: db}}", web), "def");
  EXPECT_EQ(ask("{gateways: [mesh], sourceNamespace: other}", web), "def");
  EXPECT_EQ(ask("{sourceSubnet: 192.0.2.0/24}", web), "tcp");  // Istio ignores it.
}

TEST(ConnectionTableTest, AllOverlappingVirtualServicesContributeInTheOrderOfTheirAge) {
  const Mesh mesh(
      kServices +
      Rules("hosts: [a]\ntcp:\n- match: [{destinationSubnets: [10.0.0.0/8]}]\n  " + To("t"),
            "default/young", "2026-01-02T00:00:00Z") +
      Rules("hosts: ['*.cluster.local']\ntcp:\n- match: [{destinationSubnets: [10.0.0.0/8]}]\n  " +
                To("u") + "\n- match: [{port: 9000}]\n  " + To("b"),
            "default/old", "2026-01-01T00:00:00Z"));
  EXPECT_EQ(Ask(mesh, {.host = "a", .port = 9000, .destination_ip = "10.0.0.1"}), "tcp 9000||u");
  EXPECT_EQ(Ask(mesh, {.host = "a", .port = 9000}), "tcp 443||b");
  EXPECT_EQ(Ask(mesh, {.host = "t", .port = 9000}), "tcp 443||b");
}

TEST(ConnectionTableTest, WhatTheClientDoesNotSeeDoesNotCount) {
  const Mesh mesh(kServices + Rules("hosts: [a]\nexportTo: [other]\ntcp: [{" + To("t") + "}]") +
                  Rules("hosts: [a]\ngateways: [ns/edge]\ntcp: [{" + To("t") + "}]", "default/v2"));
  EXPECT_EQ(Ask(mesh, {.host = "a", .port = 9000}), "default 9000||a");
}

TEST(ConnectionTableTest, AnUndeclaredHostHasItsRulesAndNoDefault) {
  const Mesh mesh(kServices + Rules("hosts: [db.example.com]\ntcp: [{match: [{port: 5432}], " +
                                    To("t") + "}]"));
  EXPECT_EQ(Ask(mesh, {.host = "db.example.com", .port = 5432}), "tcp 9000||t");
  EXPECT_EQ(Ask(mesh, {.host = "db.example.com", .port = 5433}), "unknown");
}

TEST(ConnectionTableTest, VirtualAddressesAndTheirRangesNameAService) {
  const Mesh mesh(Service("a", {"9000 TCP"}, "addresses: [10.0.0.5, '2001:db8::5']\n") +
                  Object("ServiceEntry", "default/ranges",
                         "hosts: [ranges.example]\naddresses: [192.168.0.0/16]\nresolution: NONE\n"
                         "ports: [{number: 9000, name: tcp, protocol: TCP}]"));
  EXPECT_EQ(Ask(mesh, {.host = "10.0.0.5", .port = 9000}), "default 9000||a");
  EXPECT_EQ(Ask(mesh, {.host = "2001:db8::5", .port = 9000}), "default 9000||a");
  EXPECT_EQ(Ask(mesh, {.host = "[2001:db8::5]", .port = 9000}), "default 9000||a");
  EXPECT_EQ(Ask(mesh, {.host = "192.168.7.7", .port = 9000}), "default 9000||ranges.example");
  EXPECT_EQ(Ask(mesh, {.port = 9000, .destination_ip = "192.168.7.7"}),
            "default 9000||ranges.example");
  EXPECT_EQ(Ask(mesh, {.host = "172.16.0.1", .port = 9000}), "unknown");
}

TEST(ConnectionTableTest, ConnectionsAreSplitByWeight) {
  const Mesh mesh(kServices +
                  Rules("hosts: [a]\ntcp:\n- route:\n  - {destination: {host: t}, weight: 1}\n"
                        "  - {destination: {host: b}, weight: 0}\n"
                        "  - {destination: {host: u, subset: v1}, weight: 3}\n"));
  const ConnectionMatch match = mesh.table().connections().Match({.host = "a", .port = 9000});
  const ConnectionRoute& route = *match.route;
  ASSERT_EQ(route.destinations.size(), 2u);
  EXPECT_EQ(route.total_weight, 4u);
  EXPECT_EQ(route.PickDestination(0), 0u);
  EXPECT_EQ(route.PickDestination(1), 1u);
  EXPECT_EQ(route.PickDestination(7), 1u);
  EXPECT_EQ(route.PickDestination(8), 0u);
  EXPECT_EQ(mesh.Name(route.destinations[1].destination), "9000|v1|u.default.svc.cluster.local");
  EXPECT_EQ(route.origin, "VirtualService default/vs tcp[0]");
  EXPECT_EQ(match.virtual_host, "a.default.svc.cluster.local");
}

TEST(ConnectionTableTest, ASingleDestinationGetsEverythingWhateverItsWeight) {
  const Mesh mesh(kServices +
                  Rules("hosts: [a]\ntcp: [{route: [{destination: {host: t}, weight: 0}]}]"));
  EXPECT_EQ(Ask(mesh, {.host = "a", .port = 9000}), "tcp 9000||t");
}

TEST(ConnectionTableTest, TheTimeoutsAreThoseAtTheTopOfTheFirstDestinationsRule) {
  const std::string rule = Object(
      "DestinationRule", "default/t",
      "host: t\ntrafficPolicy:\n  connectionPool: {tcp: {idleTimeout: 5s, maxConnectionDuration: "
      "60s}}\nsubsets:\n- name: v1\n  labels: {v: '1'}\n"
      "  trafficPolicy: {connectionPool: {tcp: {idleTimeout: 1s}}}\n");
  const Mesh mesh(kServices + rule +
                  Rules("hosts: [a]\ntcp:\n- route:\n"
                        "  - {destination: {host: t, subset: v1}, weight: 0}\n"
                        "  - {destination: {host: u}, weight: 1}\n"));
  const ConnectionMatch first = mesh.table().connections().Match({.host = "a", .port = 9000});
  EXPECT_EQ(first.route->idle_timeout, std::chrono::seconds(5));
  EXPECT_EQ(first.route->max_connection_duration, std::chrono::seconds(60));
  const ConnectionMatch own = mesh.table().connections().Match({.host = "t", .port = 9000});
  EXPECT_EQ(own.route->idle_timeout, std::chrono::seconds(5));
  const ConnectionMatch other = mesh.table().connections().Match({.host = "u", .port = 9000});
  EXPECT_EQ(other.route->idle_timeout, std::chrono::hours(1));
  EXPECT_EQ(other.route->max_connection_duration, Duration(0));
}

}  // namespace
}  // namespace meshroute
