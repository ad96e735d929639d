// SPDX-License-Identifier: Apache-2.0
// Whole calls from YAML to answer: what a caller sees in each situation that a
// sidecar's operator knows by its response flag.
#include <gmock/gmock.h>

#include "tests/scenario/scenario.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Kind = Outcome::Kind;

using CallScenario = ScenarioTest;

TEST_F(CallScenario, AServiceWithoutAnyRuleIsCalledDirectly) {
  Load("");
  const Response response = Send({.authority = "ratings:9080", .path = "/ratings/7"});
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.ok());
  EXPECT_EQ(response.endpoint, "10.0.1.1:9080");
  EXPECT_EQ(response.destination, "outbound|9080||ratings.default.svc.cluster.local");
  EXPECT_EQ(response.details, "via_upstream");
  ASSERT_THAT(transport_.sent(), SizeIs(1));
  EXPECT_EQ(transport_.sent()[0].head.path, "/ratings/7");
  EXPECT_EQ(transport_.sent()[0].head.authority, "ratings:9080");
}

TEST_F(CallScenario, AHeaderRoutesToASubset) {
  LoadRules(R"(
  - match: [{headers: {end-user: {exact: jason}}}]
    route: [{destination: {host: reviews, subset: v2}}]
  - route: [{destination: {host: reviews, subset: v1}}]
)");
  EXPECT_EQ(Get("/", {{"End-User", "jason"}}).endpoint, "10.0.0.3:9080");
  EXPECT_EQ(Get("/").destination, "outbound|9080|v1|reviews.default.svc.cluster.local");
}

TEST_F(CallScenario, WeightsAreDrawnPerCallOnCumulativeIntervals) {
  LoadRules(R"(
  - route:
    - {destination: {host: reviews, subset: v1}, weight: 90}
    - {destination: {host: reviews, subset: v2}, weight: 10}
)");
  const std::pair<uint64_t, std::string> draws[] = {
      {0, "|v1|"}, {89, "|v1|"}, {90, "|v2|"}, {99, "|v2|"}, {100, "|v1|"}};
  for (const auto& [draw, subset] : draws) {
    random_.Append({draw, 0, 0});  // The split; two choices of least request.
    EXPECT_THAT(Get("/").destination, ::testing::HasSubstr(subset)) << draw;
    while (random_.draws() % 3 != 0) (void)random_.Next();  // One endpoint needs no choice.
  }
}

TEST_F(CallScenario, NoMatchingRuleIs404) {
  LoadRules(
      "  - match: [{uri: {prefix: /reviews}}]\n    route: [{destination: {host: reviews, subset: "
      "v1}}]\n");
  const Response response = Get("/ratings");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.flags.ToString(), "NR");
  EXPECT_EQ(response.details, "route_not_found");
  EXPECT_THAT(transport_.sent(), IsEmpty());
}

TEST_F(CallScenario, AnUnknownSubsetOrHostIs503NC) {
  LoadRules(R"(
  - match: [{uri: {prefix: /subset}}]
    route: [{destination: {host: reviews, subset: v9}}]
  - match: [{uri: {prefix: /port}}]
    route: [{destination: {host: reviews, port: {number: 81}}}]
  - route: [{destination: {host: nowhere}}]
)");
  for (const std::string_view path : {"/subset", "/port", "/host"}) {
    const Response response = Get(path);
    EXPECT_EQ(response.status, 503) << path;
    EXPECT_EQ(response.flags.ToString(), "NC") << path;
    EXPECT_EQ(response.attempts, 0u) << path;
  }
}

TEST_F(CallScenario, ASubsetWithoutEndpointsIs503UHAndNeverRetried) {
  LoadRules(
      "  - route: [{destination: {host: reviews, subset: v3}}]\n    retries: {attempts: 3, "
      "retryOn: 5xx}\n",
      R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  subsets: [{name: v3, labels: {version: v3}}]
---
)");
  const Response response = Get("/");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.flags.ToString(), "UH");
  EXPECT_EQ(response.body, "no healthy upstream");
  EXPECT_THAT(transport_.sent(), IsEmpty());
}

TEST_F(CallScenario, AnUnknownHostIsLetThroughAsDialled) {
  Load("");
  const Response response = Send({.authority = "example.org:8080"});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.endpoint, "example.org:8080");
  EXPECT_EQ(response.destination, "");
}

TEST_F(CallScenario, RegistryOnlyAnswers502ForAnUnknownHost) {
  RouterOptions options;
  options.mesh.outbound_traffic_policy = MeshOptions::OutboundTrafficPolicy::kRegistryOnly;
  options.clock = &clock_;
  options.random = &random_;
  Router router(options);
  Call call = router.Start({.authority = "example.org"});
  EXPECT_EQ(RunBlocking(call, "", transport_, clock_).status, 502);
  EXPECT_THAT(transport_.sent(), IsEmpty());
}

TEST_F(CallScenario, DirectResponsesAndRedirectsNeedNoUpstream) {
  LoadRules(R"(
  - match: [{uri: {exact: /healthz}}]
    directResponse: {status: 503, body: {string: "under repair"}}
    headers: {response: {set: {x-from: rule}}}
  - match: [{uri: {prefix: /old}}]
    redirect: {uri: /new, authority: v2.reviews, redirectCode: 302}
  - route: [{destination: {host: reviews, subset: v1}}]
)");
  const Response direct = Get("/healthz");
  EXPECT_EQ(direct.status, 503);
  EXPECT_EQ(direct.body, "under repair");
  EXPECT_EQ(FindHeader(direct.headers, "content-type"), "text/plain");
  EXPECT_EQ(FindHeader(direct.headers, "x-from"), "rule");
  const Response redirect = Get("/old?q=1");
  EXPECT_EQ(redirect.status, 302);
  EXPECT_EQ(FindHeader(redirect.headers, "location"), "http://v2.reviews/new?q=1");
  EXPECT_THAT(transport_.sent(), IsEmpty());
}

TEST_F(CallScenario, RewritesAndHeaderEditsReachTheUpstreamAndTheCaller) {
  LoadRules(R"(
  - match: [{uri: {prefix: /api}}]
    rewrite: {uri: /v2, authority: inner}
    headers: {request: {set: {x-team: mesh}, remove: [x-secret]}, response: {add: {x-seen: "1"}}}
    route: [{destination: {host: reviews, subset: v2}}]
)");
  const Response response = Get("/api/../api/books?id=7", {{"X-Secret", "s"}});
  ASSERT_THAT(transport_.sent(), SizeIs(1));
  const RequestHead head = transport_.sent()[0].head;
  EXPECT_EQ(head.path, "/v2/books?id=7");
  EXPECT_EQ(head.authority, "inner");
  EXPECT_EQ(FindHeader(head.headers, "x-team"), "mesh");
  EXPECT_EQ(FindHeader(head.headers, "x-secret").data(), nullptr);
  EXPECT_EQ(FindHeader(head.headers, "x-envoy-attempt-count"), "1");
  EXPECT_EQ(FindHeader(response.headers, "x-seen"), "1");
}

TEST_F(CallScenario, EachFailureHasItsStatusAndFlag) {
  LoadRules(
      "  - route: [{destination: {host: reviews, subset: v2}}]\n    retries: {attempts: 0}\n");
  const struct {
    Kind kind;
    int status;
    std::string flags;
  } rows[] = {
      {Kind::kConnectFailed, 503, "UF"},      {Kind::kConnectTimeout, 503, "UF"},
      {Kind::kResetBeforeHeaders, 503, "UC"}, {Kind::kResetAfterHeaders, 503, "UC"},
      {Kind::kRefusedStream, 503, "UR"},      {Kind::kProtocolError, 502, "UPE"},
      {Kind::kOverflow, 503, "UO"},           {Kind::kTimeout, 504, "UT"},
      {Kind::kNotReady, 503, "UF"},
  };
  for (const auto& row : rows) {
    transport_.Push("10.0.0.3:9080", row.kind);
    const Response response = Get("/");
    EXPECT_EQ(response.status, row.status) << OutcomeName(row.kind);
    EXPECT_EQ(response.flags.ToString(), row.flags) << OutcomeName(row.kind);
    EXPECT_EQ(response.attempts, 1u);
    EXPECT_EQ(FindHeader(response.headers, "x-envoy-overloaded") == "true",
              row.kind == Kind::kOverflow);
  }
}

// As Envoy: behind the reason in the details, and at the end of the body.
TEST_F(CallScenario, AFailureToConnectSaysWhy) {
  LoadRules(
      "  - route: [{destination: {host: reviews, subset: v2}}]\n    retries: {attempts: 1}\n");
  transport_.Push("10.0.0.3:9080", {Outcome::Failure(Kind::kConnectFailed), {}, {}, {}, "first"});
  transport_.Push("10.0.0.3:9080", {Outcome::Failure(Kind::kConnectFailed), {}, {}, {}, "expired"});
  const Response response = Get("/");
  EXPECT_EQ(response.details,
            "upstream_reset_before_response_started{remote connection failure|expired}");
  EXPECT_EQ(response.body,
            "upstream connect error or disconnect/reset before headers. retried and the latest "
            "reset reason: remote connection failure, transport failure reason: expired");

  // What the call does not end with is not told.
  transport_.Push("10.0.0.3:9080", {Outcome::Failure(Kind::kConnectFailed), {}, {}, {}, "first"});
  transport_.Push("10.0.0.3:9080", Kind::kConnectTimeout);
  EXPECT_EQ(Get("/").details, "upstream_reset_before_response_started{connection timeout}");
}

// Nothing was sent, and another attempt would end in the same way.
TEST_F(CallScenario, WhatIsNotReadyIsNotRetried) {
  LoadRules(
      "  - route: [{destination: {host: reviews, subset: v2}}]\n"
      "    retries: {attempts: 3, retryOn: '5xx,connect-failure,reset'}\n");
  transport_.Push("10.0.0.3:9080", {Outcome::Failure(Kind::kNotReady), {}, {}, {}, "no key"});
  const Response response = Get("/");
  EXPECT_EQ(response.attempts, 1u);
  EXPECT_EQ(response.flags.ToString(), "UF");
  EXPECT_EQ(response.details,
            "upstream_reset_before_response_started{local connection failure|no key}");
}

TEST_F(CallScenario, ARetryBudgetWithAnIntervalCountsTheRequestsStartedWithinIt) {
  LoadRules(
      "  - route: [{destination: {host: reviews, subset: v2}}]\n"
      "    retries: {attempts: 1, retryOn: '5xx'}\n",
      R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  trafficPolicy: {retryBudget: {percent: 20, minRetryConcurrency: 1, budgetInterval: 10s}}
  subsets: [{name: v2, labels: {version: v2}}]
---
)");
  SubsetPool* pool = nullptr;
  for (const auto& each : router_.tables()->pools) {
    if (each != nullptr && each->key().subset == "v2") pool = each.get();
  }
  ASSERT_NE(pool, nullptr);
  for (int i = 0; i < 15; ++i) Get("/");
  EXPECT_EQ(pool->breaker().limit(CircuitBreaker::Resource::kRetries, clock_.Now()), 3u);
  // Retries are under way as long as they wait, so that two slots out leave one.
  pool->breaker().Acquire(CircuitBreaker::Resource::kRetries);
  pool->breaker().Acquire(CircuitBreaker::Resource::kRetries);
  transport_.Push("10.0.0.3:9080", 503);
  EXPECT_EQ(Get("/").attempts, 2u);
  clock_.Advance(seconds(10));
  transport_.Push("10.0.0.3:9080", 503);
  const Response refused = Get("/");
  EXPECT_EQ(refused.attempts, 1u);
  EXPECT_EQ(refused.flags.ToString(), "UO");
  pool->breaker().Release(CircuitBreaker::Resource::kRetries);
  pool->breaker().Release(CircuitBreaker::Resource::kRetries);
}

TEST_F(CallScenario, AGrpcCallerGetsLocalRepliesAsGrpcStatus) {
  LoadRules(
      "  - match: [{uri: {prefix: /known}}]\n    route: [{destination: {host: reviews, subset: "
      "v1}}]\n");
  const Response response = Get("/other", {{"content-type", "application/grpc+proto"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(FindHeader(response.headers, "grpc-status"), "12");
  EXPECT_EQ(response.flags.ToString(), "NR");
}

TEST_F(CallScenario, MirrorsGetACopyOnceAndNeverChangeTheAnswer) {
  LoadRules(R"(
  - route: [{destination: {host: reviews, subset: v2}}]
    mirrors:
    - {destination: {host: reviews, subset: v1}, percentage: {value: 50}}
    - {destination: {host: ratings}, percentage: {value: 100}}
    - {destination: {host: nowhere}}
    retries: {attempts: 1, retryOn: 5xx}
)");
  transport_.Push("10.0.0.3:9080", 503);
  transport_.Always("10.0.1.1:9080", {Outcome::Status(500), {}, {}, {}});
  random_.Append({0, 0});     // Two choices of least request.
  random_.Append({500'000});  // Half of the requests are below half a million.
  const Response response =
      Send({.method = "POST", .authority = "reviews:9080", .path = "/x"}, {}, "body");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.attempts, 2u);
  std::vector<std::string> mirrored;
  for (const FakeTransport::Sent& sent : transport_.sent()) {
    if (sent.kind == FakeTransport::Sent::Kind::kMirror)
      mirrored.push_back(sent.endpoint + " " + sent.body);
  }
  EXPECT_THAT(mirrored, ElementsAre("10.0.1.1:9080 body"));
}

TEST_F(CallScenario, ADroppedCallGivesEverythingBackAndIsReportedAsCancelled) {
  Load("");
  {
    Call call = router_.Start({.authority = "ratings:9080"});
    ASSERT_TRUE(std::holds_alternative<meshroute::Send>(call.Next()));
  }
  for (const auto& pool : router_.tables()->pools) {
    if (pool == nullptr) continue;
    EXPECT_EQ(pool->breaker().active(CircuitBreaker::Resource::kRequests), 0u);
  }
  ASSERT_THAT(observer_.calls, SizeIs(1));
  EXPECT_EQ(observer_.calls[0].flags.ToString(), "DC");
}

TEST_F(CallScenario, WhoTakesItsPermitsOnceConnectedGetsAttemptsAndCopiesWithoutOne) {
  LoadRules(
      "  - mirror: {host: ratings}\n    route: [{destination: {host: reviews, subset: v1}}]\n");
  for (const Admission admission : {Admission::kAtPick, Admission::kAtConnection}) {
    CallOptions options;
    options.admission = admission;
    Call call = router_.Start({.authority = "reviews:9080"}, options);
    const Step step = call.Next();
    ASSERT_THAT(std::get<meshroute::Send>(step).mirrors, SizeIs(1));
    uint64_t active = 0;
    for (const auto& pool : router_.tables()->pools) {
      if (pool != nullptr) active += pool->breaker().active(CircuitBreaker::Resource::kRequests);
    }
    EXPECT_EQ(active, admission == Admission::kAtPick ? 2u : 0u);
  }
}

TEST_F(CallScenario, AGrpcCallerGetsDirectResponsesAndRedirectsAsGrpcStatus) {
  LoadRules(R"(
  - match: [{uri: {prefix: /gone}}]
    redirect: {uri: /there}
  - directResponse: {status: 503, body: {string: closed}}
)");
  const HeaderView grpc = {"content-type", "application/grpc"};
  const Response answer = Get("/", {grpc});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(FindHeader(answer.headers, "content-type"), "application/grpc");
  EXPECT_EQ(FindHeader(answer.headers, "grpc-status"), "14");
  EXPECT_EQ(FindHeader(answer.headers, "grpc-message"), "closed");
  EXPECT_TRUE(answer.body.empty());
  const Response redirect = Get("/gone", {grpc});
  EXPECT_EQ(redirect.status, 200);
  EXPECT_EQ(FindHeader(redirect.headers, "grpc-status"), "2");
  EXPECT_EQ(FindHeader(redirect.headers, "location"), "http://reviews:9080/there");
  EXPECT_EQ(Get("/").status, 503);
}

TEST_F(CallScenario, TheUpstreamOfAGrpcCallIsToldTheTimeThatIsLeft) {
  LoadRules(R"(
  - timeout: 2s
    retries: {attempts: 1, retryOn: 5xx}
    route: [{destination: {host: reviews, subset: v2}}]
)");
  const HeaderView grpc = {"content-type", "application/grpc"};
  transport_.Push("10.0.0.3:9080", {Outcome::Status(503), {}, {}, milliseconds(300)});
  random_.Append({0, 0, 0});
  EXPECT_EQ(Get("/", {grpc, {"grpc-timeout", "10S"}}).status, 200);
  ASSERT_THAT(transport_.sent(), SizeIs(2));
  EXPECT_EQ(FindHeader(transport_.sent()[0].head.headers, "grpc-timeout"), "2000m");
  EXPECT_EQ(FindHeader(transport_.sent()[1].head.headers, "grpc-timeout"), "1700m");
  Get("/");
  EXPECT_EQ(FindHeader(transport_.sent()[2].head.headers, "grpc-timeout").data(), nullptr);
}

TEST_F(CallScenario, AGrpcCallThatRunsOutOfTimeEndsWithDeadlineExceeded) {
  LoadRules("  - timeout: 1s\n    route: [{destination: {host: reviews, subset: v2}}]\n");
  transport_.Always("10.0.0.3:9080", {Outcome::Status(200), {}, {}, seconds(5)});
  const Response response = Get("/", {{"content-type", "application/grpc"}});
  EXPECT_EQ(FindHeader(response.headers, "grpc-status"), "4");
  EXPECT_EQ(response.flags.ToString(), "UT");
}

TEST_F(CallScenario, ATunnelHasNoMirror) {
  LoadRules(R"(
  - mirror: {host: ratings}
    route: [{destination: {host: reviews, subset: v2}}]
)");
  Send({.method = "CONNECT", .authority = "reviews:9080", .path = "/"});
  EXPECT_THAT(transport_.sent(), SizeIs(1));
  Get("/");
  EXPECT_THAT(transport_.sent(), SizeIs(3));
}

TEST_F(CallScenario, FlagsStandInTheOrderInWhichTheyWereSet) {
  LoadRules(R"(
  - fault: {delay: {fixedDelay: 1s, percentage: {value: 100}}}
    route: [{destination: {host: nowhere}}]
)");
  EXPECT_EQ(Get("/").flags.ToString(), "DI,NC");
}

}  // namespace
}  // namespace meshroute
