// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/other_tests.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "meshroute/rollout/anytime_bounds.h"

namespace meshroute {
namespace {

using Verdict = RankTest::Verdict;

TEST(WaldTest, IsThatOfTheTable) {
  const WaldTest test = MakeWaldTest(0.0025, 0.01, {.alpha = 0.001, .beta = 0.05});
  EXPECT_NEAR(test.accept_high, 6.856462, 1e-6);
  EXPECT_NEAR(test.accept_low, -2.994732, 1e-6);
  EXPECT_NEAR(test.bad, 1.386294, 1e-6);
  EXPECT_NEAR(test.good, -0.007547206, 1e-9);
  EXPECT_NEAR(test.expected_if_high, 995.7, 0.05);
  EXPECT_NEAR(test.expected_if_low, 734.7, 0.05);
}

TEST(MixtureRatio, IsThatOfTheTable) {
  EXPECT_NEAR(MixtureRatio({5, 1000}, {19, 19000}, 1e-4), 58.5155, 1e-4);
}

TEST(BlockFactor, IsThatOfTheTableAndNeverProfitableUnderACommonRate) {
  const auto factor = [](int64_t baseline_bad, int64_t canary_bad) {
    return BlockFactor({canary_bad, 1}, {baseline_bad, 19}, 0.05, 0.001);
  };
  EXPECT_NEAR(factor(0, 1), 15.184916544, 1e-9);
  EXPECT_NEAR(factor(1, 0), 0.288802217, 1e-9);
  EXPECT_NEAR(factor(0, 0), 0.998817199, 1e-9);
  const std::vector<std::pair<double, double>> means{
      {.001, 0.999408593}, {.00345, 1.0}, {.01, 0.996085736}, {.3, 0.055127867}};
  for (const auto& [rate, expected] : means) {
    double mean = 0;
    double chance = std::pow(1 - rate, 19);  // Of k bad ones of 19.
    for (int64_t k = 0; k <= 19; ++k) {
      mean += chance * ((1 - rate) * factor(k, 0) + rate * factor(k, 1));
      chance *= static_cast<double>(19 - k) / static_cast<double>(k + 1) * rate / (1 - rate);
    }
    EXPECT_NEAR(mean, expected, 1e-9);
  }
}

TEST(AnytimeRate, IsThatOfTheTable) {
  struct Row {
    int64_t bad, trials;
    double low, high;
  };
  constexpr Row kRows[] = {{0, 1000, 0, 0.00985560},
                           {10, 1000, 0.00207548, 0.02794175},
                           {50, 1000, 0.02823513, 0.08017091},
                           {10, 10000, 0.00015627, 0.00316152}};
  for (const Row& row : kRows) {
    const RateInterval interval = AnytimeRate(row.trials, row.bad, 0.05);
    EXPECT_NEAR(interval.low, row.low, 5e-9);
    EXPECT_NEAR(interval.high, row.high, 5e-9);
  }
  EXPECT_EQ(AnytimeRate(0, 0, 0.05).high, 1);
  EXPECT_EQ(AnytimeRate(10, 10, 0.05).high, 1);
}

TEST(AnytimeRate, NeedsTheTrialsOfTheTableToProveARate) {
  for (const auto& [bound, trials] :
       {std::pair(0.01, 984), std::pair(0.005, 2127), std::pair(0.0025, 4563)}) {
    EXPECT_LT(AnytimeRate(trials, 0, 0.05).high, bound);
    EXPECT_GE(AnytimeRate(trials - 1, 0, 0.05).high, bound);
  }
}

TEST(AnytimeQuantileRanks, AreThoseOfTheTable) {
  struct Row {
    int64_t samples;
    double q;
    int64_t low, high;
  };
  constexpr Row kRows[] = {{1000, .5, 453, 547},
                           {1000, .95, 928, 969},
                           {1000, .99, 979, 997},
                           {5000, .99, 4926, 4970},
                           {20000, .99, 19750, 19845}};
  for (const Row& row : kRows) {
    const RankInterval ranks = AnytimeQuantileRanks(row.samples, row.q, 0.05);
    EXPECT_EQ(ranks.low, row.low) << row.samples << " " << row.q;
    EXPECT_EQ(ranks.high, row.high) << row.samples << " " << row.q;
  }
}

TEST(CompareRanks, JudgesAsKayentaDoes) {
  const std::vector<double> zeros(6, 0);
  const RankTest sparse = CompareRanks(std::vector<double>{0, 1, 2, 1, 0, 0}, zeros);
  EXPECT_NEAR(sparse.low, 0, 1e-9);
  EXPECT_NEAR(sparse.high, 2, 1e-9);
  EXPECT_NEAR(sparse.estimate, 0, 1e-9);
  EXPECT_EQ(sparse.verdict, Verdict::kPass);

  const std::vector<double> ones(10, 1);
  std::vector<double> canary(10, 100);
  canary[8] = canary[9] = 1;
  const RankTest high = CompareRanks(canary, ones);
  EXPECT_NEAR(high.low, 99, 1e-9);
  EXPECT_NEAR(high.high, 99, 1e-9);
  EXPECT_EQ(high.verdict, Verdict::kHigh);
  canary[7] = 1;
  const RankTest pass = CompareRanks(canary, ones);
  EXPECT_NEAR(pass.low, 0, 1e-9);
  EXPECT_NEAR(pass.high, 99, 1e-9);
  EXPECT_NEAR(pass.estimate, 99, 1e-9);
  EXPECT_EQ(pass.verdict, Verdict::kPass);

  std::vector<double> twenties;
  std::vector<double> tens;
  for (int i = 0; i < 10; ++i) {
    twenties.push_back(20 + i);
    tens.push_back(10 + i);
  }
  const RankTest shifted = CompareRanks(twenties, tens);
  EXPECT_NEAR(shifted.low, 6, 1e-6);
  EXPECT_NEAR(shifted.high, 14, 1e-6);
  EXPECT_NEAR(shifted.estimate, 10, 1e-6);
  EXPECT_EQ(shifted.verdict, Verdict::kHigh);
  EXPECT_EQ(CompareRanks(tens, twenties).verdict, Verdict::kLow);

  const std::vector<double> even{10, 20, 30, 40, 50};
  EXPECT_EQ(CompareRanks(even, std::vector<double>{10, 20, 30, 40, 50.1}).verdict, Verdict::kPass);
  EXPECT_EQ(CompareRanks(even, even).verdict, Verdict::kPass);
  EXPECT_EQ(CompareRanks({}, even).verdict, Verdict::kPass);
}

}  // namespace
}  // namespace meshroute
