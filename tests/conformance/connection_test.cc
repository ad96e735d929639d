// SPDX-License-Identifier: Apache-2.0
// VirtualService tls[] and tcp[]: which connections a rule governs.
#include "meshroute/routing/connection_table.h"
#include "tests/conformance/conformance.h"

namespace meshroute {
namespace {

// `rules` is the `spec` of a VirtualService; `request` "host port sni address", where
// "-" is nothing; `expected` "section port|subset|host", "refused" or "unknown".
class ConnectionConformance : public testing::TestWithParam<ConformanceRow> {};

std::string Declared(const std::string& host, const std::string& ports) {
  return Object("ServiceEntry", "default/" + host,
                "location: MESH_INTERNAL\nresolution: STATIC\nhosts: [" + host +
                    ".default.svc.cluster.local]\nports: " + ports);
}

TEST_P(ConnectionConformance, Holds) {
  const ConformanceRow& row = GetParam();
  const Mesh mesh(
      Declared("web", "[{number: 443, name: tls, protocol: TLS}]") +
          Declared("mongo", "[{number: 27017, name: mongo, protocol: MONGO}]") +
          Declared("other",
                   "[{number: 443, name: tls, protocol: HTTPS}, {number: 27017, name: tcp, "
                   "protocol: TCP}]") +
          Object("VirtualService", "default/vs", row.rules),
      ConformanceClient());
  const auto words = ConformanceRequest::Split(row.request, " ");
  const auto word = [&words](size_t i) {
    return i >= words.size() || words[i] == "-" ? std::string_view() : words[i];
  };
  const ConnectionView view{word(0), static_cast<uint32_t>(std::stoul(std::string(words[1]))),
                            word(2), word(3)};
  const ConnectionMatch match = mesh.table().connections().Match(view);
  std::string actual = match.host_known ? "refused" : "unknown";
  if (match.route != nullptr) {
    const char* const sections[] = {"tls ", "tcp ", "default "};
    const std::string name = mesh.Name(match.route->destinations.front().destination);
    actual = sections[static_cast<int>(match.route->section)] +
             name.substr(0, name.find(".default.svc.cluster.local"));
  }
  EXPECT_EQ(actual, row.expected) << row.field << " " << row.request << "\n" << row.rules;
}

std::string Tls(const std::string& blocks) {
  return "hosts: [web, '*.example.com']\ntls: [{match: [" + blocks +
         "], route: [{destination: {host: other}}]}]";
}
std::string Tcp(const std::string& members) {
  return "hosts: [mongo]\ntcp: [{" + members + "route: [{destination: {host: other}}]}]";
}

constexpr char kTls[] = "tls 443||other";
constexpr char kTcp[] = "tcp 27017||other";

const ConformanceRow kRows[] = {
    {"tls.match.sniHosts", Tls("{sniHosts: [web]}"), "web 443 web", kTls},
    {"tls.match.sniHosts", Tls("{sniHosts: [web]}"), "web 443 WEB", kTls},
    {"tls.match.sniHosts", Tls("{sniHosts: [web]}"), "web 443 x", "refused"},
    {"tls.match.sniHosts", Tls("{sniHosts: [web]}"), "web 443", "refused"},
    {"tls.match.sniHosts", Tls("{sniHosts: ['*.example.com']}"), "web 443 a.b.example.com", kTls},
    {"tls.match.sniHosts", Tls("{sniHosts: ['*.example.com']}"), "web 443 example.com", "refused"},
    {"tls.match.destinationSubnets", Tls("{sniHosts: [web], destinationSubnets: [10.0.0.0/8]}"),
     "web 443 web 10.1.1.1", kTls},
    {"tls.match.destinationSubnets", Tls("{sniHosts: [web], destinationSubnets: [10.0.0.0/8]}"),
     "web 443 web 11.1.1.1", "refused"},
    {"tls.match.destinationSubnets", Tls("{sniHosts: [web], destinationSubnets: ['::1']}"),
     "web 443 web ::1", kTls},
    // Blocks that cannot hold do not exist: the service has its default route.
    {"tls.match.port", Tls("{sniHosts: [web], port: 443}"), "web 443 web", kTls},
    {"tls.match.port", Tls("{sniHosts: [web], port: 444}"), "web 443 web", "default 443||web"},
    {"tls.match.sourceLabels", Tls("{sniHosts: [web], sourceLabels: {app: web}}"), "web 443 web",
     kTls},
    {"tls.match.sourceLabels", Tls("{sniHosts: [web], sourceLabels: {app: db}}"), "web 443 web",
     "default 443||web"},
    {"tls.match.sourceNamespace", Tls("{sniHosts: [web], sourceNamespace: other}"), "web 443 web",
     "default 443||web"},
    {"tls.match.gateways", Tls("{sniHosts: [web], gateways: [ns/edge]}"), "web 443 web",
     "default 443||web"},
    {"tls.match.gateways", Tls("{sniHosts: [web], gateways: [mesh], sourceLabels: {app: db}}"),
     "web 443 web", "default 443||web"},
    {"tls.route", Tls("{sniHosts: [web]}"), "mongo 27017 web", "default 27017||mongo"},
    {"tcp.match", Tcp(""), "mongo 27017", kTcp},
    {"tcp.match", Tcp("match: [{}], "), "mongo 27017 any", kTcp},
    {"tcp.match.destinationSubnets", Tcp("match: [{destinationSubnets: [10.0.0.0/8]}], "),
     "mongo 27017 - 10.1.1.1", kTcp},
    {"tcp.match.destinationSubnets", Tcp("match: [{destinationSubnets: [10.0.0.0/8]}], "),
     "mongo 27017 - 11.1.1.1", "default 27017||mongo"},
    {"tcp.match.destinationSubnets", Tcp("match: [{destinationSubnets: [10.1.1.1]}], "),
     "mongo 27017 - 10.1.1.1", kTcp},
    {"tcp.match.port", Tcp("match: [{port: 27017}], "), "mongo 27017", kTcp},
    {"tcp.match.port", Tcp("match: [{port: 1}], "), "mongo 27017", "default 27017||mongo"},
    {"tcp.match.sourceLabels", Tcp("match: [{sourceLabels: {app: web}}], "), "mongo 27017", kTcp},
    {"tcp.match.sourceNamespace", Tcp("match: [{sourceNamespace: other}], "), "mongo 27017",
     "default 27017||mongo"},
    {"tcp.match.gateways", Tcp("match: [{gateways: [ns/edge]}], "), "mongo 27017",
     "default 27017||mongo"},
    {"tcp.match.sourceSubnet", Tcp("match: [{sourceSubnet: 192.0.2.0/24}], "), "mongo 27017", kTcp},
    {"tcp.route.destination.port",
     "hosts: [mongo]\ntcp: [{route: [{destination: {host: other, port: {number: 443}}}]}]",
     "mongo 27017", "tcp 443||other"},
    {"tcp.route.weight",
     "hosts: [mongo]\ntcp: [{route: [{destination: {host: web}, weight: 0}, {destination: {host: "
     "other}, weight: 1}]}]",
     "mongo 27017", kTcp},
};
INSTANTIATE_TEST_SUITE_P(Connections, ConnectionConformance, testing::ValuesIn(kRows), RowName);

}  // namespace
}  // namespace meshroute
