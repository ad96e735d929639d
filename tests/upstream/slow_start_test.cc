// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/slow_start.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <string>

#include "meshroute/testing/scripted_random.h"
#include "meshroute/testing/virtual_clock.h"
#include "meshroute/upstream/subset_pool.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Simple = LoadBalancerSettings::Simple;

LoadBalancerSettings WarmFor(Duration duration) {
  LoadBalancerSettings settings;
  settings.warmup.emplace().duration = duration;
  return settings;
}

class SlowStartTest : public ::testing::Test {
 protected:
  SlowStartTest() { clock_.Advance(seconds(1000)); }

  double FactorAt(const LoadBalancerSettings& settings, Duration age) {
    endpoint_.state().first_seen = clock_.Now();
    return SlowStart(settings, clock_).FactorOf(endpoint_, clock_.Now() + age);
  }

  std::unique_ptr<SubsetPool> MakePool(size_t endpoints, const SubsetPool* previous = nullptr) {
    std::vector<EndpointSpec> specs = Specs(endpoints);
    return std::make_unique<SubsetPool>(
        DestinationKey{"reviews", 80, ""}, policy_, std::move(specs),
        SubsetPool::Environment{.clock = &clock_, .random = &random_}, previous);
  }

  // How many of `count` attempts, all over at once, go to each endpoint.
  std::vector<int> Send(SubsetPool& pool, int count) {
    std::vector<int> sent(pool.endpoints().size());
    for (int i = 0; i < count; ++i) {
      Lease lease = *pool.Acquire();
      ++sent[static_cast<size_t>(LetterOf(pool.endpoints(), &lease.endpoint()) - 'A')];
      lease.Finish(Outcome::Status(200), clock_.Now());
    }
    return sent;
  }

  VirtualClock clock_;
  ScriptedRandom random_;
  Endpoint endpoint_{EndpointSpec()};
  EffectivePolicy policy_;
};

TEST_F(SlowStartTest, GrowsInProportionToTheAgeFromTenPercentOn) {
  const LoadBalancerSettings settings = WarmFor(seconds(60));
  EXPECT_EQ(FactorAt(settings, milliseconds(0)), 0.1);
  EXPECT_EQ(FactorAt(settings, seconds(6)), 0.1);
  EXPECT_EQ(FactorAt(settings, seconds(15)), 0.25);
  EXPECT_EQ(FactorAt(settings, seconds(30)), 0.5);
  EXPECT_EQ(FactorAt(settings, milliseconds(59'999)), 59'999.0 / 60'000);
  EXPECT_EQ(FactorAt(settings, seconds(60)), 1);
  EXPECT_EQ(FactorAt(settings, seconds(600)), 1);
}

TEST_F(SlowStartTest, AggressionIsTheRootThatIsTaken) {
  LoadBalancerSettings settings = WarmFor(seconds(100));
  settings.warmup->aggression = 2.0;
  EXPECT_EQ(FactorAt(settings, seconds(25)), 0.5);
  EXPECT_EQ(FactorAt(settings, seconds(81)), std::pow(0.81, 0.5));
  settings.warmup->aggression = 0.5;
  EXPECT_EQ(FactorAt(settings, seconds(50)), 0.25);
  EXPECT_EQ(FactorAt(settings, seconds(20)), 0.1);
}

TEST_F(SlowStartTest, TheMinimumIsAPercentage) {
  LoadBalancerSettings settings = WarmFor(seconds(100));
  settings.warmup->minimum_percent = 30;
  EXPECT_EQ(FactorAt(settings, seconds(10)), 0.3);
  EXPECT_EQ(FactorAt(settings, seconds(31)), 0.31);
  settings.warmup->minimum_percent = 0;
  EXPECT_EQ(FactorAt(settings, seconds(0)), 0.00001) << "as if a millisecond had passed";
  settings.warmup->minimum_percent = 100;
  EXPECT_EQ(FactorAt(settings, seconds(0)), 1);
}

TEST_F(SlowStartTest, TheOldSpellingCountsWhereThereIsNoWarmup) {
  LoadBalancerSettings settings;
  EXPECT_EQ(FactorAt(settings, seconds(0)), 1);
  settings.warmup_duration_secs = seconds(40);
  EXPECT_EQ(FactorAt(settings, seconds(10)), 0.25);
  settings.warmup.emplace().duration = seconds(20);
  EXPECT_EQ(FactorAt(settings, seconds(10)), 0.5);
}

TEST_F(SlowStartTest, OnlyHealthyEndpointsThatThePoolKnowsAreYoung) {
  const LoadBalancerSettings settings = WarmFor(seconds(60));
  EXPECT_EQ(SlowStart(settings, clock_).FactorOf(endpoint_, clock_.Now()), 1);
  EXPECT_EQ(FactorAt(settings, seconds(0)), 0.1);
  endpoint_.state().ejected = true;
  EXPECT_EQ(FactorAt(settings, seconds(0)), 1);
}

TEST_F(SlowStartTest, WhatADestinationBeginsWithStartsAlike) {
  policy_.load_balancer = WarmFor(seconds(60));
  policy_.load_balancer->simple = Simple::kRoundRobin;
  const auto pool = MakePool(4);
  EXPECT_EQ(Send(*pool, 400), (std::vector<int>{100, 100, 100, 100}));
}

TEST_F(SlowStartTest, ANewEndpointGetsItsFactorOfTheOthersShare) {
  for (const Simple simple : {Simple::kRoundRobin, Simple::kLeastRequest}) {
    policy_.load_balancer = WarmFor(seconds(60));
    policy_.load_balancer->simple = simple;
    const auto first = MakePool(2);
    clock_.Advance(seconds(100));
    const auto second = MakePool(3, first.get());
    EXPECT_EQ(Send(*second, 210), (std::vector<int>{100, 100, 10}));
    clock_.Advance(seconds(30));
    Send(*second, 50);  // Until the deadlines that were set at the beginning are past.
    EXPECT_EQ(Send(*second, 250), (std::vector<int>{100, 100, 50}));
  }
}

TEST_F(SlowStartTest, WhenTheWindowIsOverTheScheduleIsLeft) {
  policy_.load_balancer = WarmFor(seconds(60));
  const auto first = MakePool(2);
  clock_.Advance(seconds(100));
  const auto second = MakePool(3, first.get());
  const size_t before = random_.draws();
  Send(*second, 10);
  EXPECT_EQ(random_.draws(), before) << "a schedule draws nothing";
  clock_.Advance(seconds(60));
  Send(*second, 1);
  EXPECT_EQ(random_.draws(), before) << "the last moment still counts";
  clock_.Advance(milliseconds(1));
  Send(*second, 10);
  EXPECT_EQ(random_.draws(), before + 20) << "LEAST_REQUEST draws two";
}

TEST_F(SlowStartTest, AnUpdateAndAnEjectionKeepTheAge) {
  policy_.load_balancer = WarmFor(seconds(60));
  policy_.load_balancer->simple = Simple::kRoundRobin;
  policy_.outlier_detection.emplace().max_ejection_percent = 100;
  const auto first = MakePool(2);
  clock_.Advance(seconds(100));
  const auto second = MakePool(3, first.get());
  clock_.Advance(seconds(30));
  const auto third = MakePool(3, second.get());
  SetEjected(third->endpoints(), 2, true);
  SetEjected(third->endpoints(), 2, false);
  Send(*third, 50);
  EXPECT_EQ(Send(*third, 250), (std::vector<int>{100, 100, 50}));

  std::vector<EndpointSpec> heavier = Specs(3);
  heavier[2].labels = {{"declared", "anew"}};
  const SubsetPool fourth({"reviews", 80, ""}, policy_, heavier,
                          {.clock = &clock_, .random = &random_}, third.get());
  EXPECT_EQ(fourth.endpoints().at(2).state().first_seen, clock_.Now() - seconds(30));
}

TEST_F(SlowStartTest, AnotherLocalityBeginsAnew) {
  const auto first = MakePool(1);
  clock_.Advance(seconds(100));
  std::vector<EndpointSpec> moved = Specs(1);
  moved[0].locality = "eu";
  const SubsetPool second({"reviews", 80, ""}, policy_, moved,
                          {.clock = &clock_, .random = &random_}, first.get());
  EXPECT_EQ(second.endpoints().at(0).state().first_seen, clock_.Now());
}

}  // namespace
}  // namespace meshroute
