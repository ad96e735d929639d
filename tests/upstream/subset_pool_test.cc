// SPDX-License-Identifier: Apache-2.0
#include "meshroute/upstream/subset_pool.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "meshroute/testing/scripted_random.h"
#include "meshroute/testing/virtual_clock.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

using std::chrono::seconds;
using Refusal = SubsetPool::Refusal;
using Resource = CircuitBreaker::Resource;
using Simple = LoadBalancerSettings::Simple;

class SubsetPoolTest : public testing::Test {
 protected:
  SubsetPoolTest() {
    policy_ = PolicyOf(Simple::kRoundRobin);
    policy_.outlier_detection.emplace().max_ejection_percent = 100;
  }

  std::unique_ptr<SubsetPool> Make(std::vector<EndpointSpec> specs,
                                   const SubsetPool* previous = nullptr) {
    return std::make_unique<SubsetPool>(
        DestinationKey{"reviews", 9080, "v1"}, policy_, std::move(specs),
        SubsetPool::Environment{&clock_, &random_, nullptr}, previous);
  }

  // Sends once, to be answered with `status`, and gives the address that was picked.
  std::string Send(SubsetPool& pool, int status = 200) {
    absl::StatusOr<Lease> lease = pool.Acquire();
    if (!lease.ok()) return std::string(lease.status().message());
    std::string address(lease->endpoint().address());
    lease->Finish(Outcome::Status(status));
    return address;
  }

  // Fails endpoint number `index` five times.
  void Fail(SubsetPool& pool, size_t index) {
    while (!pool.endpoints().at(index).ejected()) {
      Refusal refusal;
      Lease lease = pool.TryAcquire({}, refusal);
      const bool is_it = &lease.endpoint() == &pool.endpoints().at(index);
      lease.Finish(Outcome::Status(is_it ? 503 : 200));
    }
  }

  VirtualClock clock_;
  ScriptedRandom random_;
  EffectivePolicy policy_;
};

TEST_F(SubsetPoolTest, LeasesGoToTheBalancersChoiceAndCountWhileTheyAreOut) {
  const auto pool = Make(Specs(2));
  absl::StatusOr<Lease> lease = pool->Acquire();
  ASSERT_TRUE(lease.ok());
  EXPECT_EQ(lease->endpoint().address(), AddressOf(0));
  EXPECT_EQ(lease->endpoint().active_requests(), 1u);
  EXPECT_EQ(pool->breaker().active(Resource::kRequests), 1u);
  lease->Finish(Outcome::Status(503));
  EXPECT_FALSE(*lease);
  const EndpointState& state = pool->endpoints().at(0).state();
  EXPECT_EQ(state.active_requests, 0u);
  EXPECT_EQ(state.active_requests.total(), 1u);
  EXPECT_EQ(state.failed_requests, 1u);
  EXPECT_EQ(state.consecutive_5xx, 1u);
  EXPECT_EQ(pool->breaker().active(Resource::kRequests), 0u);
}

TEST_F(SubsetPoolTest, ALeaseEndsOnceHoweverItEnds) {
  const auto pool = Make(Specs(1));
  {
    absl::StatusOr<Lease> lease = pool->Acquire();
    Lease moved = std::move(*lease);
    Lease other;
    other = std::move(moved);
    other.Finish(Outcome::Status(503));
    other.Finish(Outcome::Status(503));
    Refusal refusal;
    Lease dropped = pool->TryAcquire({}, refusal);
    EXPECT_EQ(refusal, Refusal::kNone);
  }
  const EndpointState& state = pool->endpoints().at(0).state();
  EXPECT_EQ(state.active_requests, 0u);
  EXPECT_EQ(state.active_requests.total(), 2u);
  EXPECT_EQ(state.failed_requests, 1u);
  EXPECT_EQ(state.consecutive_5xx, 1u) << "the dropped lease counts as cancelled";
  EXPECT_EQ(pool->breaker().active(Resource::kRequests), 0u);
}

TEST_F(SubsetPoolTest, BeyondHttp2MaxRequestsItOverflowsAndNothingLeaks) {
  policy_.connection_pool.emplace().http.emplace().http2_max_requests = 1;
  const auto pool = Make(Specs(1));
  absl::StatusOr<Lease> held = pool->Acquire();
  EXPECT_EQ(pool->Acquire().status(),
            absl::ResourceExhaustedError("outbound|9080|v1|reviews: all of 1 active requests "
                                         "(http2MaxRequests) are taken"));
  EXPECT_EQ(pool->endpoints().at(0).active_requests(), 1u);
  EXPECT_EQ(pool->breaker().overflows(Resource::kRequests), 1u);
  held->Finish(Outcome::Status(200));
  EXPECT_TRUE(pool->Acquire().ok());
}

TEST_F(SubsetPoolTest, ARequestThatIsActiveOnceConnectedHasALeaseWithoutAPermit) {
  policy_.connection_pool.emplace().http.emplace().http2_max_requests = 1;
  policy_.retry_budget.emplace().percent = 100;
  policy_.retry_budget->min_retry_concurrency = 1;
  policy_.retry_budget->budget_interval = std::chrono::seconds(10);
  const auto pool = Make(Specs(1));
  CircuitBreaker& breaker = pool->breaker();
  Refusal refusal;
  Lease connected = pool->TryAcquire({.now = clock_.Now()}, refusal, Admission::kAtConnection);
  ASSERT_TRUE(breaker.TryAcquire(Resource::kRequests));
  Lease waits = pool->TryAcquire({.now = clock_.Now()}, refusal, Admission::kAtConnection);
  Lease moved;
  moved = std::move(waits);
  EXPECT_EQ(refusal, Refusal::kNone) << "the limit is for who carries it to look at";
  EXPECT_EQ(pool->endpoints().at(0).active_requests(), 2u);
  EXPECT_EQ(breaker.active(Resource::kRequests), 1u);
  EXPECT_EQ(breaker.limit(Resource::kRetries, clock_.Now()), 1u) << "nobody noted the two";

  moved.Finish(Outcome::Failure(Outcome::Kind::kOverflow));
  connected.Finish(Outcome::Status(200));
  EXPECT_EQ(breaker.active(Resource::kRequests), 1u) << "it is not the lease's to give back";
  EXPECT_EQ(pool->endpoints().at(0).active_requests(), 0u);
  breaker.Release(Resource::kRequests);
}

TEST_F(SubsetPoolTest, WithoutAnEndpointItIsUnavailableEvenWhereTheBreakerIsFullToo) {
  policy_.connection_pool.emplace().http.emplace().http2_max_requests = 1;
  const auto pool = Make({});
  pool->breaker().Acquire(Resource::kRequests);
  EXPECT_EQ(pool->Acquire().status(),
            absl::UnavailableError("outbound|9080|v1|reviews: none of 0 endpoints may be picked"));
  EXPECT_EQ(pool->breaker().active(Resource::kRequests), 1u);
  pool->breaker().Release(Resource::kRequests);
}

TEST_F(SubsetPoolTest, ARetryAvoidsTriedEndpoints) {
  const auto pool = Make(Specs(3));
  const Endpoint* tried[] = {&pool->endpoints().at(0), &pool->endpoints().at(1)};
  Refusal refusal;
  Lease lease = pool->TryAcquire({.hash = {}, .tried = tried}, refusal);
  EXPECT_EQ(lease.endpoint().address(), AddressOf(2));
}

TEST_F(SubsetPoolTest, ARetryPicksAgainFiveTimesAndThenLooksForAnUntriedEndpoint) {
  policy_ = PolicyOf(Simple::kRandom);
  const auto pool = Make(Specs(3));
  const Endpoint* tried[] = {&pool->endpoints().at(0), &pool->endpoints().at(2)};
  Refusal refusal;
  random_.Append({0, 2, 0, 2, 0, 1});
  EXPECT_EQ(pool->TryAcquire({.hash = {}, .tried = tried}, refusal).endpoint().address(),
            AddressOf(1));
  EXPECT_EQ(random_.draws(), 6u);
  random_.Append({0, 2, 0, 2, 0, 0});
  random_.Append({2});  // From here on: the third, the first, the second.
  EXPECT_EQ(pool->TryAcquire({.hash = {}, .tried = tried}, refusal).endpoint().address(),
            AddressOf(1));
  EXPECT_EQ(random_.draws(), 13u);
}

TEST_F(SubsetPoolTest, ARetryThatHasTriedAllTakesWhatItGets) {
  policy_ = PolicyOf(Simple::kRandom);
  const auto pool = Make(Specs(2));
  const Endpoint* tried[] = {&pool->endpoints().at(0), &pool->endpoints().at(1)};
  Refusal refusal;
  random_.Append({0, 0, 0, 0, 0, 1});
  EXPECT_EQ(pool->TryAcquire({.hash = {}, .tried = tried}, refusal).endpoint().address(),
            AddressOf(1));
}

TEST_F(SubsetPoolTest, AFirstAttemptPicksOnce) {
  policy_ = PolicyOf(Simple::kRandom);
  const auto pool = Make(Specs(2));
  Send(*pool);
  EXPECT_EQ(random_.draws(), 1u);
}

TEST_F(SubsetPoolTest, ARetryOnARingMovesOnFromPointToPoint) {
  policy_ = RingPolicy(0);
  const auto pool = Make(Specs(3));
  Balanced same(Specs(3), RingPolicy(0), random_);
  for (uint64_t hash = 0; hash < 2000; ++hash) {
    const uint64_t key = hash * 0x9e3779b97f4a7c15u;
    const char first = same.Of(key);
    const Endpoint* tried[] = {&pool->endpoints().at(static_cast<size_t>(first - 'A'))};
    char expected = first;
    for (uint32_t repick = 1; repick <= 5 && expected == first; ++repick) {
      expected = same.Of(key, repick);
    }
    Refusal refusal;
    Lease lease = pool->TryAcquire({.hash = key, .tried = tried}, refusal);
    EXPECT_EQ(LetterOf(pool->endpoints(), &lease.endpoint()), expected);
  }
}

TEST_F(SubsetPoolTest, AnEjectedEndpointGetsNothingUntilTheSweepReadmitsIt) {
  const auto pool = Make(Specs(2));
  EXPECT_EQ(pool->RunDue(clock_.Now()) - clock_.Now(), seconds(10));
  Fail(*pool, 0);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Send(*pool), AddressOf(1));
  clock_.Advance(seconds(30));
  EXPECT_EQ(Send(*pool), AddressOf(1)) << "no sweep yet";
  pool->RunDue(clock_.Now());
  EXPECT_NE(Send(*pool), Send(*pool));
}

TEST_F(SubsetPoolTest, WithAllEndpointsEjectedItIsUnavailable) {
  const auto pool = Make(Specs(2));
  Fail(*pool, 0);
  Fail(*pool, 1);
  EXPECT_EQ(Send(*pool), "outbound|9080|v1|reviews: none of 2 endpoints may be picked");
}

TEST_F(SubsetPoolTest, WithoutOutlierDetectionNobodyIsEjectedAndNothingIsDue) {
  policy_ = PolicyOf(Simple::kRoundRobin);
  const auto pool = Make(Specs(2));
  for (int i = 0; i < 100; ++i) Send(*pool, 503);
  EXPECT_EQ(pool->endpoints().available_size(), 2u);
  EXPECT_EQ(pool->RunDue(clock_.Now()), kNever);
}

TEST_F(SubsetPoolTest, PassthroughHasNoEndpointAndObeysTheBreaker) {
  policy_ = PolicyOf(Simple::kPassthrough);
  policy_.connection_pool.emplace().http.emplace().http2_max_requests = 1;
  const auto pool = Make(Specs(2));
  EXPECT_TRUE(pool->passthrough());
  absl::StatusOr<Lease> lease = pool->Acquire();
  ASSERT_TRUE(lease.ok());
  EXPECT_TRUE(*lease);
  EXPECT_FALSE(lease->has_endpoint());
  EXPECT_FALSE(pool->Acquire().ok());
  lease->Finish(Outcome::Status(503));
  EXPECT_EQ(pool->breaker().active(Resource::kRequests), 0u);
}

}  // namespace
}  // namespace meshroute
