// SPDX-License-Identifier: Apache-2.0
#include "lib/simulation/arrival_stream.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace meshroute {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

std::vector<Duration> MomentsOf(const Arrivals& arrivals, Duration end, uint64_t seed = 1) {
  SeededRandom random(seed);
  ArrivalStream stream(arrivals, end, random);
  std::vector<Duration> moments;
  for (Duration at = stream.Next(); at < end; at = stream.Next()) moments.push_back(at);
  return moments;
}

size_t CountBetween(const std::vector<Duration>& moments, Duration from, Duration until) {
  size_t count = 0;
  for (const Duration at : moments) count += at >= from && at < until ? 1 : 0;
  return count;
}

TEST(ArrivalStream, ConstantArrivalsAreEven) {
  const std::vector<Duration> moments =
      MomentsOf({.process = Arrivals::Process::kConstant, .rate = 4}, 2s);
  ASSERT_EQ(moments.size(), 7u);  // The eighth would be the end itself.
  EXPECT_EQ(moments[0], 250ms);
  EXPECT_EQ(moments[6], 1750ms);
}

TEST(ArrivalStream, PoissonArrivalsHaveTheRateAndItsSpread) {
  const Arrivals arrivals{.rate = 1000};
  const std::vector<Duration> moments = MomentsOf(arrivals, 100s);
  EXPECT_NEAR(static_cast<double>(moments.size()), 100'000, 4 * 316);
  double variance = 0;
  for (int second = 0; second < 100; ++second) {
    const double off =
        static_cast<double>(CountBetween(moments, second * 1s, second * 1s + 1s)) - 1000;
    variance += off * off / 100;
  }
  EXPECT_NEAR(variance, 1000, 600);  // That of a Poisson count is its mean.
}

TEST(ArrivalStream, ARampBringsTheAreaBelowIt) {
  Arrivals arrivals{.process = Arrivals::Process::kConstant, .rate = 0};
  arrivals.changes = {{.at = 10s, .rate = 100, .over = 10s}, {.at = 30s, .rate = 20}};
  const std::vector<Duration> moments = MomentsOf(arrivals, 40s);
  EXPECT_EQ(CountBetween(moments, 0s, 10s), 0u);
  EXPECT_NEAR(static_cast<double>(CountBetween(moments, 10s, 20s)), 500, 1);
  EXPECT_NEAR(static_cast<double>(CountBetween(moments, 10s, 15s)), 125, 1);
  EXPECT_NEAR(static_cast<double>(CountBetween(moments, 20s, 30s)), 1000, 1);
  EXPECT_NEAR(static_cast<double>(CountBetween(moments, 30s, 40s)), 200, 1);
}

TEST(ArrivalStream, BurstsComeOnTopAndMayOverlap) {
  Arrivals arrivals{.process = Arrivals::Process::kConstant, .rate = 10};
  arrivals.bursts = {{.at = 2s, .lasts = 4s, .rate = 90}, {.at = 4s, .lasts = 4s, .rate = 100}};
  const std::vector<Duration> moments = MomentsOf(arrivals, 10s);
  EXPECT_NEAR(static_cast<double>(CountBetween(moments, 0s, 2s)), 20, 1);
  EXPECT_NEAR(static_cast<double>(CountBetween(moments, 2s, 4s)), 200, 1);
  EXPECT_NEAR(static_cast<double>(CountBetween(moments, 4s, 6s)), 400, 1);
  EXPECT_NEAR(static_cast<double>(CountBetween(moments, 6s, 8s)), 220, 1);
  EXPECT_NEAR(static_cast<double>(CountBetween(moments, 8s, 10s)), 20, 1);
}

TEST(ArrivalStream, WithoutARateNothingComes) { EXPECT_TRUE(MomentsOf({.rate = 0}, 10s).empty()); }

TEST(ArrivalStream, TheSeedAloneDecides) {
  const Arrivals arrivals{.rate = 100};
  EXPECT_EQ(MomentsOf(arrivals, 10s, 5), MomentsOf(arrivals, 10s, 5));
  EXPECT_NE(MomentsOf(arrivals, 10s, 5), MomentsOf(arrivals, 10s, 6));
}

}  // namespace
}  // namespace meshroute
