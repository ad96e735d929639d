// SPDX-License-Identifier: Apache-2.0
// Known answers of the arithmetic.
#include "meshroute/rollout/score.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace meshroute {
namespace {

constexpr ScoreMargin kMargin{.ratio = 1.5, .slack = 0.001};

// Within half a unit of the last digit that the table gives.
void ExpectDigits(double value, double expected, int decimals) {
  EXPECT_NEAR(value, expected, 0.50001 * std::pow(10.0, -decimals));
}

double ValueOf(const Score& score, const StakeSchedule& stakes) {
  return stakes.cash() + score.Sum();
}

TEST(RelativeFactors, AreThoseOfTheTable) {
  struct Row {
    double w, c, canary_bad, baseline_bad, good;
  };
  constexpr Row kRows[] = {
      {0.05, 0.02, 1.2531603318, 0.98, 0.999987341350},
      {0.05, 0.35, 5.4303058063, 0.65, 0.999778473633},
      {0.05, 0.95, 13.0251157600, 0.05, 0.999398714148},
      {0.10, 0.35, 3.0985308815, 0.65, 0.999790125924},
      {0.50, 0.35, 1.2331389537, 0.65, 0.999883372209},
      {0.50, 0.95, 1.6328057314, 0.05, 0.999683438854},
      {0.95, 0.95, 1.0333005566, 0.05, 0.999968334389},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(testing::Message() << "w " << row.w << " c " << row.c);
    const size_t i = static_cast<size_t>(
        std::find(kRelativeGrid.begin(), kRelativeGrid.end(), row.c) - kRelativeGrid.begin());
    const ScoreFactors factors = RelativeFactors(row.w, kMargin);
    ExpectDigits(std::exp(factors.canary_bad[i]), row.canary_bad, 10);
    ExpectDigits(std::exp(factors.baseline_bad[i]), row.baseline_bad, 10);
    ExpectDigits(std::exp(factors.good[i]), row.good, 12);
  }
  const ScoreFactors latency = RelativeFactors(0.05, {.ratio = 1.25, .slack = 0.002});
  ExpectDigits(std::exp(latency.canary_bad[3]), 6.3113946801, 10);
  ExpectDigits(std::exp(latency.good[3]), 0.9994688074, 10);
}

TEST(RelativeFactors, AreFairAtTheMarginAndOnlyWithTheRightWeight) {
  constexpr double kBaseline = 0.01;
  constexpr double kCanary = 1.5 * kBaseline + 0.001;
  const auto mean = [](double w, const ScoreFactors& factors, size_t i) {
    const double canary_bad = w * kCanary;
    const double baseline_bad = (1 - w) * kBaseline;
    return canary_bad * std::exp(factors.canary_bad[i]) +
           baseline_bad * std::exp(factors.baseline_bad[i]) +
           (1 - canary_bad - baseline_bad) * std::exp(factors.good[i]);
  };
  const ScoreFactors factors = RelativeFactors(0.05, kMargin);
  for (size_t i = 0; i < kScoreGrid; ++i) EXPECT_NEAR(mean(0.05, factors, i), 1, 1e-12);
  ExpectDigits(mean(0.045, factors, 3), 0.9996280689, 10);
  ExpectDigits(mean(0.055, factors, 3), 1.0003719311, 10);
}

TEST(Score, OfOneStakeIsThatOfTheTable) {
  struct Row {
    int64_t canary_bad, baseline_bad, good;
    double value;
  };
  constexpr Row kRows[] = {
      {0, 0, 1000, 0.811921},    {1, 0, 999, 3.863240},       {3, 0, 997, 315.369196},
      {4, 0, 96, 5845.088984},   {5, 0, 995, 42414.045937},   {5, 2, 1993, 885.675296},
      {6, 2, 1992, 7392.506679}, {10, 10, 9980, 6372.572421}, {15, 30, 29955, 732.349460}};
  const ScoreFactors factors = RelativeFactors(0.05, kMargin);
  for (const Row& row : kRows) {
    Score score;
    score.Invest(1);
    score.Multiply(factors, {row.canary_bad, row.baseline_bad, row.good});
    ExpectDigits(score.Sum(), row.value, 6);
  }
}

TEST(Score, StakesAreThoseOfTheTable) {
  StakeSchedule stakes(4);
  Score score;
  const auto invest = [&](StakeSchedule::Start start) {
    score.Invest(stakes.StepStake(start));
    stakes.UseStepStake(start);
  };
  invest(StakeSchedule::Start::kFirst);
  score.Multiply(RelativeFactors(0.05, kMargin), {2, 3, 4995});
  ExpectDigits(score.Sum(), 0.411344418, 9);
  ExpectDigits(ValueOf(score, stakes), 1.161344418, 9);
  invest(StakeSchedule::Start::kLater);
  ExpectDigits(stakes.cash(), 0.666666667, 9);
  ExpectDigits(ValueOf(score, stakes), 1.161344418, 9);
  score.Multiply(RelativeFactors(0.10, kMargin), {12, 2, 2986});
  ExpectDigits(score.Sum(), 316842.338100, 6);
  ExpectDigits(ValueOf(score, stakes), 316843.004766, 6);
}

TEST(Score, AStakeAtAStepStartKeepsItAlert) {
  for (const bool stakes_again : {false, true}) {
    StakeSchedule stakes(4);
    Score score;
    score.Invest(0.25);
    score.Multiply(RelativeFactors(0.05, kMargin), {2, 29, 29969});
    ExpectDigits(0.75 + score.Sum(), 0.781976093, 9);
    const double stake = stakes_again ? 0.25 / 3 : 0;
    score.Invest(stake);
    score.Multiply(RelativeFactors(0.10, kMargin), {6, 1, 593});
    ExpectDigits(0.75 - stake + score.Sum(), stakes_again ? 106.313448273 : 0.844717733, 9);
  }
}

TEST(StakeSchedule, StakesTheWholeCapitalAndNoMore) {
  for (const size_t steps : {1U, 2U, 4U, 10U}) {
    StakeSchedule stakes(steps);
    stakes.UseStepStake(StakeSchedule::Start::kFirst);
    for (size_t i = 1; i < steps; ++i) stakes.UseStepStake(StakeSchedule::Start::kLater);
    for (uint32_t i = 0; i < StakeSchedule::kPeriodicStakes; ++i) {
      EXPECT_GT(stakes.PeriodicStake(), 0);
      stakes.UsePeriodicStake();
    }
    EXPECT_NEAR(stakes.cash(), 0, 1e-12);
    EXPECT_EQ(stakes.PeriodicStake(), 0);
    stakes.UseStepStake(StakeSchedule::Start::kLater);
    EXPECT_GE(stakes.cash(), -1e-12) << "a step more than was announced";
  }
}

TEST(AbsoluteFactors, AreThoseOfTheTable) {
  constexpr std::array<double, kScoreGrid> kGrid{0.01,        0.024862496, 0.061814369,
                                                 0.153685949, 0.382101625, 0.95};
  const ScoreFactors factors = AbsoluteFactors(0.01);
  for (size_t i = 0; i < kScoreGrid; ++i) {
    ExpectDigits(1 - std::exp(factors.good[i]), kGrid[i], 9);
    EXPECT_NEAR(std::exp(factors.canary_bad[i]), 1 + kGrid[i] * 99, 1e-6);
  }
  struct Row {
    int64_t bad, good;
    double value;
  };
  constexpr Row kRows[] = {{0, 100, 0.074729}, {2, 18, 6.716179},   {3, 0, 153656.812307},
                           {5, 95, 16.705939}, {8, 192, 38.532044}, {10, 190, 671.183643},
                           {2, 198, 0.103910}};
  for (const Row& row : kRows) {
    Score score;
    score.Invest(1);
    score.Multiply(factors, {.canary_bad = row.bad, .good = row.good});
    ExpectDigits(score.Sum(), row.value, 6);
  }
}

TEST(Score, GoesOnWhenTheTableChanges) {
  Score score;
  double cash = 1;
  const auto invest = [&](double stake) {
    score.Invest(stake);
    cash -= stake;
  };
  invest(0.25);
  score.Multiply(RelativeFactors(0.05, kMargin), {1, 2, 2997});
  ExpectDigits(score.Sum(), 0.234901017, 9);
  ExpectDigits(cash + score.Sum(), 0.984901017, 9);
  invest(0.25 / 3);
  score.Multiply(RelativeFactors(0.50, kMargin), {5, 5, 1990});
  ExpectDigits(score.Sum(), 0.189322901, 9);
  ExpectDigits(cash + score.Sum(), 0.855989567, 9);
  invest(0.25 / 3);
  ExpectDigits(score.Sum(), 0.272656234, 9);
  score.Multiply(AbsoluteFactors(0.01), {.canary_bad = 12, .good = 388});
  ExpectDigits(score.Sum(), 18.494823349, 9);
  ExpectDigits(cash + score.Sum(), 19.078156682, 9);
  score.Multiply(AbsoluteFactors(0.01), {.canary_bad = 6, .good = 94});
  ExpectDigits(score.Sum(), 2203.150527718, 9);
  ExpectDigits(cash + score.Sum(), 2203.733861052, 9);
}

TEST(Score, OfLatenciesAndOfPairsIsThatOfTheTable) {
  const ScoreFactors latency = RelativeFactors(0.05, {.ratio = 1.25, .slack = 0.002});
  Score slow;
  slow.Invest(1);
  slow.Multiply(latency, {14, 19, 86 + 1881});
  ExpectDigits(slow.Sum(), 2697239.996040, 6);
  Score fine;
  fine.Invest(1);
  fine.Multiply(latency, {1, 19, 99 + 1881});
  ExpectDigits(fine.Sum(), 0.237390546, 9);

  struct Row {
    int64_t canary, baseline;
    double value;
  };
  constexpr Row kPairs[] = {
      {10, 0, 46.5977}, {14, 0, 280.5718}, {16, 0, 706.1256}, {20, 2, 81.6099}, {30, 10, 2.9428}};
  for (const Row& row : kPairs) {
    PairScore score({.ratio = 1.5, .slack = 0});
    score.Invest(1);
    score.Add({.canary_alone = row.canary, .baseline_alone = row.baseline});
    ExpectDigits(score.Sum(), row.value, 4);
  }
}

TEST(PairScore, IsFairAtTheMarginWhateverFailsTogether) {
  // Chances of a pair under which the canary is at 1.5 times the baseline and 0.1 % more.
  struct Row {
    double canary_alone, baseline_alone, both_bad;
  };
  constexpr Row kRows[] = {{0.001, 0, 0}, {0.016, 0.01, 0}, {0.006, 0, 0.01}, {0.301, 0.1, 0.3}};
  for (const Row& row : kRows) {
    double mean = 0;
    const auto add = [&mean](double chance, const PairCounts& counts) {
      PairScore score(kMargin);
      score.Invest(1);
      score.Add(counts);
      mean += chance * score.Sum();
    };
    add(row.canary_alone, {.canary_alone = 1});
    add(row.baseline_alone, {.baseline_alone = 1});
    add(row.both_bad, {.both_bad = 1});
    add(1 - row.canary_alone - row.baseline_alone - row.both_bad, {.both_good = 1});
    EXPECT_NEAR(mean, 1, 1e-12) << row.canary_alone;
  }
}

TEST(PairScore, PairsThatAgreeAddNothing) {
  for (const ScoreMargin margin : {kMargin, {.ratio = 1, .slack = 0}, {.ratio = 9, .slack = 0.9}}) {
    PairScore score(margin);
    EXPECT_EQ(score.Sum(), 0);
    score.Invest(0.25);
    EXPECT_NEAR(score.Sum(), 0.25, 1e-15);
    score.Add({.both_bad = 20, .both_good = 500});
    EXPECT_LE(score.Sum(), 0.25 + 1e-15);
    EXPECT_GT(score.Sum(), 0);
  }
}

TEST(PairScore, AMarginThatLeavesNoBetLetsTheStakeRest) {
  PairScore score({.ratio = 500, .slack = 0});
  score.Invest(0.25);
  score.Add({.canary_alone = 100, .baseline_alone = 7, .both_bad = 3});
  EXPECT_NEAR(score.Sum(), 0.25, 1e-15);
  EXPECT_TRUE(score.is_staked());
  score.Clear();
  EXPECT_FALSE(score.is_staked());
  EXPECT_EQ(score.Sum(), 0);
}

TEST(Score, IsAFunctionOfCountsAlone) {
  std::mt19937_64 random(1);
  std::vector<TrialCounts> trials;
  for (int i = 0; i < 3000; ++i) {
    const uint64_t draw = random() % 100;
    trials.push_back({draw<2, draw == 2, draw> 2});
  }
  const ScoreFactors factors = RelativeFactors(0.05, kMargin);
  Score at_once;
  at_once.Invest(1);
  TrialCounts sum;
  for (const TrialCounts& trial : trials) {
    sum.canary_bad += trial.canary_bad;
    sum.baseline_bad += trial.baseline_bad;
    sum.good += trial.good;
  }
  at_once.Multiply(factors, sum);
  for (int round = 0; round < 5; ++round) {
    std::shuffle(trials.begin(), trials.end(), random);
    Score score;
    score.Invest(1);
    for (const TrialCounts& trial : trials) score.Multiply(factors, trial);
    for (size_t i = 0; i < kScoreGrid; ++i) {
      EXPECT_NEAR(score.logs()[i], at_once.logs()[i], 1e-9 * std::abs(at_once.logs()[i]));
    }
  }
}

TEST(Score, MovesTheWayATrialPoints) {
  const ScoreFactors factors = RelativeFactors(0.05, kMargin);
  Score score;
  score.Invest(1);
  const auto rises = [&](TrialCounts trial) {
    const double before = score.Sum();
    score.Multiply(factors, trial);
    return score.Sum() > before;
  };
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(rises({.good = 1}));
    EXPECT_TRUE(rises({.canary_bad = 1}));
    EXPECT_FALSE(rises({.baseline_bad = 1}));
  }
}

TEST(Score, BeyondWhatADoubleHoldsIsDecided) {
  Score score;
  score.Invest(1);
  score.Multiply(RelativeFactors(0.05, kMargin), {.canary_bad = 10'000});
  EXPECT_EQ(score.Sum(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(Score().Sum(), 0);
}

}  // namespace
}  // namespace meshroute
