// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/priority_loads.h"

#include <gtest/gtest.h>

#include <vector>

namespace meshroute {
namespace {

// One priority of 100 endpoints, so many of them healthy.
PriorityHealth Percent(uint64_t healthy, uint64_t degraded = 0) {
  return {.endpoints = 100, .excluded = 0, .healthy = healthy, .degraded = degraded};
}

std::vector<uint32_t> HealthyLoads(const std::vector<PriorityHealth>& priorities,
                                   uint32_t panic_threshold = 0) {
  std::vector<uint32_t> loads;
  for (const PriorityLoad& load : DividePriorityLoad(priorities, panic_threshold)) {
    loads.push_back(load.healthy);
  }
  return loads;
}

using Loads = std::vector<uint32_t>;

TEST(PriorityLoadsTest, SpillsOverAsTheFirstPrioritySickens) {
  EXPECT_EQ(HealthyLoads({Percent(100), Percent(100)}), (Loads{100, 0}));
  EXPECT_EQ(HealthyLoads({Percent(72), Percent(100)}), (Loads{100, 0}));
  EXPECT_EQ(HealthyLoads({Percent(71), Percent(100)}), (Loads{99, 1}));
  EXPECT_EQ(HealthyLoads({Percent(50), Percent(100)}), (Loads{70, 30}));
  EXPECT_EQ(HealthyLoads({Percent(25), Percent(100)}), (Loads{35, 65}));
  EXPECT_EQ(HealthyLoads({Percent(0), Percent(100)}), (Loads{0, 100}));
  EXPECT_EQ(HealthyLoads({Percent(25), Percent(25), Percent(100)}), (Loads{35, 35, 30}));
}

TEST(PriorityLoadsTest, NormalisesWhereAllTogetherCannotServeAll) {
  EXPECT_EQ(HealthyLoads({Percent(20), Percent(20)}), (Loads{50, 50}));
  EXPECT_EQ(HealthyLoads({Percent(10), Percent(30)}), (Loads{25, 75}));
  // 7, 7, 7 of 21: 33 each, the odd one to the first.
  EXPECT_EQ(HealthyLoads({Percent(5), Percent(5), Percent(5)}), (Loads{34, 33, 33}));
}

TEST(PriorityLoadsTest, HealthyOnesOfEveryPriorityComeBeforeDegradedOnes) {
  const std::vector<PriorityLoad> loads =
      DividePriorityLoad({Percent(30, 50), Percent(20)}, 0);  // 42 + 70 and 28
  EXPECT_EQ(loads, (std::vector<PriorityLoad>{{.healthy = 42, .degraded = 30},
                                              {.healthy = 28, .degraded = 0}}));
}

TEST(PriorityLoadsTest, DrainingEndpointsAreNotMissed) {
  const PriorityHealth half_draining = {.endpoints = 10, .excluded = 5, .healthy = 5};
  EXPECT_EQ(HealthyLoads({half_draining, Percent(100)}), (Loads{100, 0}));
}

TEST(PriorityLoadsTest, WithoutPanicAllGoesToNobodyWhereNobodyIsHealthy) {
  const std::vector<PriorityLoad> loads = DividePriorityLoad({Percent(0), Percent(0)}, 0);
  EXPECT_EQ(loads, (std::vector<PriorityLoad>{{.healthy = 100}, {}}));
}

TEST(PriorityLoadsTest, NobodyPanicsWhileAllTogetherCanServeAll) {
  for (const PriorityLoad& load : DividePriorityLoad({Percent(1), Percent(100)}, 50)) {
    EXPECT_FALSE(load.panic);
  }
}

TEST(PriorityLoadsTest, APriorityBelowTheThresholdPanicsAlone) {
  // 28 and 70 of 98; below 40 % is only the first.
  const std::vector<PriorityLoad> loads = DividePriorityLoad({Percent(20), Percent(50)}, 40);
  EXPECT_EQ(loads, (std::vector<PriorityLoad>{{.healthy = 29, .panic = true}, {.healthy = 71}}));
}

TEST(PriorityLoadsTest, TheThresholdIsStrict) {
  EXPECT_FALSE(DividePriorityLoad({Percent(50)}, 50)[0].panic);
  EXPECT_TRUE(DividePriorityLoad({Percent(49)}, 50)[0].panic);
}

TEST(PriorityLoadsTest, WhereAllPanicTheLoadGoesByNumberOfEndpoints) {
  const std::vector<PriorityLoad> loads =
      DividePriorityLoad({{.endpoints = 0}, {.endpoints = 1}, {.endpoints = 2}}, 50);
  EXPECT_EQ(loads,
            (std::vector<PriorityLoad>{
                {.panic = true}, {.healthy = 34, .panic = true}, {.healthy = 66, .panic = true}}));
}

TEST(PriorityLoadsTest, AlwaysDividesTheWhole) {
  for (uint64_t a = 0; a <= 7; ++a) {
    for (uint64_t b = 0; b <= 7; ++b) {
      for (uint64_t c = 0; c <= 7; ++c) {
        for (const uint32_t threshold : {0u, 30u, 100u}) {
          uint32_t sum = 0;
          for (const PriorityLoad& load :
               DividePriorityLoad({{.endpoints = 7, .healthy = a, .degraded = 7 - a},
                                   {.endpoints = 7, .healthy = b},
                                   {.endpoints = 7, .excluded = 7 - c, .healthy = c}},
                                  threshold)) {
            sum += load.healthy + load.degraded;
          }
          EXPECT_EQ(sum, 100u) << a << " " << b << " " << c << " " << threshold;
        }
      }
    }
  }
}

TEST(RetryLoadTest, WhatIsLeftIsDividedByCapacity) {
  const struct {
    std::vector<PriorityCapacity> capacities;
    std::vector<PriorityLoad> loads;
  } cases[] = {
      {{{100, 0}, {100, 0}}, {{100, 0}, {0, 0}}},
      {{{0, 0}, {100, 0}}, {{0, 0}, {100, 0}}},
      {{{70, 0}, {100, 0}}, {{70, 0}, {30, 0}}},
      {{{0, 0}, {35, 0}, {0, 0}}, {{0, 0}, {100, 0}, {0, 0}}},
      {{{0, 0}, {20, 0}, {20, 0}}, {{0, 0}, {50, 0}, {50, 0}}},
      {{{7, 0}, {7, 0}, {7, 0}}, {{34, 0}, {33, 0}, {33, 0}}},
      {{{0, 40}, {30, 0}}, {{0, 57}, {43, 0}}},  // 57 and 42, the odd one to the healthy.
      {{{0, 100}, {0, 100}}, {{0, 100}, {0, 0}}},
  };
  for (const auto& one : cases) {
    std::vector<PriorityLoad> loads(one.capacities.size());
    EXPECT_TRUE(DivideRetryLoad(one.capacities, loads));
    EXPECT_EQ(loads, one.loads);
  }
}

TEST(RetryLoadTest, NothingCanBeDividedWhereNobodyIsLeft) {
  std::vector<PriorityLoad> loads(2);
  EXPECT_FALSE(DivideRetryLoad(std::vector<PriorityCapacity>(2), loads));
  EXPECT_EQ(loads, std::vector<PriorityLoad>(2));
}

}  // namespace
}  // namespace meshroute
