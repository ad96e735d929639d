// SPDX-License-Identifier: Apache-2.0
// What must hold while several threads are at work.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "meshroute/base/random_source.h"
#include "meshroute/testing/virtual_clock.h"
#include "meshroute/upstream/subset_pool.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

using Refusal = SubsetPool::Refusal;
using Resource = CircuitBreaker::Resource;
using Simple = LoadBalancerSettings::Simple;

constexpr int kThreads = 4;

// Runs `work(thread)` on several threads and waits for them all.
template <typename Work>
void InThreads(Work work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back([&work, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
}

EffectivePolicy RequestLimit(int32_t limit) {
  EffectivePolicy policy;
  policy.connection_pool.emplace().http.emplace().http2_max_requests = limit;
  return policy;
}

TEST(CircuitBreakerThreadsTest, NoThreadEverSeesMoreThanTheLimit) {
  constexpr int kLimit = 2;
  CircuitBreaker breaker(RequestLimit(kLimit));
  std::atomic<int> inside{0};
  std::atomic<int> taken{0};
  std::atomic<bool> exceeded{false};
  InThreads([&](int) {
    for (int i = 0; i < 20'000; ++i) {
      if (breaker.active(Resource::kRequests) > kLimit) exceeded = true;
      if (!breaker.TryAcquire(Resource::kRequests)) continue;
      ++taken;
      if (++inside > kLimit) exceeded = true;
      --inside;
      breaker.Release(Resource::kRequests);
    }
  });
  EXPECT_FALSE(exceeded);
  EXPECT_EQ(breaker.active(Resource::kRequests), 0u);
  EXPECT_EQ(breaker.overflows(Resource::kRequests),
            20'000u * kThreads - static_cast<uint64_t>(taken));
}

TEST(CircuitBreakerThreadsTest, UnlimitedUnitsAddUpWhicheverThreadGivesThemBack) {
  CircuitBreaker breaker((EffectivePolicy()));
  InThreads([&](int) {
    for (int i = 0; i < 10'000; ++i) breaker.Acquire(Resource::kRequests);
  });
  EXPECT_EQ(breaker.active(Resource::kRequests), 10'000u * kThreads);
  for (int i = 0; i < 10'000 * kThreads; ++i) breaker.Release(Resource::kRequests);
  EXPECT_EQ(breaker.active(Resource::kRequests), 0u);
}

TEST(RingHashThreadsTest, AReaderSeesOneRingOrAnotherNeverAMixture) {
  Balanced three(Specs(3), RingPolicy(64), ThreadRandom());
  // Owners of a thousand keys with all three, and without the last.
  std::vector<uint64_t> keys;
  std::string with;
  std::string without;
  SeededRandom random(5);
  for (int i = 0; i < 1000; ++i) keys.push_back(random.Next());
  for (const uint64_t key : keys) with += three.Of(key);
  SetEjected(three.endpoints, 2, true);
  for (const uint64_t key : keys) without += three.Of(key);

  std::atomic<int> readers{kThreads};
  std::thread writer([&] {
    for (int i = 1; readers > 0; ++i) SetEjected(three.endpoints, 2, i % 2 == 0);
  });
  std::atomic<int> mixtures{0};
  InThreads([&](int) {
    for (size_t i = 0; i < 50'000; ++i) {
      const size_t key = i % keys.size();
      const char owner = three.Of(keys[key]);
      if (owner != with[key] && owner != without[key]) ++mixtures;
    }
    --readers;
  });
  writer.join();
  EXPECT_EQ(mixtures, 0);
}

// Threads send through whichever pool is newest while endpoints fail and come back
// and pools follow each other.
class PoolThreadsTest : public testing::TestWithParam<int> {
 protected:
  static constexpr size_t kEndpoints = 10;
  static constexpr size_t kMayBeOut = 4;

  static EffectivePolicy Policy(int number) {
    const EffectivePolicy policies[] = {PolicyOf(Simple::kRoundRobin),
                                        PolicyOf(Simple::kLeastRequest), PolicyOf(Simple::kRandom),
                                        RingPolicy(64), MaglevPolicy(101)};
    EffectivePolicy policy = policies[number < 7 ? number % 5 : number == 9 ? 3 : 1];
    LoadBalancerExtension& extension = policy.load_balancer_extension.emplace();
    if (number == 7) extension.peak_ewma.emplace();
    if (number == 8) extension.latency_aware.emplace();
    if (number == 9) extension.hash_balance_factor = 125;
    OutlierDetection& detection = policy.outlier_detection.emplace();
    detection.consecutive_5xx_errors = 3;
    detection.max_ejection_percent = 100 * kMayBeOut / kEndpoints;
    detection.interval = std::chrono::milliseconds(1);
    detection.base_ejection_time = std::chrono::milliseconds(1);
    return policy;
  }

  // With unequal weights where the parameter is 5 or more.
  std::unique_ptr<SubsetPool> Make(const SubsetPool* previous) {
    std::vector<EndpointSpec> specs = Specs(kEndpoints);
    if (GetParam() >= 5) specs[0].weight = 7;
    return std::make_unique<SubsetPool>(DestinationKey{"h", 80, ""}, Policy(GetParam()), specs,
                                        SubsetPool::Environment{&clock_, &ThreadRandom(), nullptr},
                                        previous);
  }

  // One attempt; every third endpoint fails most of the time.
  void Send(SubsetPool& pool, RandomSource& random) {
    Refusal refusal;
    Lease lease = pool.TryAcquire({.hash = random.Next(), .tried = {}}, refusal);
    if (!lease || random.Below(16) == 0) return;  // Dropped: cancelled.
    const bool bad = lease.endpoint().address().back() % 3 == 0;
    const auto elapsed = std::chrono::microseconds(1 + random.Below(1000));
    lease.Finish(Outcome::Status(bad && random.Below(8) != 0 ? 503 : 200, elapsed), clock_.Now());
  }

  static size_t Ejected(const SubsetPool& pool) {
    size_t ejected = 0;
    for (size_t i = 0; i < kEndpoints; ++i) ejected += pool.endpoints().at(i).ejected() ? 1 : 0;
    return ejected;
  }

  VirtualClock clock_;
};

TEST_P(PoolThreadsTest, NothingLeaksAndTheCapHoldsOverEjectionsAndUpdates) {
  // All pools live to the end, as snapshots held by slow calls do.
  std::vector<std::unique_ptr<SubsetPool>> pools;
  pools.push_back(Make(nullptr));
  std::atomic<SubsetPool*> newest{pools.back().get()};
  std::atomic<int> senders{kThreads};
  std::thread owner([&] {
    for (int i = 0; senders > 0; ++i) {
      clock_.Advance(std::chrono::milliseconds(1));
      newest.load()->RunDue(clock_.Now());
      std::this_thread::yield();
      if (i % 20 != 0 || pools.size() > 100) continue;
      pools.push_back(Make(newest));
      newest = pools.back().get();
    }
  });
  std::atomic<int> cap_broken{0};
  InThreads([&](int thread) {
    SeededRandom random(static_cast<uint64_t>(thread + 1));
    for (int i = 0; i < 5'000; ++i) {
      Send(*newest.load(), random);
      if (newest.load()->endpoints().available_size() < kEndpoints - kMayBeOut) ++cap_broken;
    }
    --senders;
  });
  owner.join();
  EXPECT_EQ(cap_broken, 0);
  EXPECT_EQ(pools.back()->breaker().active(Resource::kRequests), 0u);
  uint64_t total = 0;
  for (size_t i = 0; i < kEndpoints; ++i) {
    EXPECT_EQ(pools.back()->endpoints().at(i).active_requests(), 0u);
    total += pools.back()->endpoints().at(i).total_requests();
  }
  EXPECT_GT(total, 0u);
  for (const std::unique_ptr<SubsetPool>& pool : pools) {
    EXPECT_EQ(pool->endpoints().available_size(), kEndpoints - Ejected(*pool));
  }
}

INSTANTIATE_TEST_SUITE_P(Algorithms, PoolThreadsTest, testing::Range(0, 10));

// Generations follow each other and end while others eject. Weights differ, and now and then
// all but one endpoint are out, so that schedules end and go on from other generations'.
TEST(PoolGenerationsThreadsTest, OneMayEndWhileAnotherEjects) {
  VirtualClock clock;
  EffectivePolicy policy = PolicyOf(Simple::kRoundRobin);
  OutlierDetection& detection = policy.outlier_detection.emplace();
  detection.consecutive_5xx_errors = 1;
  detection.max_ejection_percent = 100;
  detection.interval = std::chrono::milliseconds(1);
  detection.base_ejection_time = std::chrono::milliseconds(1);
  policy.outlier_detection_extension.emplace().half_open =
      HalfOpenReturn{.percent = 50, .successes = 1};
  // What is declared changes too, so that endpoints end with their generation.
  const auto make = [&](uint32_t number, const SubsetPool* previous) {
    std::vector<EndpointSpec> specs = SpecsOfWeights({3, 2, 1});
    specs[number % 3].weight = 4 + number;
    return std::make_unique<SubsetPool>(DestinationKey{"h", 80, ""}, policy, specs,
                                        SubsetPool::Environment{.clock = &clock}, previous);
  };
  const std::unique_ptr<SubsetPool> first = make(0, nullptr);
  std::atomic<bool> stop{false};
  std::thread ejecting([&] {
    for (uint32_t i = 0; !stop; ++i) {
      Refusal refusal;
      Lease lease = first->TryAcquire({.now = clock.Now()}, refusal);
      if (lease) lease.Finish(Outcome::Status(i % 4 == 0 ? 200 : 503), clock.Now());
      if (i % 3 != 0) continue;
      clock.Advance(std::chrono::milliseconds(1));
      first->RunDue(clock.Now());
    }
  });
  std::vector<std::thread> updating;
  for (int thread = 0; thread < 2; ++thread) {
    updating.emplace_back([&] {
      std::unique_ptr<SubsetPool> newest = make(1, first.get());
      for (uint32_t i = 2; i < 1'500; ++i) {
        std::unique_ptr<SubsetPool> next = make(i, newest.get());
        newest = std::move(next);  // Ends the one before.
      }
    });
  }
  for (std::thread& thread : updating) thread.join();
  stop = true;
  ejecting.join();
  EXPECT_EQ(first->breaker().active(Resource::kRequests), 0u);
}

}  // namespace
}  // namespace meshroute
