// SPDX-License-Identifier: Apache-2.0
#include "meshroute/upstream/circuit_breaker.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <thread>
#include <vector>

namespace meshroute {
namespace {

using namespace std::chrono_literals;
using Resource = CircuitBreaker::Resource;

constexpr uint64_t kNoLimit = ~uint64_t{0};

EffectivePolicy Limits(int32_t connections, int32_t pending, int32_t requests, int32_t retries) {
  EffectivePolicy policy;
  ConnectionPoolSettings& pool = policy.connection_pool.emplace();
  pool.tcp.emplace().max_connections = connections;
  pool.http.emplace().http1_max_pending_requests = pending;
  pool.http->http2_max_requests = requests;
  pool.http->max_retries = retries;
  return policy;
}

EffectivePolicy Budget(std::optional<double> percent, uint32_t minimum) {
  EffectivePolicy policy;
  RetryBudget& budget = policy.retry_budget.emplace();
  budget.percent = percent;
  budget.min_retry_concurrency = minimum;
  return policy;
}

TEST(CircuitBreakerTest, EachSettingLimitsItsOwnResource) {
  CircuitBreaker breaker(Limits(1, 2, 3, 4));
  EXPECT_EQ(breaker.limit(Resource::kConnections), 1u);
  EXPECT_EQ(breaker.limit(Resource::kPending), 2u);
  EXPECT_EQ(breaker.limit(Resource::kRequests), 3u);
  EXPECT_EQ(breaker.limit(Resource::kRetries), 4u);
  EXPECT_TRUE(breaker.TryAcquire(Resource::kConnections));
  EXPECT_FALSE(breaker.TryAcquire(Resource::kConnections));
  EXPECT_EQ(breaker.active(Resource::kConnections), 1u);
  EXPECT_EQ(breaker.overflows(Resource::kConnections), 1u);
  EXPECT_TRUE(breaker.TryAcquire(Resource::kPending));
  EXPECT_EQ(breaker.overflows(Resource::kPending), 0u);
}

TEST(CircuitBreakerTest, AReleasedUnitMayBeTakenAgain) {
  CircuitBreaker breaker(Limits(0, 0, 2, 0));
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(breaker.TryAcquire(Resource::kRequests));
    EXPECT_TRUE(breaker.TryAcquire(Resource::kRequests));
    EXPECT_FALSE(breaker.TryAcquire(Resource::kRequests));
    breaker.Release(Resource::kRequests);
    breaker.Release(Resource::kRequests);
  }
  EXPECT_EQ(breaker.active(Resource::kRequests), 0u);
  EXPECT_EQ(breaker.overflows(Resource::kRequests), 10u);
}

TEST(CircuitBreakerTest, ZeroAndAbsentAreNoLimit) {
  for (const EffectivePolicy& policy : {EffectivePolicy(), Limits(0, 0, 0, 0)}) {
    CircuitBreaker breaker(policy);
    EXPECT_EQ(breaker.limit(Resource::kRequests), kNoLimit);
    for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(breaker.TryAcquire(Resource::kRequests));
    EXPECT_EQ(breaker.active(Resource::kRequests), 10'000u);
    for (int i = 0; i < 10'000; ++i) breaker.Release(Resource::kRequests);
    EXPECT_EQ(breaker.active(Resource::kRequests), 0u);
  }
}

TEST(CircuitBreakerTest, AcquireMayGoBeyondTheLimitAndCounts) {
  CircuitBreaker breaker(Limits(1, 0, 0, 0));
  breaker.Acquire(Resource::kConnections);
  breaker.Acquire(Resource::kConnections);
  EXPECT_EQ(breaker.active(Resource::kConnections), 2u);
  breaker.Release(Resource::kConnections);
  EXPECT_FALSE(breaker.TryAcquire(Resource::kConnections));
  breaker.Release(Resource::kConnections);
  EXPECT_TRUE(breaker.TryAcquire(Resource::kConnections));
}

TEST(CircuitBreakerTest, TheBudgetIsAShareOfActiveAndPendingRequests) {
  CircuitBreaker breaker(Budget(50.0, 1));
  EXPECT_EQ(breaker.limit(Resource::kRetries), 1u);
  for (int i = 0; i < 5; ++i) breaker.Acquire(Resource::kRequests);
  EXPECT_EQ(breaker.limit(Resource::kRetries), 2u) << "half of 5, rounded down";
  for (int i = 0; i < 3; ++i) breaker.Acquire(Resource::kPending);
  EXPECT_EQ(breaker.limit(Resource::kRetries), 4u);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(breaker.TryAcquire(Resource::kRetries));
  EXPECT_FALSE(breaker.TryAcquire(Resource::kRetries));
  for (int i = 0; i < 5; ++i) breaker.Release(Resource::kRequests);
  breaker.Release(Resource::kRetries);
  EXPECT_FALSE(breaker.TryAcquire(Resource::kRetries)) << "3 are out, the base has shrunk";
}

TEST(CircuitBreakerTest, TheBudgetsDefaultsAreTwentyPercentAndThree) {
  CircuitBreaker breaker(Budget(std::nullopt, 0));
  EXPECT_EQ(breaker.limit(Resource::kRetries), 3u);
  for (int i = 0; i < 19; ++i) breaker.Acquire(Resource::kRequests);
  EXPECT_EQ(breaker.limit(Resource::kRetries), 3u);
  breaker.Acquire(Resource::kRequests);
  EXPECT_EQ(breaker.limit(Resource::kRetries), 4u);
}

TEST(CircuitBreakerTest, TheBudgetReplacesMaxRetries) {
  EffectivePolicy policy = Limits(0, 0, 0, 1);
  policy.retry_budget.emplace().min_retry_concurrency = 2;
  CircuitBreaker breaker(policy);
  EXPECT_TRUE(breaker.TryAcquire(Resource::kRetries));
  EXPECT_TRUE(breaker.TryAcquire(Resource::kRetries));
  EXPECT_FALSE(breaker.TryAcquire(Resource::kRetries));
}

EffectivePolicy WindowBudget(double percent, Duration interval) {
  EffectivePolicy policy = Budget(percent, 1);
  policy.retry_budget->budget_interval = interval;
  return policy;
}

TEST(CircuitBreakerTest, ABudgetIntervalAddsTheRequestsStartedWithinIt) {
  const TimePoint start{std::chrono::hours(1)};
  CircuitBreaker breaker(WindowBudget(50.0, 16s));
  for (int i = 0; i < 10; ++i) breaker.NoteRequest(start);
  for (int i = 0; i < 4; ++i) breaker.NoteRequest(start + 5s);
  EXPECT_EQ(breaker.limit(Resource::kRetries, start + 5s), 7u);
  breaker.Acquire(Resource::kRequests);
  breaker.Acquire(Resource::kPending);
  EXPECT_EQ(breaker.limit(Resource::kRetries, start + 5s), 8u) << "to what is active and pending";
  // The first ten are forgotten when they are the interval old, not before.
  EXPECT_EQ(breaker.limit(Resource::kRetries, start + 16s - 1ns), 8u);
  EXPECT_EQ(breaker.limit(Resource::kRetries, start + 16s), 3u);
  EXPECT_EQ(breaker.limit(Resource::kRetries, start + 21s), 1u);
  // A long silence later the places of old slices are taken by new ones.
  breaker.NoteRequest(start + 1h);
  breaker.NoteRequest(start + 1h);
  EXPECT_EQ(breaker.limit(Resource::kRetries, start + 1h), 2u);
}

TEST(CircuitBreakerTest, TheBudgetIntervalsCountDecidesAboutARetry) {
  const TimePoint start{std::chrono::hours(1)};
  CircuitBreaker breaker(WindowBudget(100.0, 1s));
  breaker.NoteRequest(start);
  breaker.NoteRequest(start);
  EXPECT_TRUE(breaker.TryAcquire(Resource::kRetries, start));
  EXPECT_FALSE(breaker.open(Resource::kRetries, start));
  EXPECT_TRUE(breaker.TryAcquire(Resource::kRetries, start));
  EXPECT_TRUE(breaker.open(Resource::kRetries, start));
  EXPECT_FALSE(breaker.TryAcquire(Resource::kRetries, start));
  EXPECT_EQ(breaker.overflows(Resource::kRetries), 1u);
}

TEST(CircuitBreakerTest, WithoutABudgetIntervalOnlyThePresentCounts) {
  CircuitBreaker none(Budget(100.0, 1));
  CircuitBreaker zero(WindowBudget(100.0, 0s));
  for (int i = 0; i < 100; ++i) {
    none.NoteRequest(TimePoint(1s));
    zero.NoteRequest(TimePoint(1s));
  }
  EXPECT_EQ(none.limit(Resource::kRetries, TimePoint(1s)), 1u);
  EXPECT_EQ(zero.limit(Resource::kRetries, TimePoint(1s)), 1u);
}

TEST(CircuitBreakerTest, TheWindowLivesOnInTheBreakerThatFollows) {
  const TimePoint start{std::chrono::hours(1)};
  CircuitBreaker older(WindowBudget(100.0, 10s));
  for (int i = 0; i < 5; ++i) older.NoteRequest(start);
  const CircuitBreaker same(WindowBudget(50.0, 10s), older.counts());
  EXPECT_EQ(same.limit(Resource::kRetries, start), 2u);
  const CircuitBreaker other(WindowBudget(100.0, 20s), older.counts());
  EXPECT_EQ(other.limit(Resource::kRetries, start), 1u) << "another interval counts anew";
}

TEST(CircuitBreakerTest, GaugesAreOpenWhileTheLimitIsReached) {
  CircuitBreaker breaker(Limits(1, 1, 1, 1));
  for (const Resource resource :
       {Resource::kConnections, Resource::kPending, Resource::kRequests, Resource::kRetries}) {
    EXPECT_FALSE(breaker.open(resource));
    EXPECT_TRUE(breaker.TryAcquire(resource));
    EXPECT_TRUE(breaker.open(resource));
    breaker.Release(resource);
    EXPECT_FALSE(breaker.open(resource));
  }
  CircuitBreaker unlimited((EffectivePolicy()));
  EXPECT_TRUE(unlimited.TryAcquire(Resource::kRequests));
  EXPECT_FALSE(unlimited.open(Resource::kRequests));
}

TEST(CircuitBreakerTest, PendingAndActiveRequestsOverflowApart) {
  CircuitBreaker breaker(Limits(0, 1, 1, 0));
  EXPECT_TRUE(breaker.TryAcquire(Resource::kPending));
  EXPECT_FALSE(breaker.TryAcquire(Resource::kPending));
  EXPECT_EQ(breaker.overflows(Resource::kPending), 1u);
  EXPECT_EQ(breaker.overflows(Resource::kRequests), 0u);
  EXPECT_TRUE(breaker.TryAcquire(Resource::kRequests));
  EXPECT_FALSE(breaker.TryAcquire(Resource::kRequests));
  EXPECT_EQ(breaker.overflows(Resource::kPending), 1u);
  EXPECT_EQ(breaker.overflows(Resource::kRequests), 1u);
}

// Every start is counted once, whoever counts it, while others read.
TEST(CircuitBreakerThreads, StartsWithinTheWindowAreAllCounted) {
  constexpr uint64_t kThreads = 4;
  constexpr uint64_t kStarts = 20'000;
  const TimePoint start{std::chrono::hours(1)};
  CircuitBreaker breaker(WindowBudget(100.0, 1h));
  std::vector<std::thread> threads;
  for (uint64_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (uint64_t n = 0; n < kStarts; ++n) breaker.NoteRequest(start);
    });
  }
  uint64_t seen = 0;
  while (seen < kThreads * kStarts / 2) {
    const uint64_t now = breaker.limit(Resource::kRetries, start);
    EXPECT_GE(now, seen);
    seen = now;
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(breaker.limit(Resource::kRetries, start), kThreads * kStarts);
}

TEST(CircuitBreakerTest, AZeroPercentBudgetLeavesTheMinimum) {
  CircuitBreaker breaker(Budget(0.0, 1));
  for (int i = 0; i < 1000; ++i) breaker.Acquire(Resource::kRequests);
  EXPECT_EQ(breaker.limit(Resource::kRetries), 1u);
}

TEST(CircuitBreakerTest, CountsLiveOnInTheBreakerThatFollows) {
  CircuitBreaker older((EffectivePolicy()));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(older.TryAcquire(Resource::kRequests));
  {
    CircuitBreaker newer(Limits(0, 0, 4, 0), older.counts());
    EXPECT_EQ(newer.active(Resource::kRequests), 3u) << "taken without a limit, they count";
    EXPECT_TRUE(newer.TryAcquire(Resource::kRequests));
    EXPECT_FALSE(newer.TryAcquire(Resource::kRequests));
    older.Release(Resource::kRequests);
    EXPECT_TRUE(newer.TryAcquire(Resource::kRequests));
    EXPECT_EQ(older.active(Resource::kRequests), 4u);
    newer.Release(Resource::kRequests);
    newer.Release(Resource::kRequests);
  }
  older.Release(Resource::kRequests);
  older.Release(Resource::kRequests);
  EXPECT_EQ(older.active(Resource::kRequests), 0u);
}

}  // namespace
}  // namespace meshroute
