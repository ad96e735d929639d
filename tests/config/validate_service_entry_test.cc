// SPDX-License-Identifier: Apache-2.0
#include "tests/config/validation_cases.h"

namespace meshroute {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kStatic[] = "hosts: [a.com]\nresolution: STATIC\n@";
constexpr char kHttpPort[] = "ports: [{number: 80, name: http, protocol: HTTP}]\n";

TEST(ValidateServiceEntry, HostsAreNames) {
  ExpectErrors(
      "ServiceEntry", "@",
      {{"hosts: []", "hosts: [a.com]", "spec.hosts", "must name a host"},
       {"hosts: ['*']", "hosts: ['*.a.com']", "spec.hosts[0]", "must not be \"*\""},
       {"hosts: [a.com, a_b.com]", "hosts: [a.com, a-b.com]", "spec.hosts[1]", "got \"a_b.com\""},
       {"hosts: [10.0.0.1]", "hosts: [a]", "spec.hosts[0]", "got \"10.0.0.1\""}});
}

TEST(ValidateServiceEntry, AtMost256Hosts) {
  Resources resources;
  resources.service_entries.emplace_back().hosts.resize(256, "a.com");
  EXPECT_TRUE(Validate(resources).ok());
  resources.service_entries[0].hosts.push_back("a.com");
  EXPECT_THAT(std::string(Validate(resources).status().message()),
              HasSubstr("spec.hosts: must have at most 256 entries, got 257"));
}

TEST(ValidateServiceEntry, WildcardsBeginALabel) {
  ExpectWarnings("ServiceEntry", "hosts: [@]",
                 {{"'*a.com'", "'*.a.com'", "spec.hosts[0]", "begins inside a label"},
                  {"'*-a.com'", "a.com", "spec.hosts[0]", "\"*-a.com\""}});
}

TEST(ValidateServiceEntry, AddressesFitTheResolution) {
  ExpectErrors(
      "ServiceEntry", "hosts: [a.com]\n@",
      {{"addresses: [10.0.0.0/40]", "addresses: [10.0.0.0/8]", "spec.addresses[0]",
        "got \"10.0.0.0/40\""},
       {"addresses: [10.0.0.0/8]\nresolution: DNS", "addresses: [10.0.0.1]\nresolution: DNS",
        "spec.addresses[0]", "single address unless"},
       {"addresses: [10.0.0.1, '::/8']\nresolution: DNS_ROUND_ROBIN",
        "addresses: [10.0.0.0/8]\nresolution: STATIC", "spec.addresses[1]", "single address"}});
}

TEST(ValidateServiceEntry, PortsAreNamedAndNumberedOnce) {
  const auto ports = [](const std::string& text) { return "ports: [" + text + "]"; };
  ExpectErrors(
      "ServiceEntry", "hosts: [a.com]\n@",
      {{ports("{name: a}"), ports("{number: 1, name: a}"), "spec.ports[0].number", "got 0"},
       {ports("{number: 65536, name: a}"), ports("{number: 65535, name: a}"),
        "spec.ports[0].number", "got 65536"},
       {ports("{number: 1}"), ports("{number: 1, name: a-b}"), "spec.ports[0].name", "DNS label"},
       {ports("{number: 1, name: a_b}"), ports("{number: 1, name: ab}"), "spec.ports[0].name",
        "got \"a_b\""},
       {ports("{number: 1, name: a}, {number: 2, name: a}"),
        ports("{number: 1, name: a}, {number: 2, name: b}"), "spec.ports[1].name",
        "earlier port: \"a\""},
       {ports("{number: 1, name: a}, {number: 1, name: b}"),
        ports("{number: 2, name: a}, {number: 1, name: b}"), "spec.ports[1].number",
        "earlier port: 1"},
       {ports("{number: 1, name: a, targetPort: 65536}"),
        ports("{number: 1, name: a, targetPort: 65535}"), "spec.ports[0].targetPort", "got 65536"},
       {ports("{number: 1, name: a, protocol: HTTP3}"),
        ports("{number: 1, name: a, protocol: grpc-web}"), "spec.ports[0].protocol",
        "got \"HTTP3\""}});
}

TEST(ValidateServiceEntry, SeveralHostsNeedAProtocolThatTellsThemApart) {
  const auto entry = [](const std::string& protocol, const std::string& resolution) {
    return "hosts: [a.com, b.com]\nports: [{number: 1, name: a, protocol: '" + protocol +
           "'}]\nresolution: " + resolution;
  };
  ExpectErrors("ServiceEntry", "@",
               {{entry("TCP", "STATIC"), entry("TLS", "STATIC"), "spec.ports[0].protocol",
                 "HTTP or TLS protocol where there are several hosts, got \"TCP\""},
                {entry("", "DNS"), entry("http2", "DNS"), "spec.ports[0].protocol", "got \"\""},
                {entry("mongo", "STATIC"), entry("mongo", "NONE"), "spec.ports[0].protocol",
                 "got \"mongo\""}});
}

TEST(ValidateServiceEntry, EndpointsFitTheResolution) {
  ExpectErrors(
      "ServiceEntry", std::string("hosts: [a.com]\n") + kHttpPort + "@",
      {{"endpoints: [{address: 10.0.0.1}]", "endpoints: [{address: 10.0.0.1}]\nresolution: STATIC",
        "spec.endpoints", "must be empty with resolution NONE"},
       {"endpoints: [{address: a.com}]\nresolution: STATIC",
        "endpoints: [{address: a.com}]\nresolution: DNS", "spec.endpoints[0].address",
        "unix:// with resolution STATIC"},
       {"endpoints: [{address: a.com}, {address: b.com}]\nresolution: DNS_ROUND_ROBIN",
        "endpoints: [{address: a.com}, {address: b.com}]\nresolution: DNS", "spec.endpoints",
        "at most one with resolution DNS_ROUND_ROBIN, got 2"},
       {"endpoints: [{address: 1.1.1.1}]\nworkloadSelector: {labels: {a: b}}\nresolution: STATIC",
        "workloadSelector: {labels: {a: b}}\nresolution: STATIC", "spec.endpoints",
        "beside workloadSelector"}});
}

TEST(ValidateServiceEntry, AtMost4096Endpoints) {
  Resources resources;
  ServiceEntry& entry = resources.service_entries.emplace_back();
  entry.hosts = {"a.com"};
  entry.resolution = ServiceEntry::Resolution::kStatic;
  WorkloadEntry endpoint;
  endpoint.address = "10.0.0.1";
  entry.endpoints.resize(4096, endpoint);
  EXPECT_TRUE(Validate(resources).ok());
  entry.endpoints.push_back(endpoint);
  EXPECT_THAT(std::string(Validate(resources).status().message()),
              HasSubstr("spec.endpoints: must be at most 4096, got 4097"));
}

TEST(ValidateServiceEntry, WildcardsAreNotLookedUpInDns) {
  ExpectErrors(
      "ServiceEntry", "hosts: ['*.a.com']\n@",
      {{"resolution: DNS", "resolution: STATIC", "spec.hosts[0]", "needs endpoints"},
       {"resolution: DNS_ROUND_ROBIN", "resolution: DNS_ROUND_ROBIN\nendpoints: [{address: a.com}]",
        "spec.hosts[0]", "cannot be looked up in DNS"}});
}

TEST(ValidateServiceEntry, DynamicDnsIsForWildcardsWithoutEndpoints) {
  const std::string valid = "hosts: ['*.a.com']\n" + std::string(kHttpPort);
  ExpectErrors("ServiceEntry", "resolution: DYNAMIC_DNS\n@",
               {{"hosts: [a.com]", "hosts: ['*.a.com']", "spec.hosts[0]", "must be a wildcard"},
                {valid + "addresses: [10.0.0.1]", valid, "spec.addresses", "must be empty"},
                {valid + "endpoints: [{address: 10.0.0.1}]", "hosts: ['*a.com']", "spec.endpoints",
                 "must be empty with resolution DYNAMIC_DNS"},
                {"hosts: ['*.a.com']\nports: [{number: 1, name: a, protocol: HTTPS}]",
                 "hosts: ['*.a.com']\nports: [{number: 1, name: a, protocol: tls}]",
                 "spec.ports[0].protocol", "with resolution DYNAMIC_DNS, got \"HTTPS\""}});
}

TEST(ValidateServiceEntry, SelectorsAreLiteral) {
  ExpectErrors("ServiceEntry", kStatic,
               {{"workloadSelector: {labels: {'': x}}", "workloadSelector: {labels: {a: x}}",
                 "spec.workloadSelector.labels", "empty key"},
                {"workloadSelector: {labels: {a: '*'}}", "workloadSelector: {labels: {a: b}}",
                 "spec.workloadSelector.labels.a", "no wildcards"}});
  ExpectWarnings(
      "ServiceEntry", "hosts: [a.com]\n@",
      {{"resolution: STATIC\nworkloadSelector: {}",
        "resolution: STATIC\nworkloadSelector: {labels: {a: b}}", "spec.workloadSelector.labels",
        "selects everything"},
       {"workloadSelector: {labels: {a: b}}", "resolution: DNS\nworkloadSelector: {labels: {a: b}}",
        "spec.workloadSelector", "does nothing with resolution NONE"}});
}

TEST(ValidateServiceEntry, ExportToMayBeNobody) {
  ExpectErrors("ServiceEntry", "hosts: [a.com]\nexportTo: [@]",
               {{"a_b", "'~'", "spec.exportTo[0]", "\"~\" or a namespace"}});
}

TEST(ValidateServiceEntry, EndpointPortsAreThoseOfTheService) {
  ExpectErrors("ServiceEntry",
               std::string(kHttpPort) + "hosts: [a.com]\nresolution: STATIC\nendpoints: [{@}]",
               {{"address: 1.1.1.1, ports: {grpc: 1}", "address: 1.1.1.1, ports: {http: 1}",
                 "spec.endpoints[0].ports.grpc", "must name a port of the ServiceEntry"},
                {"address: 1.1.1.1, ports: {http: 65536}", "address: 1.1.1.1, ports: {http: 65535}",
                 "spec.endpoints[0].ports.http", "got 65536"},
                {"address: 'unix:///s', ports: {http: 1}", "address: 'unix:///s'",
                 "spec.endpoints[0].ports", "on a unix socket"},
                {"address: 1.1.1.1, labels: {a: 'b c'}", "address: 1.1.1.1, labels: {a: b}",
                 "spec.endpoints[0].labels.a", "label value"}});
}

TEST(ValidateWorkloadEntry, AddressesAreReachable) {
  ExpectErrors(
      "WorkloadEntry", "@",
      {{"labels: {a: b}", "address: 1.1.1.1", "spec.address", "is missing, and so is network"},
       {"address: a_b", "address: a.b", "spec.address", "got \"a_b\""},
       {"address: '1.1.1.1:80'", "address: '::1'", "spec.address", "got \"1.1.1.1:80\""},
       {"address: 'unix://a'", "address: 'unix:///a'", "spec.address", "unix:///path/to/socket"},
       {"address: 'unix:///a/'", "address: 'unix:///a/b'", "spec.address", "got \"unix:///a/\""},
       {"address: 'unix://@'", "address: 'unix://@a'", "spec.address", "got \"unix://@\""},
       {"address: 'unix://'", "address: 'unix:///a'", "spec.address", "got \"unix://\""},
       {"{address: a, ports: {a_b: 1}}", "{address: a, ports: {a-b: 1}}", "spec.ports.a_b",
        "DNS label"}});
  ExpectWarnings("WorkloadEntry", "@",
                 {{"network: n", "{address: 1.1.1.1, network: n}", "spec.address", "is missing"}});
}

TEST(ValidateServiceEntry, EveryProtocolOfIstioIsKnown) {
  for (const std::string protocol : {"HTTP", "HTTPS", "HTTP2", "GRPC", "GRPC-WEB", "HTTP_PROXY",
                                     "TCP", "TLS", "UDP", "MONGO", "REDIS", "MYSQL", "mysql", ""}) {
    EXPECT_THAT(ProblemsOf("ServiceEntry", "hosts: [a]\nports: [{number: 1, name: a, protocol: '" +
                                               protocol + "'}]"),
                IsEmpty());
  }
}

}  // namespace
}  // namespace meshroute
