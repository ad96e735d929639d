// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TESTS_TOOLS_BOOKINFO_H_
#define MESHROUTE_TESTS_TOOLS_BOOKINFO_H_

#include <string>
#include <string_view>

#include "tests/tools/program.h"

namespace meshroute::tool {

// Tests of commands that answer questions about a set of rules, in "rules.yaml".
class BookinfoTest : public ProgramTest {
 protected:
  static constexpr std::string_view kRules = R"(apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: reviews}
spec:
  hosts: [reviews.default.svc.cluster.local]
  ports: [{number: 9080, name: http, protocol: HTTP}]
  resolution: STATIC
  endpoints:
  - {address: 10.0.0.1, labels: {version: v1}}
  - {address: 10.0.0.2, labels: {version: v2}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: v2}}
  - {name: v9, labels: {version: v9}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - name: jason
    match: [{headers: {end-user: {exact: jason}}}]
    route: [{destination: {host: reviews, subset: v2}}]
  - name: old
    match: [{uri: {prefix: /old/}}]
    redirect: {uri: /new/}
  - name: rest
    route:
    - {destination: {host: reviews, subset: v1}, weight: 90}
    - {destination: {host: reviews, subset: v2}, weight: 10}
    timeout: 5s
)";

  void SetUp() override {
    ProgramTest::SetUp();
    Write("rules.yaml", kRules);
  }

  // kRules with `from` replaced by `to`, which it must have.
  static std::string Changed(std::string_view from, std::string_view to) {
    std::string rules(kRules);
    const size_t place = rules.find(from);
    EXPECT_NE(place, std::string::npos) << from;
    return rules.replace(place, from.size(), to);
  }
};

}  // namespace meshroute::tool

#endif  // MESHROUTE_TESTS_TOOLS_BOOKINFO_H_
