// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/services.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/config/load.h"

namespace meshroute {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string Object(const std::string& kind, const std::string& metadata, const std::string& spec) {
  return "---\napiVersion: networking.istio.io/v1\nkind: " + kind + "\nmetadata: {" + metadata +
         "}\nspec: {" + spec + "}\n";
}

std::string Entry(const std::string& metadata, const std::string& spec) {
  return Object("ServiceEntry", metadata, spec);
}

Services Compiled(const std::string& yaml, const ClientIdentity& client = {},
                  const MeshOptions& mesh = {}) {
  Loaded loaded = Loaded::Yaml(yaml);
  const absl::StatusOr<ValidatedConfig> config = loaded.loader().Finish();
  EXPECT_TRUE(config.ok()) << config.status();
  return Services(*config, client, mesh);
}

std::vector<std::string> Addresses(const Service& service) {
  std::vector<std::string> addresses;
  for (const WorkloadEntry& endpoint : service.endpoints) addresses.push_back(endpoint.address);
  return addresses;
}

std::vector<std::string> Hosts(const Services& services) {
  std::vector<std::string> hosts;
  for (const auto& [host, service] : services.all()) hosts.push_back(host);
  return hosts;
}

TEST(Services, EachHostIsAService) {
  const Services services = Compiled(
      Entry("name: a, namespace: ns",
            "hosts: [A.com, b.com], addresses: [10.0.0.9], ports: [{number: 80, name: http, "
            "protocol: HTTP}], resolution: STATIC, endpoints: [{address: 10.0.0.1}], "
            "subjectAltNames: [x]"));
  EXPECT_THAT(Hosts(services), ElementsAre("a.com", "b.com"));
  const Service* const service = services.Find("a.com");
  ASSERT_NE(service, nullptr);
  EXPECT_EQ(service->host, "a.com");
  EXPECT_EQ(service->namespace_name, "ns");
  EXPECT_THAT(service->addresses, ElementsAre("10.0.0.9"));
  EXPECT_EQ(service->resolution, ServiceEntry::Resolution::kStatic);
  EXPECT_THAT(service->subject_alt_names, ElementsAre("x"));
  EXPECT_THAT(Addresses(*service), ElementsAre("10.0.0.1"));
  EXPECT_THAT(Addresses(*services.Find("b.com")), ElementsAre("10.0.0.1"));
  EXPECT_EQ(services.Find("c.com"), nullptr);
  ASSERT_NE(service->FindPort(80), nullptr);
  EXPECT_EQ(service->FindPort(80)->name, "http");
  EXPECT_EQ(service->FindPort(81), nullptr);
}

TEST(Services, HostsAreNeverCompleted) {
  EXPECT_THAT(Hosts(Compiled(Entry("name: a, namespace: ns", "hosts: [a]"))), ElementsAre("a"));
}

TEST(Services, ExportToSaysWhoSeesThem) {
  const auto hosts = [](const std::string& export_to, const std::string& client_namespace,
                        const std::vector<std::string>& defaults = {"*"}) {
    ClientIdentity client;
    client.namespace_name = client_namespace;
    MeshOptions mesh;
    mesh.default_service_export_to = defaults;
    return Hosts(Compiled(Entry("name: a, namespace: ns", "hosts: [a]" + export_to), client, mesh))
        .size();
  };
  EXPECT_EQ(hosts("", "client"), 1U);
  EXPECT_EQ(hosts("", "client", {"."}), 0U);
  EXPECT_EQ(hosts("", "ns", {"."}), 1U);
  EXPECT_EQ(hosts(", exportTo: [.]", "client"), 0U);
  EXPECT_EQ(hosts(", exportTo: [.]", "ns"), 1U);
  EXPECT_EQ(hosts(", exportTo: [client]", "client"), 1U);
  EXPECT_EQ(hosts(", exportTo: [client]", "ns"), 0U);
  EXPECT_EQ(hosts(", exportTo: ['~']", "ns"), 0U);
  EXPECT_EQ(hosts(", exportTo: ['*']", "client", {"."}), 1U);
}

std::string StaticEntry(const std::string& metadata, const std::string& address,
                        const std::string& rest = "") {
  return Entry(metadata, "hosts: [a.com], resolution: STATIC, endpoints: [{address: " + address +
                             "}]" + rest);
}

TEST(Services, TheOldestEntryOfAHostDecidesThenNamespaceAndName) {
  const Services by_age = Compiled(
      StaticEntry("name: a, namespace: a, creationTimestamp: '2026-01-02T00:00:00Z'", "10.0.0.1") +
      StaticEntry("name: z, namespace: z, creationTimestamp: '2026-01-01T00:00:00Z'", "10.0.0.2"));
  EXPECT_EQ(by_age.Find("a.com")->namespace_name, "z");
  EXPECT_THAT(Addresses(*by_age.Find("a.com")), ElementsAre("10.0.0.2"));
  const Services by_namespace = Compiled(StaticEntry("name: a, namespace: z", "10.0.0.1") +
                                         StaticEntry("name: z, namespace: a", "10.0.0.2"));
  EXPECT_EQ(by_namespace.Find("a.com")->namespace_name, "a");
}

TEST(Services, EndpointsOfOneHostInOneNamespaceAddUp) {
  const Services services = Compiled(
      StaticEntry("name: b, namespace: ns", "10.0.0.2", ", ports: [{number: 2, name: b}]") +
      StaticEntry("name: a, namespace: ns", "10.0.0.1", ", ports: [{number: 1, name: a}]") +
      StaticEntry("name: c, namespace: other", "10.0.0.3"));
  EXPECT_THAT(Addresses(*services.Find("a.com")), ElementsAre("10.0.0.1", "10.0.0.2"));
  EXPECT_EQ(services.Find("a.com")->ports.size(), 1U);
  EXPECT_NE(services.Find("a.com")->FindPort(1), nullptr);
}

TEST(Services, ASelectorPicksWorkloadsOfItsNamespaceByAllTheirLabels) {
  const std::string workloads =
      Object("WorkloadEntry", "name: w3, namespace: ns, labels: {app: a}", "address: 10.0.0.3") +
      Object("WorkloadEntry", "name: w1, namespace: ns",
             "address: 10.0.0.1, labels: {app: a, version: v1}") +
      Object("WorkloadEntry", "name: w2, namespace: ns", "address: 10.0.0.2, labels: {app: b}") +
      Object("WorkloadEntry", "name: w4, namespace: other", "address: 10.0.0.4, labels: {app: a}") +
      Object("WorkloadEntry", "name: w5, namespace: ns, labels: {app: b}",
             "address: 10.0.0.5, labels: {app: a}");
  const auto picked = [&workloads](const std::string& selector) {
    return Addresses(
        *Compiled(workloads +
                  Entry("name: a, namespace: ns",
                        "hosts: [a.com], resolution: STATIC, workloadSelector: {labels: {" +
                            selector + "}}"))
             .Find("a.com"));
  };
  EXPECT_THAT(picked("app: a"), ElementsAre("10.0.0.1", "10.0.0.3"));
  EXPECT_THAT(picked("app: a, version: v1"), ElementsAre("10.0.0.1"));
  EXPECT_THAT(picked("app: b"), ElementsAre("10.0.0.2", "10.0.0.5"));
  EXPECT_THAT(picked("app: c"), IsEmpty());
}

TEST(Services, WithoutResolutionThereAreNoEndpoints) {
  const std::string workload =
      Object("WorkloadEntry", "name: w, namespace: ns", "address: 10.0.0.1, labels: {app: a}");
  const Services services =
      Compiled(workload + Entry("name: a, namespace: ns",
                                "hosts: [a.com], workloadSelector: {labels: {app: a}}"));
  EXPECT_THAT(services.Find("a.com")->endpoints, IsEmpty());
  EXPECT_TRUE(services.Find("a.com")->has_workload_selector);
}

TEST(Services, EndpointsCarryTheLabelsOfTheirPlace) {
  ClientIdentity client;
  client.cluster = "c1";
  const Services services = Compiled(
      Entry("name: a, namespace: ns",
            "hosts: [a.com], resolution: STATIC, endpoints: ["
            "{address: 10.0.0.1, locality: r/z/s, network: n, labels: {app: a}}, "
            "{address: 10.0.0.2, labels: {topology.istio.io/locality: r.z, istio-locality: x}}, "
            "{address: 10.0.0.3, labels: {istio-locality: r.z.s, topology.istio.io/network: m}}]"),
      client);
  const std::vector<WorkloadEntry>& endpoints = services.Find("a.com")->endpoints;
  ASSERT_EQ(endpoints.size(), 3U);
  EXPECT_EQ(endpoints[0].labels, (Labels{{"app", "a"},
                                         {kRegionLabel, "r"},
                                         {kZoneLabel, "z"},
                                         {kSubzoneLabel, "s"},
                                         {kNetworkLabel, "n"},
                                         {kClusterLabel, "c1"}}));
  EXPECT_EQ(endpoints[1].locality, "r/z");
  EXPECT_EQ(endpoints[1].labels.at(kZoneLabel), "z");
  EXPECT_EQ(endpoints[2].locality, "r/z/s");
  EXPECT_EQ(endpoints[2].network, "m");
}

TEST(Services, CoveringFallsBackToTheMostSpecificWildcard) {
  const Services services =
      Compiled(Entry("name: a, namespace: ns", "hosts: ['*.com']") +
               Entry("name: b, namespace: ns", "hosts: ['*.foo.com', x.foo.com]"));
  EXPECT_EQ(services.FindCovering("x.foo.com")->host, "x.foo.com");
  EXPECT_EQ(services.FindCovering("y.foo.com")->host, "*.foo.com");
  EXPECT_EQ(services.FindCovering("bar.com")->host, "*.com");
  EXPECT_EQ(services.FindCovering("bar.org"), nullptr);
  EXPECT_EQ(services.Find("y.foo.com"), nullptr);
}

TEST(TargetPort, UnixSocketThenOwnPortThenTargetPortThenNumber) {
  ServicePort port;
  port.number = 80;
  port.name = "http";
  WorkloadEntry endpoint;
  endpoint.address = "10.0.0.1";
  EXPECT_EQ(Service::TargetPort(endpoint, port), 80U);
  port.target_port = 8080;
  EXPECT_EQ(Service::TargetPort(endpoint, port), 8080U);
  endpoint.ports = {{"grpc", 7}};
  EXPECT_EQ(Service::TargetPort(endpoint, port), 8080U);
  endpoint.ports["http"] = 9090;
  EXPECT_EQ(Service::TargetPort(endpoint, port), 9090U);
  endpoint.address = "unix:///run/socket";
  EXPECT_EQ(Service::TargetPort(endpoint, port), 0U);
}

TEST(IsHttpProtocol, KnowsWhichPortsHttpRulesGovern) {
  for (const char* const protocol : {"HTTP", "http2", "gRPC", "GRPC-Web", "HTTP_PROXY", ""}) {
    EXPECT_TRUE(IsHttpProtocol(protocol)) << protocol;
  }
  for (const char* const protocol : {"HTTPS", "TLS", "TCP", "MONGO", "REDIS", "MYSQL", "UDP"}) {
    EXPECT_FALSE(IsHttpProtocol(protocol)) << protocol;
  }
}

}  // namespace
}  // namespace meshroute
