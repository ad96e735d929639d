// SPDX-License-Identifier: Apache-2.0
#include "meshroute/call/retry.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "meshroute/call/backoff.h"
#include "meshroute/testing/scripted_random.h"

namespace meshroute {
namespace {

using Kind = Outcome::Kind;
using Idempotency = CallOptions::Idempotency;

RetryPolicy PolicyOf(uint32_t conditions, std::vector<int> codes = {}) {
  RetryPolicy policy;
  policy.attempts = 2;
  policy.conditions = conditions;
  policy.status_codes = std::move(codes);
  return policy;
}

// What Istio applies where nobody says anything.
RetryPolicy BuiltIn() {
  return PolicyOf(RetryPolicy::kConnectFailure | RetryPolicy::kRefusedStream |
                  RetryPolicy::kGrpcUnavailable | RetryPolicy::kGrpcCancelled |
                  RetryPolicy::kRetriableStatusCodes);
}

bool Asks(const RetryPolicy& policy, const Outcome& outcome, RequestSent sent = RequestSent::kYes,
          Idempotency idempotency = Idempotency::kByRule) {
  return AsksForRetry(policy, outcome, sent, idempotency);
}

Outcome GrpcStatus(int status) {
  Outcome outcome = Outcome::Status(200);
  outcome.grpc_status = status;
  return outcome;
}

// The known answers of Istio's retry decisions: built-in, `5xx` and `503`.
TEST(RetryTest, DecidesAsTheSidecarDoes) {
  const RetryPolicy built_in = BuiltIn();
  const RetryPolicy five_hundreds = PolicyOf(RetryPolicy::k5xx);
  const RetryPolicy only_503 = PolicyOf(RetryPolicy::kRetriableStatusCodes, {503});
  const struct {
    std::string event;
    Outcome outcome;
    bool by_built_in, by_5xx, by_503;
  } rows[] = {
      {"TCP connect refused", Outcome::Failure(Kind::kConnectFailed), true, true, false},
      {"connect timeout", Outcome::Failure(Kind::kConnectTimeout), true, true, false},
      {"upstream 503", Outcome::Status(503), false, true, true},
      {"per-try timeout", Outcome::Failure(Kind::kTimeout), false, true, false},
      {"reset after request sent", Outcome::Failure(Kind::kResetBeforeHeaders), false, true, false},
      {"REFUSED_STREAM", Outcome::Failure(Kind::kRefusedStream), true, true, false},
      {"trailers-only grpc-status 14", GrpcStatus(14), true, false, false},
      {"trailers-only grpc-status 13", GrpcStatus(13), false, false, false},
      {"pending queue overflow", Outcome::Failure(Kind::kOverflow), false, false, false},
      {"no certificate of our own", Outcome::Failure(Kind::kNotReady), false, false, false},
      {"reset inside the response", Outcome::Failure(Kind::kResetAfterHeaders), false, false,
       false},
      {"protocol error", Outcome::Failure(Kind::kProtocolError), false, true, false},
      {"caller gave up", Outcome::Failure(Kind::kCancelled), false, false, false},
      {"upstream 500", Outcome::Status(500), false, true, false},
      {"upstream 404", Outcome::Status(404), false, false, false},
      {"upstream 200", Outcome::Status(200), false, false, false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(Asks(built_in, row.outcome), row.by_built_in) << row.event;
    EXPECT_EQ(Asks(five_hundreds, row.outcome), row.by_5xx) << row.event;
    EXPECT_EQ(Asks(only_503, row.outcome), row.by_503) << row.event;
  }
}

TEST(RetryTest, EachResponseConditionHasItsStatuses) {
  const struct {
    uint32_t condition;
    std::set<int> statuses;
  } rows[] = {
      {RetryPolicy::kGatewayError, {502, 503, 504}},
      {RetryPolicy::kRetriable4xx, {409}},
      {RetryPolicy::kReset, {}},
      {RetryPolicy::kConnectFailure, {}},
  };
  for (const auto& row : rows) {
    for (int status = 100; status < 600; ++status) {
      EXPECT_EQ(Asks(PolicyOf(row.condition), Outcome::Status(status)),
                row.statuses.count(status) == 1)
          << row.condition << " " << status;
    }
  }
}

TEST(RetryTest, EachGrpcConditionHasItsStatus) {
  const std::pair<uint32_t, int> rows[] = {{RetryPolicy::kGrpcCancelled, 1},
                                           {RetryPolicy::kGrpcDeadlineExceeded, 4},
                                           {RetryPolicy::kGrpcResourceExhausted, 8},
                                           {RetryPolicy::kGrpcInternal, 13},
                                           {RetryPolicy::kGrpcUnavailable, 14}};
  for (const auto& [condition, retriable] : rows) {
    for (int status = 0; status <= 16; ++status) {
      EXPECT_EQ(Asks(PolicyOf(condition), GrpcStatus(status)), status == retriable);
    }
  }
}

TEST(RetryTest, ARateLimitedAnswerIsRetriedUnderItsOwnNameAlone) {
  Outcome limited = Outcome::Status(503);
  limited.rate_limited = true;
  EXPECT_FALSE(Asks(PolicyOf(RetryPolicy::k5xx | RetryPolicy::kGatewayError), limited));
  EXPECT_TRUE(Asks(PolicyOf(RetryPolicy::kEnvoyRateLimited), limited));
  EXPECT_FALSE(Asks(PolicyOf(RetryPolicy::kEnvoyRateLimited), Outcome::Status(503)));
}

TEST(RetryTest, ResetBeforeRequestHoldsUntilAByteWasSentInAnyAttempt) {
  const RetryPolicy policy = PolicyOf(RetryPolicy::kResetBeforeRequest);
  for (const Kind kind :
       {Kind::kConnectFailed, Kind::kResetBeforeHeaders, Kind::kTimeout, Kind::kProtocolError}) {
    EXPECT_TRUE(Asks(policy, Outcome::Failure(kind), RequestSent::kNo)) << OutcomeName(kind);
    EXPECT_FALSE(Asks(policy, Outcome::Failure(kind), RequestSent::kYes)) << OutcomeName(kind);
  }
}

TEST(RetryTest, NoAttemptsMeansNoRetry) {
  RetryPolicy policy = PolicyOf(RetryPolicy::k5xx);
  policy.attempts = 0;
  EXPECT_FALSE(Asks(policy, Outcome::Status(503)));
  EXPECT_FALSE(Asks(policy, Outcome::Failure(Kind::kResetBeforeHeaders), RequestSent::kYes,
                    Idempotency::kIdempotent));
}

TEST(RetryTest, AnIdempotentRequestIsSentAgainWhereItsConnectionDied) {
  const RetryPolicy built_in = BuiltIn();
  for (const Kind kind : {Kind::kResetBeforeHeaders, Kind::kResetAfterHeaders}) {
    EXPECT_FALSE(Asks(built_in, Outcome::Failure(kind)));
    EXPECT_TRUE(
        Asks(built_in, Outcome::Failure(kind), RequestSent::kYes, Idempotency::kIdempotent));
  }
  // A timeout or an answer says nothing about the connection.
  EXPECT_FALSE(Asks(built_in, Outcome::Failure(Kind::kTimeout), RequestSent::kYes,
                    Idempotency::kIdempotent));
  EXPECT_FALSE(Asks(built_in, Outcome::Status(503), RequestSent::kYes, Idempotency::kIdempotent));
}

TEST(RetryTest, ARequestThatMustNotRepeatIsSentAgainOnlyWhileNothingLeft) {
  const RetryPolicy policy = PolicyOf(RetryPolicy::k5xx | RetryPolicy::kConnectFailure);
  EXPECT_TRUE(Asks(policy, Outcome::Failure(Kind::kConnectFailed), RequestSent::kNo,
                   Idempotency::kNotIdempotent));
  EXPECT_FALSE(Asks(policy, Outcome::Status(503), RequestSent::kYes, Idempotency::kNotIdempotent));
  EXPECT_FALSE(Asks(policy, Outcome::Failure(Kind::kConnectFailed), RequestSent::kYes,
                    Idempotency::kNotIdempotent));
}

// Intervals 25, 50, 100, 200, 250, 250: the largest wait of each is one less,
// and a draw of the interval itself is a wait of 0.
TEST(BackoffTest, DrawsFromIntervalsThatDoubleUpToTheMaximum) {
  const uint64_t intervals[] = {25, 50, 100, 200, 250, 250, 250};
  Backoff longest(std::chrono::milliseconds(25), std::chrono::milliseconds(250));
  Backoff shortest = longest;
  for (const uint64_t interval : intervals) {
    ScriptedRandom last({interval - 1});
    EXPECT_EQ(longest.Next(last), std::chrono::milliseconds(interval - 1));
    ScriptedRandom wrapped({interval});
    EXPECT_EQ(shortest.Next(wrapped), Duration::zero());
  }
}

TEST(BackoffTest, ABaseBelowAMillisecondCountsAsOne) {
  Backoff backoff(std::chrono::microseconds(10), std::chrono::microseconds(100));
  ScriptedRandom random({}, 12345);
  EXPECT_EQ(backoff.Next(random), Duration::zero());
}

}  // namespace
}  // namespace meshroute
