// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "meshroute/testing/scripted_random.h"
#include "meshroute/upstream/subset_pool.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

using Simple = LoadBalancerSettings::Simple;

// Pools of endpoints at places, seen by a client in us/a/1.
class LocalityBalancerTest : public ::testing::Test {
 protected:
  LocalityBalancerTest() {
    client_.locality = "us/a/1";
    policy_ = PolicyOf(Simple::kRoundRobin);
  }

  LocalityLbSetting& Locality() { return policy_.load_balancer->locality_lb_setting.emplace(); }
  void Detect() { policy_.outlier_detection.emplace().max_ejection_percent = 100; }

  static std::vector<EndpointSpec> At(const std::vector<std::string>& places) {
    std::vector<EndpointSpec> specs = Specs(places.size());
    for (size_t i = 0; i < places.size(); ++i) specs[i].locality = places[i];
    return specs;
  }

  SubsetPool& MakeOf(std::vector<EndpointSpec> specs) {
    pool_ = std::make_unique<SubsetPool>(
        DestinationKey{"reviews", 80, ""}, policy_, std::move(specs),
        SubsetPool::Environment{.random = &random_, .client = &client_});
    return *pool_;
  }
  SubsetPool& Make(const std::vector<std::string>& places) { return MakeOf(At(places)); }

  void Eject(size_t index, bool ejected = true) { SetEjected(pool_->endpoints(), index, ejected); }

  // What picks choose, a letter each: 'A' is the first endpoint of the pool.
  std::string Next(size_t count, const PickContext& context = {}) {
    std::string picks;
    for (size_t i = 0; i < count; ++i) {
      SubsetPool::Refusal refusal;
      const Lease lease = pool_->TryAcquire(context, refusal);
      picks += lease ? LetterOf(pool_->endpoints(), &lease.endpoint()) : '-';
    }
    return picks;
  }

  ScriptedRandom random_;
  ClientIdentity client_;
  EffectivePolicy policy_;
  std::unique_ptr<SubsetPool> pool_;
};

TEST_F(LocalityBalancerTest, TheNearestTakeAllUntilLessThanFiveSeventhsAreLeft) {
  Detect();
  Make({"us/a/1", "us/a/1", "us/b", "eu"});
  EXPECT_EQ(Next(4), "ABAB");
  Eject(0);  // 50 % of priority 0: 70 to it, 30 to the next.
  random_.Append({69, 70, 99, 0});
  EXPECT_EQ(Next(4), "BCCB");
  Eject(1);
  EXPECT_EQ(Next(2), "CC");
  Eject(2);
  EXPECT_EQ(Next(2), "DD");
  Eject(0, false);
  Eject(1, false);
  EXPECT_EQ(Next(2), "AB");
}

TEST_F(LocalityBalancerTest, DistributeGivesEachLocalityItsShareInTurn) {
  Locality().distribute = {{"us/*", {{"us/a/1", 80}, {"us/b", 20}}}};
  Make({"eu", "us/a/1", "us/a/1", "us/b"});
  EXPECT_EQ(pool_->endpoints().size(), 3u) << "eu is left out";
  EXPECT_EQ(Next(10), "ABACBABACB");
}

TEST_F(LocalityBalancerTest, EachLocalityHasARotationOfItsOwn) {
  Locality().distribute = {{"*", {{"us", 50}, {"eu", 50}}}};
  Make({"us", "us", "us", "eu", "eu"});
  EXPECT_EQ(Next(12), "DAEBDCEADBEC");
}

TEST_F(LocalityBalancerTest, ALocalityThatLosesEndpointsLosesWeight) {
  Locality().distribute = {{"*", {{"us", 50}, {"eu", 50}}}};
  Make({"us", "us", "us", "us", "eu"});
  const auto share_of_us = [&] {
    int us = 0;
    for (const char pick : Next(1000)) us += pick < 'E' ? 1 : 0;
    return us;
  };
  EXPECT_EQ(share_of_us(), 500);
  Eject(0);  // 75 % are left, and 1.4 times that is more than all.
  EXPECT_EQ(share_of_us(), 500);
  Eject(1);
  Eject(2);  // 25 %: the weight is 50 * 0.35.
  EXPECT_NEAR(share_of_us(), 1000 * 0.35 / 1.35, 1);
  Eject(3);
  EXPECT_EQ(share_of_us(), 0);
}

TEST_F(LocalityBalancerTest, AllThatAreListedMayBeDown) {
  Locality().distribute = {{"*", {{"us", 100}}}};
  Make({"us", "eu"});
  Eject(0);
  EXPECT_EQ(Next(2), "--") << "eu is not asked";
}

TEST_F(LocalityBalancerTest, FailoverChoosesLocalitiesByTheSumOfTheirWeights) {
  Detect();
  Locality().failover = {{"us", "eu"}};
  std::vector<EndpointSpec> specs = At({"eu/a", "eu/b", "eu/b", "ap"});
  specs[0].weight = 6;
  MakeOf(std::move(specs));
  EXPECT_EQ(Next(8), "AABAAACA") << "6 to 2";
  Detect();
  policy_.load_balancer->locality_lb_setting.reset();
  Make({"eu/a", "eu/b", "eu/b", "eu/b"});
  EXPECT_EQ(Next(4), "ABCD") << "failover by default pools";
}

TEST_F(LocalityBalancerTest, TheScheduleStartsAtADrawnPlaceAtEachChange) {
  Locality().distribute = {{"*", {{"us", 50}, {"eu", 50}}}};
  random_.Append({0, 1});  // The rotation's seed, then where the localities start.
  Make({"us", "eu"});
  EXPECT_EQ(Next(3), "ABA");
  EXPECT_EQ(random_.draws(), 2u);
}

TEST_F(LocalityBalancerTest, PanicForgetsLocalities) {
  Locality().distribute = {{"*", {{"us", 90}, {"eu", 10}}}};
  policy_.outlier_detection.emplace().min_health_percent = 60;
  Make({"us", "eu", "eu", "eu"});
  Eject(1);
  Eject(2);
  EXPECT_EQ(Next(8), "ABCDABCD");
}

TEST_F(LocalityBalancerTest, DegradedEndpointsAreChosenByTheirLocalitiesToo) {
  Locality().distribute = {{"*", {{"us", 75}, {"eu", 25}}}};
  std::vector<EndpointSpec> specs = At({"us", "eu"});
  specs[0].health = specs[1].health = EndpointSpec::Health::kDegraded;
  MakeOf(std::move(specs));
  EXPECT_EQ(Next(8), "AABAAABA");
}

TEST_F(LocalityBalancerTest, DrainingEndpointsAreNotMissed) {
  Detect();
  std::vector<EndpointSpec> specs = At({"us/a/1", "us/a/1", "us/a/1", "us/b"});
  specs[1].health = specs[2].health = EndpointSpec::Health::kDraining;
  MakeOf(specs);
  EXPECT_EQ(Next(2), "AA") << "nothing spills over";
  specs[1].health = specs[2].health = EndpointSpec::Health::kUnhealthy;
  MakeOf(specs);
  random_.Append({46, 45});
  EXPECT_EQ(Next(2), "DA") << "46 % stay";
}

TEST_F(LocalityBalancerTest, RingsHaveLocalityWeightsInTheirShares) {
  policy_ = RingPolicy(1000);
  Locality().distribute = {{"*", {{"us", 80}, {"eu", 20}}}};
  Make({"us", "eu", "eu", "eu"});
  std::map<char, int> keys;
  SeededRandom hashes(7);
  for (int i = 0; i < 10'000; ++i) ++keys[Next(1, {.hash = hashes.Next()}).front()];
  EXPECT_NEAR(keys['A'], 8000, 400);
  for (const char eu : {'B', 'C', 'D'}) EXPECT_NEAR(keys[eu], 667, 200);
  Eject(0);
  EXPECT_NE(Next(1, {.hash = 1}), "A");
}

TEST_F(LocalityBalancerTest, TheOwnZoneIsPreferredAsFarAsItReaches) {
  policy_.load_balancer->zone_aware_lb_setting.emplace();
  Make({"us/a", "us/b", "us/a", "us/b", "us/c", "us/a/2"});
  EXPECT_EQ(Next(6), "ACFACF");
  Eject(0);  // 2 of 5 endpoints are more than a third, but fewer than minClusterSize.
  EXPECT_EQ(Next(5), "BCDEF") << "so few are pooled";
  policy_.load_balancer->zone_aware_lb_setting->min_cluster_size = 2;
  Make({"us/a", "us/b", "us/b", "us/b", "us/b"});
  random_.Append({3999, 4000, 0, 9999, 2000});  // 20 % of the endpoints for 50 % of clients.
  EXPECT_EQ(Next(3), "ABC");
}

TEST_F(LocalityBalancerTest, OnlyTheFirstPriorityPrefersAZone) {
  policy_.load_balancer->zone_aware_lb_setting.emplace().min_cluster_size = 1;
  Detect();
  Make({"us/a", "eu/a", "eu/b"});
  Eject(0);
  EXPECT_EQ(Next(4), "BCBC");
}

TEST_F(LocalityBalancerTest, RetriesLeaveThePrioritiesThatTwoAttemptsWentTo) {
  Detect();
  Make({"us/a/1", "us/b", "eu"});
  TriedPriorities tried;
  const PickContext context{.tried_priorities = &tried};
  EXPECT_EQ(Next(1, context), "A");
  tried.Add(pool_->endpoints().at(0));
  EXPECT_EQ(Next(1, context), "A") << "one attempt is not enough";
  tried.Add(pool_->endpoints().at(0));
  EXPECT_EQ(Next(1, context), "B");
  tried.Add(pool_->endpoints().at(1));
  EXPECT_EQ(Next(1, context), "B") << "and stays left until every second attempt";
  tried.Add(pool_->endpoints().at(1));
  EXPECT_EQ(Next(1, context), "C");
  tried.Add(pool_->endpoints().at(2));
  tried.Add(pool_->endpoints().at(2));
  EXPECT_EQ(Next(1, context), "A") << "all were tried: forgotten";
  tried.Add(pool_->endpoints().at(0));
  EXPECT_EQ(Next(1, context), "A") << "and counted from the beginning";
}

TEST_F(LocalityBalancerTest, RetriesDivideTheLoadBetweenWhatIsLeftByCapacity) {
  Detect();
  Make({"us/a/1", "us/b", "us/b", "us/b", "us/b", "eu"});
  for (const size_t ejected : std::array<size_t, 3>{2, 3, 4})
    Eject(ejected);  // 1 of 4: 35 of 100 for priority 1.
  TriedPriorities tried;
  tried.Add(pool_->endpoints().at(0));
  tried.Add(pool_->endpoints().at(0));
  random_.Append({34, 35, 99});
  EXPECT_EQ(Next(3, {.tried_priorities = &tried}), "BFF");
  Eject(1);
  Eject(5);
  Eject(0);
  EXPECT_EQ(Next(1, {.tried_priorities = &tried}), "-") << "nobody is left at all";
}

// Under TSan: picks while localities fail and come back.
TEST(LocalityThreadsTest, PicksGoOnWhileLocalitiesFailAndComeBack) {
  for (const bool zone_aware : {false, true}) {
    EffectivePolicy policy = PolicyOf(Simple::kLeastRequest);
    policy.outlier_detection.emplace();
    if (zone_aware) {
      policy.load_balancer->zone_aware_lb_setting.emplace().min_cluster_size = 1;
    } else {
      policy.load_balancer->locality_lb_setting.emplace().failover_priority = {kRegionLabel};
    }
    policy.load_balancer->warmup.emplace().duration = std::chrono::seconds(1000);
    ClientIdentity client;
    client.locality = "us/a";
    std::vector<EndpointSpec> specs = Specs(12);
    for (size_t i = 0; i < specs.size(); ++i) {
      specs[i].locality = i < 4 ? "us/a" : i < 8 ? "us/b" : "eu/a";
    }
    SubsetPool pool({"reviews", 80, ""}, policy, specs, {.client = &client});
    std::atomic<bool> stop{false};
    std::atomic<int> refused{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        TriedPriorities tried;
        while (!stop) {
          SubsetPool::Refusal refusal;
          const Lease lease = pool.TryAcquire({.tried_priorities = &tried}, refusal);
          if (lease) tried.Add(lease.endpoint());
          if (!lease) ++refused;
        }
      });
    }
    for (int round = 0; round < 200; ++round) {
      for (size_t i = 0; i < 8; ++i) {
        pool.endpoints().at(i).state().ejected = (static_cast<size_t>(round) >> i / 4) % 2 == 1;
      }
      pool.endpoints().Refresh();
    }
    stop = true;
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(refused, 0) << "eu/a is never down";
  }
}

}  // namespace
}  // namespace meshroute
