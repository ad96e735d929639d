// SPDX-License-Identifier: Apache-2.0
// Timeouts, retries, back-off and faults of whole calls, to the millisecond.
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

using TimingScenario = ScenarioTest;
constexpr char kV2[] = "10.0.0.3:9080";

FakeTransport::Answer Slow(Duration takes, int status = 200) {
  return {Outcome::Status(status), {}, {}, takes};
}

TEST_F(TimingScenario, TheRulesTimeoutCoversAllAttemptsAndEndsAs504UT) {
  LoadRules(
      "  - route: [{destination: {host: reviews, subset: v2}}]\n    timeout: 1s\n"
      "    retries: {attempts: 5, retryOn: 5xx, backoff: 100ms}\n");
  transport_.Always(kV2, Slow(milliseconds(400), 503));
  random_.Append({0, 0, 99});  // Two choices of least request; then wait 99ms, after the first
                               // answer at 400ms: 499ms.
  random_.Append({0, 0, 0});   // The second ends at 899ms; no wait. The third never ends.
  const TimePoint start = clock_.Now();
  const Response response = Get("/");
  EXPECT_EQ(response.status, 504);
  EXPECT_EQ(response.flags.ToString(), "UT");
  EXPECT_EQ(response.details, "response_timeout");
  EXPECT_EQ(clock_.Now() - start, seconds(1));
  EXPECT_EQ(response.attempts, 3u);
}

TEST_F(TimingScenario, ABackoffThatTheCallWouldNotSurviveIsNotWaitedFor) {
  LoadRules(
      "  - route: [{destination: {host: reviews, subset: v2}}]\n    timeout: 100ms\n"
      "    retries: {attempts: 2, retryOn: 5xx, backoff: 200ms}\n");
  transport_.Always(kV2, Slow(milliseconds(50), 503));
  random_.Append({0, 0, 150});  // Two choices of least request, then the wait.
  const TimePoint start = clock_.Now();
  const Response response = Get("/");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(clock_.Now() - start, milliseconds(50));
  EXPECT_EQ(response.details, "via_upstream");
}

TEST_F(TimingScenario, APerTryTimeoutIsRetriedUnder5xxAndNotByDefault) {
  const std::string rule =
      "  - route: [{destination: {host: reviews, subset: v2}}]\n    timeout: 10s\n";
  transport_.Push(kV2, Slow(seconds(5)));
  LoadRules(rule + "    retries: {attempts: 1, perTryTimeout: 1s, retryOn: 5xx}\n");
  EXPECT_EQ(Get("/").status, 200);
  transport_.Push(kV2, Slow(seconds(5)));
  LoadRules(rule + "    retries: {attempts: 1, perTryTimeout: 1s}\n");
  const Response response = Get("/");
  EXPECT_EQ(response.status, 504);
  EXPECT_EQ(response.details, "upstream_per_try_timeout");
  EXPECT_EQ(response.elapsed, seconds(1));
}

TEST_F(TimingScenario, APerTryTimeoutNotBelowTheRulesIsOff) {
  LoadRules(
      "  - route: [{destination: {host: reviews, subset: v2}}]\n    timeout: 2s\n"
      "    retries: {attempts: 1, perTryTimeout: 2s, retryOn: 5xx}\n");
  transport_.Always(kV2, Slow(seconds(3)));
  const Response response = Get("/");
  EXPECT_EQ(response.details, "response_timeout");
  EXPECT_EQ(response.attempts, 1u);
  EXPECT_EQ(response.elapsed, seconds(2));
}

TEST_F(TimingScenario, WithoutATimeoutACallMayTakeItsTime) {
  LoadRules("  - route: [{destination: {host: reviews, subset: v2}}]\n");
  transport_.Always(kV2, Slow(std::chrono::hours(1)));
  EXPECT_EQ(Get("/").status, 200);
}

TEST_F(TimingScenario, TheCallersDeadlineCountsWhereItIsEarlier) {
  LoadRules("  - route: [{destination: {host: reviews, subset: v2}}]\n    timeout: 2s\n");
  transport_.Always(kV2, Slow(seconds(3)));
  CallOptions options;
  options.deadline = clock_.Now() + milliseconds(300);
  EXPECT_EQ(Get("/", {}, options).elapsed, milliseconds(300));
  EXPECT_EQ(Get("/").elapsed, seconds(2));
}

TEST_F(TimingScenario, AGrpcTimeoutCountsUpToTheRules) {
  LoadRules("  - route: [{destination: {host: reviews, subset: v2}}]\n    timeout: 2s\n");
  transport_.Always(kV2, Slow(seconds(9)));
  const HeaderView grpc = {"content-type", "application/grpc"};
  EXPECT_EQ(Get("/", {grpc, {"grpc-timeout", "500m"}}).elapsed, milliseconds(500));
  EXPECT_EQ(Get("/", {grpc, {"grpc-timeout", "5S"}}).elapsed, seconds(2));
  EXPECT_EQ(Get("/", {grpc, {"grpc-timeout", "1500u"}}).elapsed, milliseconds(2));
  EXPECT_EQ(Get("/", {grpc, {"grpc-timeout", "soon"}}).elapsed, seconds(2));
  EXPECT_EQ(Get("/", {{"grpc-timeout", "500m"}}).elapsed, seconds(2));
}

TEST_F(TimingScenario, RetriesStopAtTheirNumberWithURX) {
  LoadRules(
      "  - route: [{destination: {host: reviews, subset: v2}}]\n    retries: {attempts: 2, "
      "retryOn: \"503\"}\n");
  transport_.Always(kV2, Slow({}, 503));
  const Response response = Get("/");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.flags.ToString(), "URX");
  EXPECT_EQ(response.attempts, 3u);
  EXPECT_EQ(response.details, "via_upstream");
}

TEST_F(TimingScenario, TheBuiltInPolicyRetriesConnectFailuresTwiceElsewhere) {
  LoadRules("  - route: [{destination: {host: reviews}}]\n");
  transport_.Always("10.0.0.1:9080", {Outcome::Failure(Kind::kConnectFailed), {}, {}, {}});
  transport_.Always("10.0.0.2:9080", {Outcome::Failure(Kind::kConnectFailed), {}, {}, {}});
  random_.Append({0, 0});        // The first endpoint ...
  random_.Append({7});           // ... then 7ms of back-off ...
  random_.Append({0, 0, 1, 1});  // ... not the first again, but the second ...
  random_.Append({11});
  random_.Append({2, 2});  // ... and the third.
  const Response response = Get("/");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(Addresses(), ElementsAre("10.0.0.1:9080", "10.0.0.2:9080", "10.0.0.3:9080"));
  EXPECT_EQ(response.elapsed, milliseconds(18));
  EXPECT_EQ(FindHeader(transport_.sent()[2].head.headers, "x-envoy-attempt-count"), "3");
}

TEST_F(TimingScenario, AnEmptyRetriesObjectTurnsRetriesOff) {
  LoadRules("  - route: [{destination: {host: reviews, subset: v2}}]\n    retries: {}\n");
  transport_.Push(kV2, Kind::kConnectFailed);
  const Response response = Get("/");
  EXPECT_EQ(response.attempts, 1u);
  EXPECT_EQ(response.flags.ToString(), "UF");
}

TEST_F(TimingScenario, AFullRetryBreakerGivesBackTheLastAnswerWithUO) {
  LoadRules(
      "  - route: [{destination: {host: reviews, subset: v2}}]\n    retries: {attempts: 2, "
      "retryOn: 5xx}\n",
      R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  subsets: [{name: v2, labels: {version: v2}}]
  trafficPolicy: {connectionPool: {http: {maxRetries: 1}}}
---
)");
  transport_.Always(kV2, Slow({}, 503));
  Call first = router_.Start({.authority = "reviews:9080"});
  ASSERT_TRUE(std::holds_alternative<meshroute::Send>(first.Next()));
  random_.Append({20});
  first.Report(1, Outcome::Status(503));
  ASSERT_TRUE(std::holds_alternative<Wait>(first.Next()));  // Holds the only slot in back-off.
  const Response second = Get("/");
  EXPECT_EQ(second.status, 503);
  EXPECT_EQ(second.flags.ToString(), "UO");
  EXPECT_EQ(second.attempts, 1u);
  EXPECT_EQ(second.details, "via_upstream");
}

TEST_F(TimingScenario, AFaultDelayComesBeforeEverythingAndOutsideTheTimeout) {
  LoadRules(
      "  - fault: {delay: {fixedDelay: 5s, percentage: {value: 10}}}\n    timeout: 1s\n"
      "    route: [{destination: {host: reviews, subset: v2}}]\n");
  random_.Append({99'999});
  const Response delayed = Get("/");
  EXPECT_EQ(delayed.status, 200);
  EXPECT_EQ(delayed.flags.ToString(), "DI");
  EXPECT_EQ(delayed.elapsed, seconds(5));
  random_.Append({100'000});
  const Response spared = Get("/");
  EXPECT_EQ(spared.flags.ToString(), "-");
  EXPECT_EQ(spared.elapsed, Duration::zero());
}

TEST_F(TimingScenario, AnAbortFollowsTheDelayByItsOwnDrawAndIsNeverRetried) {
  LoadRules(
      "  - fault: {delay: {fixedDelay: 2s, percentage: {value: 50}}, abort: {httpStatus: 555, "
      "percentage: {value: 50}}}\n"
      "    retries: {attempts: 3, retryOn: 5xx}\n    route: [{destination: {host: reviews, subset: "
      "v2}}]\n");
  random_.Append({0, 0});
  const Response both = Get("/");
  EXPECT_EQ(both.status, 555);
  EXPECT_EQ(both.flags.ToString(), "DI,FI");
  EXPECT_EQ(both.body, "fault filter abort");
  EXPECT_EQ(both.elapsed, seconds(2));
  random_.Append({500'000, 499'999});
  EXPECT_EQ(Get("/").flags.ToString(), "FI");
  EXPECT_THAT(transport_.sent(), IsEmpty());
}

TEST_F(TimingScenario, AGrpcAbortIsATrailersOnlyReply) {
  LoadRules(
      "  - fault: {abort: {grpcStatus: UNAVAILABLE, percentage: {value: 100}}}\n"
      "    route: [{destination: {host: reviews, subset: v2}}]\n");
  const Response response = Get("/");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(FindHeader(response.headers, "grpc-status"), "14");
}

// A driver that keeps attempts in flight is told to cancel when time is up.
TEST_F(TimingScenario, AnAttemptInFlightAtTheDeadlineIsCancelledAndCharged) {
  LoadRules("  - route: [{destination: {host: reviews, subset: v2}}]\n    timeout: 1s\n");
  Call call = router_.Start({.authority = "reviews:9080"});
  ASSERT_TRUE(std::holds_alternative<meshroute::Send>(call.Next()));
  Step step = call.Next();
  ASSERT_TRUE(std::holds_alternative<Wait>(step));
  EXPECT_EQ(std::get<Wait>(step).until, clock_.Now() + seconds(1));
  clock_.Advance(seconds(1));
  step = call.Next();
  ASSERT_TRUE(std::holds_alternative<Cancel>(step));
  EXPECT_EQ(std::get<Cancel>(step).attempt, 1u);
  step = call.Next();
  ASSERT_TRUE(std::holds_alternative<Done>(step));
  EXPECT_EQ(std::get<Done>(step).status, 504);
  ASSERT_THAT(observer_.attempts, SizeIs(1));
  EXPECT_EQ(observer_.attempts[0].kind, Kind::kTimeout);
  call.Report(1, Outcome::Status(200));  // Too late: ignored.
  EXPECT_THAT(observer_.attempts, SizeIs(1));
}

}  // namespace
}  // namespace meshroute
