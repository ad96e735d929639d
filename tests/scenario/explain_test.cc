// SPDX-License-Identifier: Apache-2.0
// Router::Explain: what it tells of each stage, and that it changes nothing.
#include <gmock/gmock.h>

#include "meshroute/config/json.h"
#include "tests/scenario/scenario.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ExplainScenario : public ScenarioTest {
 protected:
  // All draws of the call are `draw`.
  Decision Explain(std::string_view path, std::vector<HeaderView> headers = {}, uint64_t draw = 0) {
    ScriptedRandom random({}, draw);
    return router_.Explain({.authority = "reviews:9080", .path = path, .headers = headers},
                           {.call = {}, .random = &random});
  }

  static auto Failed(std::string origin, std::string failed) {
    return AllOf(Field(&Decision::Rule::origin, origin), Field(&Decision::Rule::failed, failed),
                 Field(&Decision::Rule::matched, false));
  }
  static auto Matched(std::string origin) {
    return AllOf(Field(&Decision::Rule::origin, origin), Field(&Decision::Rule::failed, ""),
                 Field(&Decision::Rule::matched, true));
  }
  static auto Share(std::string_view subset, uint64_t weight, bool chosen) {
    return AllOf(Field(&Decision::Share::cluster, "outbound|9080|" + std::string(subset) +
                                                      "|reviews.default.svc.cluster.local"),
                 Field(&Decision::Share::weight, weight), Field(&Decision::Share::chosen, chosen));
  }
};

TEST_F(ExplainScenario, EachRuleBeforeTheOneThatMatchedTellsItsFirstFailedCondition) {
  LoadRules(R"(
  - match:
    - {uri: {prefix: /reviews}, headers: {end-user: {exact: jason}}, method: {exact: POST}}
    - {uri: {prefix: /reviews}, queryParams: {beta: {exact: "1"}}}
    - {withoutHeaders: {end-user: {prefix: a}}}
    - {uri: {regex: "/ratings/[0-9]+"}}
    - {port: 81}
    - {sourceLabels: {app: web}}
    - {sourceNamespace: prod}
    - {gateways: [ingress]}
    route: [{destination: {host: reviews, subset: v2}}]
  - name: all
    match: [{name: one, uri: {exact: /reviews/1}}, {uri: {exact: /reviews/2}}]
    route: [{destination: {host: reviews, subset: v1}}]
  - route: [{destination: {host: reviews}}]
)");
  const Decision decision = Explain("/reviews/1?beta=2", {{"end-user", "amy"}});
  const std::string first = "VirtualService default/reviews http[0] match[";
  EXPECT_THAT(
      decision.rules,
      ElementsAre(
          Failed(first + "0]", R"(method is "GET", must be "POST")"),
          Failed(first + "1]", R"(query parameter beta is "2", must be "1")"),
          Failed(first + "2]", R"(header end-user is "amy", must not begin with "a")"),
          Failed(first + "3]", R"(path is "/reviews/1", must match the regex "/ratings/[0-9]+")"),
          Failed(first + "4]", "port is 9080, must be 81"),
          Failed(first + "5]", "sourceLabels must be app=web, the client has none"),
          Failed(first + "6]", "sourceNamespace must be prod, the client's is default"),
          Failed(first + "7]",
                 R"(gateways are ingress, must name "mesh" for a client in the mesh)"),
          Matched("VirtualService default/reviews http[1] match[0]")));
  EXPECT_EQ(decision.rules_not_tried, 2U);
  EXPECT_EQ(decision.route_name, "all.one");
  EXPECT_EQ(decision.route_origin, "VirtualService default/reviews http[1] match[0]");
}

TEST_F(ExplainScenario, AbsentHeadersAreToldFromEmptyOnes) {
  LoadRules(R"(
  - match:
    - {headers: {a: {exact: x}}}
    - {headers: {b: {exact: x}}}
    - {headers: {c: {exact: x}}}
    - {withoutHeaders: {b: {}}}
    - {withoutHeaders: {a: {regex: ".*"}}}
    route: [{destination: {host: reviews, subset: v2}}]
)");
  const Decision decision = Explain("/", {{"b", ""}, {"c", "y"}, {"c", "z"}});
  const std::string rule = "VirtualService default/reviews http[0] match[";
  EXPECT_THAT(decision.rules,
              ElementsAre(Failed(rule + "0]", R"(header a is absent, must be "x")"),
                          Failed(rule + "1]", R"(header b is "", must be "x")"),
                          Failed(rule + "2]", R"(header c is "y" and "z", must be "x")"),
                          Failed(rule + "3]", R"(header b is "", must be absent)"),
                          Failed(rule + "4]",
                                 "header a is absent, which counts as \"\", must not "
                                 "match the regex \".*\"")));
  EXPECT_EQ(decision.result, Decision::Result::kReply);
  EXPECT_EQ(decision.status, 404);
  EXPECT_EQ(decision.flags.ToString(), "NR");
}

TEST_F(ExplainScenario, TheSplitTellsItsDrawAndIsWhatACallWithThatDrawDoes) {
  LoadRules(R"(
  - route:
    - {destination: {host: reviews, subset: v1}, weight: 90}
    - {destination: {host: reviews, subset: v2}, weight: 10}
)");
  const Decision decision = Explain("/", {}, 195);
  EXPECT_EQ(decision.split.draw, 95U);
  EXPECT_EQ(decision.split.total_weight, 100U);
  EXPECT_THAT(decision.split.shares, ElementsAre(Share("v1", 90, false), Share("v2", 10, true)));
  random_.Append({195, 0, 0});
  EXPECT_EQ(Get("/").endpoint, decision.address);
}

TEST_F(ExplainScenario, FaultsTellTheirDrawsAndDelaysAreNotWaitedFor) {
  LoadRules(R"(
  - fault:
      delay: {fixedDelay: 3s, percentage: {value: 10}}
      abort: {httpStatus: 418, percentage: {value: 5}}
    route: [{destination: {host: reviews, subset: v1}}]
)");
  const TimePoint before = clock_.Now();
  const Decision both = Explain("/", {}, 49'999);
  ASSERT_TRUE(both.fault.delay_draw && both.fault.abort_draw);
  EXPECT_TRUE(both.fault.delay_draw->happens);
  EXPECT_EQ(both.fault.delay, seconds(3));
  EXPECT_EQ(both.fault.abort_draw->below, 50'000U);
  EXPECT_EQ(both.status, 418);
  EXPECT_EQ(both.flags.ToString(), "DI,FI");
  EXPECT_EQ(clock_.Now(), before);

  const Decision none = Explain("/", {}, 100'000);
  EXPECT_FALSE(none.fault.delay_draw->happens);
  EXPECT_FALSE(none.fault.abort_draw->happens);
  EXPECT_EQ(none.result, Decision::Result::kSend);
}

TEST_F(ExplainScenario, LimitsRetriesMirrorsAndWhatIsSentAreTold) {
  LoadRules(R"(
  - timeout: 2s
    retries: {attempts: 3, perTryTimeout: 500ms, retryOn: "5xx,409"}
    rewrite: {uri: /v2, authority: other.example.com}
    headers: {request: {set: {x-a: b}}, response: {add: {x-code: "%RESPONSE_CODE%"}, remove: [server]}}
    mirror: {host: ratings}
    mirrorPercentage: {value: 50}
    match: [{uri: {prefix: /reviews}}]
    route: [{destination: {host: reviews, subset: v2}}]
)");
  const Decision decision = Explain("/reviews/1?x=y", {{"accept", "text/plain"}}, 500'000);
  EXPECT_EQ(decision.timeout, seconds(2));
  EXPECT_EQ(decision.retries.attempts, 3U);
  EXPECT_EQ(decision.retries.retry_on, "5xx,retriable-status-codes,409");
  EXPECT_EQ(decision.retries.per_try_timeout, milliseconds(500));
  ASSERT_THAT(decision.mirrors, SizeIs(1));
  EXPECT_EQ(decision.mirrors[0].cluster, "outbound|9080||ratings.default.svc.cluster.local");
  EXPECT_FALSE(decision.mirrors[0].chosen);
  EXPECT_EQ(decision.address, "10.0.0.3:9080");
  ASSERT_TRUE(decision.sent);
  EXPECT_EQ(decision.sent->authority, "other.example.com");
  EXPECT_EQ(decision.sent->path, "/v2/1?x=y");
  EXPECT_EQ(FindHeader(decision.sent->headers, "x-a"), "b");
  EXPECT_EQ(FindHeader(decision.sent->headers, "accept"), "text/plain");
  EXPECT_THAT(decision.response_edits, ElementsAre("remove server", "add x-code: %RESPONSE_CODE%"));
  EXPECT_TRUE(Explain("/reviews/1", {}, 499'999).mirrors[0].chosen);
}

TEST_F(ExplainScenario, ThePoolTellsRulePolicyAndTheHealthOfEachEndpoint) {
  LoadRules("  - route: [{destination: {host: reviews, subset: v1}}]\n", R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  trafficPolicy:
    loadBalancer: {simple: ROUND_ROBIN}
    connectionPool: {http: {http2MaxRequests: 7}}
    outlierDetection: {consecutive5xxErrors: 1, maxEjectionPercent: 50}
  subsets: [{name: v1, labels: {version: v1}}]
---
)");
  transport_.Always("10.0.0.1:9080", {Outcome::Status(500), {}, {}, {}});
  while (observer_.ejected.empty()) (void)Get("/");
  const Decision decision = Explain("/");
  ASSERT_TRUE(decision.pool);
  const Decision::Pool& pool = *decision.pool;
  EXPECT_EQ(pool.destination_rule, "DestinationRule default/reviews");
  EXPECT_EQ(pool.load_balancer, "ROUND_ROBIN");
  EXPECT_THAT(pool.limits, ElementsAre("http2MaxRequests 1 of 7"));
  EXPECT_THAT(
      pool.policies,
      ::testing::Contains(R"(outlierDetection {"consecutive5xxErrors":1,"maxEjectionPercent":50})"
                          " from DestinationRule default/reviews spec.trafficPolicy"));
  EXPECT_EQ(pool.endpoint_count, 2U);
  EXPECT_EQ(pool.eligible_count, 1U);
  ASSERT_THAT(pool.endpoints, SizeIs(2));
  EXPECT_EQ(pool.endpoints[0].health, "ejected by outlier detection");
  EXPECT_FALSE(pool.endpoints[0].eligible);
  EXPECT_EQ(pool.endpoints[1].health, "healthy");
  EXPECT_TRUE(pool.endpoints[1].chosen);
  EXPECT_EQ(pool.endpoints[1].active_requests, 0U);
}

TEST_F(ExplainScenario, AMissingDestinationTellsWhatIsMissing) {
  const std::pair<std::string, std::string> cases[] = {
      {"{host: reviews, subset: v9}", "DestinationRule default/reviews defines no subset \"v9\""},
      {"{host: ratings, subset: v1}",
       "no DestinationRule applies to ratings.default.svc.cluster.local, so there is no subset "
       "\"v1\""},
      {"{host: nowhere}", "nothing declares host nowhere.default.svc.cluster.local"},
      {"{host: reviews, port: {number: 81}}", "reviews.default.svc.cluster.local has no port 81"},
  };
  for (const auto& [destination, why] : cases) {
    LoadRules("  - route: [{destination: " + destination + "}]\n");
    const Decision decision = Explain("/");
    ASSERT_TRUE(decision.pool) << destination;
    EXPECT_THAT(
        decision.pool->cluster,
        ::testing::StartsWith(why.ends_with("port 81") ? "outbound|81|" : "outbound|9080|"));
    EXPECT_EQ(decision.pool->missing, why);
    EXPECT_EQ(decision.status, 503);
    EXPECT_EQ(decision.flags.ToString(), "NC");
  }
}

TEST_F(ExplainScenario, VirtualServicesThatDoNotGovernTellWhy) {
  const auto service = [](const std::string& name, const std::string& spec) {
    return "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: " + name +
           "}, spec: {" + spec + ", http: [{route: [{destination: {host: reviews}}]}]}}\n---\n";
  };
  Load(service("a-private", "hosts: [reviews], exportTo: [.]") +
       service("b-public", "hosts: [reviews]") +
       service("c-gateway", "hosts: [reviews], gateways: [ingress]") +
       service("d-hidden", "hosts: [reviews], exportTo: [prod]") +
       service("e-wildcard", "hosts: [\"*.cluster.local\"]"));
  const Decision decision = Explain("/");
  std::vector<std::string> verdicts;
  for (const Decision::Candidate& candidate : decision.host.candidates) {
    verdicts.push_back(candidate.virtual_service + ": " + candidate.verdict);
  }
  EXPECT_THAT(
      verdicts,
      ElementsAre("VirtualService default/a-private: governs",
                  "VirtualService default/b-public: comes after the one that governs, which "
                  "governs alone",
                  "VirtualService default/c-gateway: is for gateways ingress, not for the "
                  "mesh",
                  "VirtualService default/d-hidden: is not exported to namespace default",
                  "VirtualService default/e-wildcard: another one's host is more specific, "
                  "or it is before this one"));
}

TEST_F(ExplainScenario, UnknownHostsAreLetThroughAndPathsNormalised) {
  Load("");
  const Decision decision =
      router_.Explain({.authority = "unknown.example.com", .path = "/a/../b"});
  EXPECT_FALSE(decision.host.known);
  EXPECT_EQ(decision.normalized_path, "/b");
  EXPECT_EQ(decision.result, Decision::Result::kPassThrough);
  EXPECT_EQ(decision.address, "unknown.example.com");
  EXPECT_EQ(decision.host.port, 80U);
  const Decision service = router_.Explain({.authority = "RATINGS"});
  EXPECT_EQ(service.host.port, 9080U);
  EXPECT_EQ(service.host.port_reason, "the service's only port");
  EXPECT_EQ(service.host.matched_name, "ratings");
  EXPECT_EQ(service.route_origin, "default route of ratings.default.svc.cluster.local");
}

TEST_F(ExplainScenario, LocalAnswersAreToldWhole) {
  LoadRules(R"(
  - match: [{uri: {prefix: /old}}]
    redirect: {uri: /new}
  - directResponse: {status: 451, body: {string: sorry}}
    headers: {response: {set: {x-why: law}}}
)");
  EXPECT_EQ(FindHeader(Explain("/old").reply_headers, "location"), "http://reviews:9080/new");
  const Decision decision = Explain("/");
  EXPECT_EQ(decision.status, 451);
  EXPECT_EQ(decision.reply_body, "sorry");
  EXPECT_EQ(FindHeader(decision.reply_headers, "x-why"), "law");
  EXPECT_EQ(decision.details, "direct_response");
}

TEST_F(ExplainScenario, ExplainingLeavesNoTrace) {
  LoadRules("  - route: [{destination: {host: reviews, subset: v1}}]\n");
  for (int i = 0; i < 10; ++i) (void)Explain("/");
  EXPECT_THAT(observer_.calls, IsEmpty());
  EXPECT_THAT(observer_.attempts, IsEmpty());
  EXPECT_THAT(transport_.sent(), IsEmpty());
  const Decision decision = Explain("/");
  for (const Decision::EndpointInfo& endpoint : decision.pool->endpoints) {
    EXPECT_EQ(endpoint.active_requests, 0U);
  }
}

TEST_F(ExplainScenario, TheTextTellsTheOrderOfWork) {
  LoadRules(R"(
  - match: [{headers: {end-user: {exact: jason}}}]
    route: [{destination: {host: reviews, subset: v2}}]
  - timeout: 1500ms
    retries: {attempts: 1, retryOn: 5xx}
    route:
    - {destination: {host: reviews, subset: v1}, weight: 9}
    - {destination: {host: reviews, subset: v2}, weight: 1}
)");
  EXPECT_EQ(Explain("/x").ToText(), R"(GET http://reviews:9080/x
  host        reviews.default.svc.cluster.local, by exact name reviews
  port        9080, in the authority
  service     reviews.default.svc.cluster.local in namespace default
  rules from  VirtualService default/reviews (host reviews.default.svc.cluster.local) governs
  tried       VirtualService default/reviews http[0] match[0]: no, header end-user is absent, must be "jason"
              VirtualService default/reviews http[1]: matches
  to          outbound|9080|v1|reviews.default.svc.cluster.local  9/10  <- drew 0
              outbound|9080|v2|reviews.default.svc.cluster.local  1/10
  pool        DestinationRule default/reviews
              subset of version=v1
              load balancer LEAST_REQUEST
  endpoints   2 of 2 may be picked
              10.0.0.1:9080  healthy, 0 active  <- picked
              10.0.0.2:9080  healthy, 0 active
  timeout     1.5s
  retries     up to 1 on 5xx, back-off 25ms to 250ms
  sends       GET http://reviews:9080/x to 10.0.0.1:9080
                x-envoy-attempt-count: 1
)");
}

TEST_F(ExplainScenario, TheJsonIsReadAgainWhateverBytesTheRequestHolds) {
  LoadRules("  - route: [{destination: {host: reviews, subset: v1}}]\n");
  const Decision decision = Explain("/\xff\"\\", {{"x-\xc3\xa9", "\x80\n"}});
  ConfigErrors errors;
  const auto document = ReadJson({"decision", decision.ToJson()}, LoadOptions{}, errors);
  ASSERT_NE(document, nullptr) << errors.ToStatus().ToString();
  EXPECT_EQ(document->Find("address")->string(), "10.0.0.1:9080");
  EXPECT_EQ(document->Find("request")->Find("path")->string(), "/\xEF\xBF\xBD\"\\");
  EXPECT_EQ(document->Find("result")->string(), "send");
  EXPECT_EQ(document->Find("timeout")->string(), "0s");
}

}  // namespace
}  // namespace meshroute
