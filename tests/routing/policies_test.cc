// SPDX-License-Identifier: Apache-2.0
#include "meshroute/routing/policies.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <vector>

namespace meshroute {
namespace {

using namespace std::chrono_literals;

RetryPolicy Compile(const HttpRetry& retry) {
  return RetryPolicy::Compile(retry, RetryPolicy::Hashing::kNone);
}

TEST(RetryPolicyTest, BuiltInPolicyRetriesTwiceOnIstiosConditions) {
  const RetryPolicy policy = Compile(HttpRetry::BuiltIn());
  EXPECT_EQ(policy.attempts, 2u);
  EXPECT_EQ(policy.conditions, RetryPolicy::kConnectFailure | RetryPolicy::kRefusedStream |
                                   RetryPolicy::kGrpcUnavailable | RetryPolicy::kGrpcCancelled |
                                   RetryPolicy::kRetriableStatusCodes);
  EXPECT_TRUE(policy.status_codes.empty());
  EXPECT_EQ(policy.per_try_timeout, 0ms);
  EXPECT_EQ(policy.backoff_base, 25ms);
  EXPECT_EQ(policy.backoff_maximum, 250ms);
  EXPECT_TRUE(policy.avoid_previous_endpoints);
}

TEST(RetryPolicyTest, WithoutAttemptsNothingIsRetried) {
  HttpRetry retry;
  retry.backoff = 1s;
  const RetryPolicy policy = Compile(retry);
  EXPECT_EQ(policy.attempts, 0u);
  EXPECT_EQ(policy.conditions, 0u);
}

TEST(RetryPolicyTest, StatusCodesAreSortedAndTurnTheirConditionOn) {
  HttpRetry retry;
  retry.attempts = 1;
  retry.retry_on = "503,gateway-error,429";
  const RetryPolicy policy = Compile(retry);
  EXPECT_EQ(policy.conditions, RetryPolicy::kGatewayError | RetryPolicy::kRetriableStatusCodes);
  EXPECT_EQ(policy.status_codes, (std::vector<int>{429, 503}));
}

TEST(RetryPolicyTest, EveryNameHasItsCondition) {
  const struct {
    const char* name;
    uint32_t condition;
  } rows[] = {
      {"5xx", RetryPolicy::k5xx},
      {"gateway-error", RetryPolicy::kGatewayError},
      {"reset", RetryPolicy::kReset},
      {"reset-before-request", RetryPolicy::kResetBeforeRequest},
      {"connect-failure", RetryPolicy::kConnectFailure},
      {"retriable-4xx", RetryPolicy::kRetriable4xx},
      {"refused-stream", RetryPolicy::kRefusedStream},
      {"retriable-status-codes", RetryPolicy::kRetriableStatusCodes},
      {"retriable-headers", RetryPolicy::kRetriableHeaders},
      {"envoy-ratelimited", RetryPolicy::kEnvoyRateLimited},
      {"http3-post-connect-failure", RetryPolicy::kHttp3PostConnectFailure},
      {"cancelled", RetryPolicy::kGrpcCancelled},
      {"deadline-exceeded", RetryPolicy::kGrpcDeadlineExceeded},
      {"internal", RetryPolicy::kGrpcInternal},
      {"resource-exhausted", RetryPolicy::kGrpcResourceExhausted},
      {"unavailable", RetryPolicy::kGrpcUnavailable},
  };
  for (const auto& row : rows) {
    HttpRetry retry;
    retry.attempts = 1;
    retry.retry_on = row.name;
    EXPECT_EQ(Compile(retry).conditions, row.condition) << row.name;
  }
}

TEST(RetryPolicyTest, BackoffIsCappedAtTenTimesItsBase) {
  HttpRetry retry;
  retry.attempts = 3;
  retry.backoff = 10ms;
  retry.per_try_timeout = 2s;
  const RetryPolicy policy = Compile(retry);
  EXPECT_EQ(policy.backoff_base, 10ms);
  EXPECT_EQ(policy.backoff_maximum, 100ms);
  EXPECT_EQ(policy.per_try_timeout, 2s);
}

TEST(RetryPolicyTest, ASingleHashedDestinationMaySeeTheSameEndpointAgain) {
  HttpRetry retry = HttpRetry::BuiltIn();
  const auto hashing = RetryPolicy::Hashing::kSingleDestination;
  EXPECT_FALSE(RetryPolicy::Compile(retry, hashing).avoid_previous_endpoints);
  retry.retry_ignore_previous_hosts = true;
  EXPECT_TRUE(RetryPolicy::Compile(retry, hashing).avoid_previous_endpoints);
  retry.retry_ignore_previous_hosts = false;
  EXPECT_FALSE(Compile(retry).avoid_previous_endpoints);
}

HttpFaultInjection Delay(std::optional<Duration> length, std::optional<double> percent) {
  HttpFaultInjection fault;
  fault.delay.emplace();
  fault.delay->fixed_delay = length;
  if (percent) fault.delay->percentage = Percent{*percent};
  return fault;
}

HttpFaultInjection Abort(std::optional<int> status, std::optional<double> percent) {
  HttpFaultInjection fault;
  fault.abort.emplace();
  fault.abort->http_status = status;
  if (percent) fault.abort->percentage = Percent{*percent};
  return fault;
}

TEST(FaultPolicyTest, SharesAreTruncatedToMillionths) {
  const FaultPolicy delay = FaultPolicy::Compile(Delay(5s, 0.1));
  EXPECT_EQ(delay.delay, 5s);
  EXPECT_EQ(delay.delay_millionths, 1'000u);
  EXPECT_EQ(delay.abort_millionths, 0u);
  EXPECT_FALSE(delay.empty());
  const FaultPolicy abort = FaultPolicy::Compile(Abort(503, 99.99995));
  EXPECT_EQ(abort.abort_http_status, 503);
  EXPECT_EQ(abort.abort_grpc_status, -1);
  EXPECT_EQ(abort.abort_millionths, 999'999u);
  EXPECT_EQ(abort.delay_millionths, 0u);
}

TEST(FaultPolicyTest, WithoutAPercentageAFaultNeverFires) {
  EXPECT_TRUE(FaultPolicy::Compile(Delay(5s, std::nullopt)).empty());
  EXPECT_TRUE(FaultPolicy::Compile(Abort(503, std::nullopt)).empty());
}

TEST(FaultPolicyTest, TheOldPercentCountsOnlyWithoutPercentage) {
  HttpFaultInjection fault = Delay(5s, std::nullopt);
  fault.delay->percent = 25;
  EXPECT_EQ(FaultPolicy::Compile(fault).delay_millionths, 250'000u);
  fault.delay->percentage = Percent{0};
  EXPECT_EQ(FaultPolicy::Compile(fault).delay_millionths, 0u);
}

TEST(FaultPolicyTest, TheOldPercentIsAlwaysAboveAHundredAndNeverBelowZero) {
  HttpFaultInjection fault = Delay(5s, std::nullopt);
  for (const int32_t percent : {101, 429'497, 2'147'483'647}) {
    fault.delay->percent = percent;
    EXPECT_EQ(FaultPolicy::Compile(fault).delay_millionths, 1'000'000u) << percent;
  }
  fault.delay->percent = -1;
  EXPECT_EQ(FaultPolicy::Compile(fault).delay_millionths, 0u);
}

TEST(FaultPolicyTest, AKindlessDelayOrAbortIsDropped) {
  EXPECT_TRUE(FaultPolicy::Compile(Delay(std::nullopt, 100)).empty());
  EXPECT_TRUE(FaultPolicy::Compile(Abort(std::nullopt, 100)).empty());
}

TEST(FaultPolicyTest, GrpcStatusesAreKnownByName) {
  HttpFaultInjection fault = Abort(std::nullopt, 50);
  fault.abort->grpc_status = "UNAVAILABLE";
  EXPECT_EQ(FaultPolicy::Compile(fault).abort_grpc_status, 14);
  EXPECT_EQ(FaultPolicy::Compile(fault).abort_millionths, 500'000u);
  fault.abort->grpc_status = "OK";
  EXPECT_EQ(FaultPolicy::Compile(fault).abort_grpc_status, 0);
  fault.abort->grpc_status = "UNAUTHENTICATED";
  EXPECT_EQ(FaultPolicy::Compile(fault).abort_grpc_status, 16);
}

}  // namespace
}  // namespace meshroute
