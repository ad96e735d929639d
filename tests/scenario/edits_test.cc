// SPDX-License-Identifier: Apache-2.0
// What a rule's edits can tell of the whole call, and what else reads the edited
// request.
#include <gmock/gmock.h>

#include <chrono>
#include <string>

#include "meshroute/base/hash.h"
#include "tests/scenario/scenario.h"

namespace meshroute {
namespace {

using std::chrono::seconds;
using ::testing::SizeIs;

using EditsScenario = ScenarioTest;

TEST_F(EditsScenario, OperatorsTellOfTheCall) {
  LoadRules(R"(
  - name: tell
    headers:
      request: {set: {x-sent: "%REQ(:path)% to %UPSTREAM_CLUSTER% at %START_TIME(%H:%M:%S)%"}}
      response: {set: {x-got: "%RESPONSE_CODE% of %UPSTREAM_HOST% %RESPONSE_FLAGS% %REQ(x-sent)%"}}
    fault: {delay: {fixedDelay: 2s, percentage: {value: 100}}}
    route: [{destination: {host: ratings}}]
)");
  transport_.Always("10.0.1.1:9080", {Outcome::Status(201), {}, {}, seconds(3)});
  const Response response = Get("/a");
  ASSERT_THAT(transport_.sent(), SizeIs(1));
  // The virtual clock began at 01:00:00; the time is that of the call's beginning.
  const std::string sent = "/a to outbound|9080||ratings.default.svc.cluster.local at 01:00:00";
  EXPECT_EQ(FindHeader(transport_.sent()[0].head.headers, "x-sent"), sent);
  EXPECT_EQ(FindHeader(response.headers, "x-got"), "201 of 10.0.1.1:9080 DI " + sent);
}

TEST_F(EditsScenario, TheHashIsThatOfTheRequestAsItIsSent) {
  const std::string_view by_header = R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x-key}}}
---
)";
  LoadRules("  - route: [{destination: {host: reviews}}]\n", by_header);
  const auto endpoint_of = [this](std::string_view key) {
    return Get("/", {{"x-key", key}}).endpoint;
  };
  std::string other = "a";
  while (endpoint_of(other) == endpoint_of("fixed")) other += 'a';
  const std::string expected = endpoint_of("fixed");
  LoadRules(
      "  - headers: {request: {set: {x-key: fixed}}}\n    route: [{destination: {host: "
      "reviews}}]\n",
      by_header);
  EXPECT_EQ(endpoint_of(other), expected);
}

TEST_F(EditsScenario, TheStatPrefixOfTheBlockIsReported) {
  LoadRules(R"(
  - name: rule
    match: [{uri: {prefix: /a}, statPrefix: of-a, name: block}, {uri: {prefix: /b}}]
    route: [{destination: {host: ratings}}]
)");
  Get("/a");
  Get("/b");
  ASSERT_THAT(observer_.calls, SizeIs(2));
  EXPECT_EQ(observer_.calls[0].stat_prefix, "of-a");
  EXPECT_EQ(observer_.calls[0].route, "rule.block");
  EXPECT_EQ(observer_.calls[1].stat_prefix, "");
  EXPECT_EQ(observer_.calls[1].route, "rule");
}

}  // namespace
}  // namespace meshroute
