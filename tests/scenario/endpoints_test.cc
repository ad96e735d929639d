// SPDX-License-Identifier: Apache-2.0
// Which endpoints a destination has, declared or given, and when it does not exist.
#include <gmock/gmock.h>

#include <string>

#include "tests/scenario/scenario.h"

namespace meshroute {
namespace {

using ::testing::StartsWith;

using EndpointsScenario = ScenarioTest;

// A service `far.example.com` on port 80 with the given resolution, and a
// DestinationRule with subsets v1 (its label is on the endpoint) and v9 (nobody's).
std::string Far(const std::string& resolution, const std::string& more) {
  return "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: far}\n"
         "spec:\n  hosts: [far.example.com]\n"
         "  ports: [{number: 80, name: http, protocol: HTTP}]\n  resolution: " +
         resolution + "\n" + more + R"(
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: far}
spec:
  host: far.example.com
  subsets: [{name: v1, labels: {version: v1}}, {name: v9, labels: {version: v9}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: far}
spec:
  hosts: [far.example.com]
  http:
  - match: [{uri: {prefix: /v1}}]
    route: [{destination: {host: far.example.com, subset: v1}}]
  - match: [{uri: {prefix: /v9}}]
    route: [{destination: {host: far.example.com, subset: v9}}]
  - match: [{uri: {prefix: /81}}]
    route: [{destination: {host: far.example.com, port: {number: 81}}}]
  - route: [{destination: {host: far.example.com}}]
)";
}

const char kEndpoints[] = "  endpoints: [{address: near.example.com, labels: {version: v1}}]\n";

class FarScenario : public ScenarioTest {
 protected:
  // "address", or the flags where nothing was sent.
  std::string Outcome(std::string_view path) {
    const Response response = Send({.authority = "far.example.com", .path = path});
    return response.status == 200 ? response.endpoint : response.flags.ToString();
  }
};

TEST_F(FarScenario, AServiceResolvedByDnsWithoutAnyEndpointDoesNotExist) {
  for (const char* resolution : {"DNS", "DNS_ROUND_ROBIN"}) {
    Load(Far(resolution, kEndpoints));
    EXPECT_EQ(Outcome("/v1"), "near.example.com:80") << resolution;
    EXPECT_EQ(Outcome("/v9"), "NC") << resolution;
    Load(Far(resolution, "  workloadSelector: {labels: {app: nobody}}\n"));
    EXPECT_EQ(Outcome("/"), "NC") << resolution;
    Load(Far(resolution, ""));
    EXPECT_EQ(Outcome("/"), "far.example.com:80") << resolution;
    EXPECT_EQ(Outcome("/v1"), "NC") << resolution;
  }
}

TEST_F(FarScenario, AServiceOfKnownEndpointsExistsWithoutThem) {
  Load(Far("STATIC", "  endpoints: [{address: 10.0.5.1, labels: {version: v1}}]\n"));
  EXPECT_EQ(Outcome("/v9"), "UH");
  Load(Far("DNS", kEndpoints));
  ASSERT_TRUE(router_.SetEndpoints("far.example.com", {{.address = "10.9.9.9:80"}}).ok());
  EXPECT_EQ(Outcome("/"), "10.9.9.9:80");
  EXPECT_EQ(Outcome("/v1"), "UH");
}

TEST_F(FarScenario, GivenEndpointsDoNotMakeAPortThatTheServiceLacks) {
  Load(Far("STATIC", "  endpoints: [{address: 10.0.5.1}]\n"));
  EXPECT_EQ(Outcome("/81"), "NC");
  ASSERT_TRUE(router_.SetEndpoints("far.example.com", {{.address = "10.9.9.9:80"}}).ok());
  EXPECT_EQ(Outcome("/81"), "NC");
  EXPECT_EQ(Outcome("/"), "10.9.9.9:80");
}

TEST_F(EndpointsScenario, GivenEndpointsOfAHostThatNothingDeclaresServeEveryPort) {
  LoadRules("  - route: [{destination: {host: nowhere, port: {number: 81}}}]\n");
  EXPECT_EQ(Get("/").flags.ToString(), "NC");
  ASSERT_TRUE(router_.SetEndpoints("nowhere", {{.address = "10.9.9.9:80"}}).ok());
  EXPECT_EQ(Get("/").endpoint, "10.9.9.9:80");
}

}  // namespace
}  // namespace meshroute
