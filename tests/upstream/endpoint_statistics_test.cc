// SPDX-License-Identifier: Apache-2.0
#include "meshroute/upstream/endpoint_statistics.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <thread>
#include <vector>

namespace meshroute {
namespace {

using std::chrono::milliseconds;

TEST(AnswerTally, CountsUntilTaken) {
  AnswerTally tally;
  EXPECT_EQ(tally.Take().total, 0U);
  tally.AddGood();
  tally.AddGood();
  tally.AddBad();
  const AnswerTally::Count count = tally.Take();
  EXPECT_EQ(count.total, 3U);
  EXPECT_EQ(count.good, 2U);
  EXPECT_EQ(tally.Take().total, 0U);
}

TEST(ScaledLog2, IsOffByLessThanFourOverAllLatencies) {
  for (double latency = 1; latency < 9e18; latency *= 1.0007) {
    const Duration duration(static_cast<int64_t>(latency));
    const double exact = 256 * std::log2(static_cast<double>(duration.count()));
    ASSERT_NEAR(ScaledLog2(duration), exact, 4.0) << latency;
  }
}

TEST(ScaledLog2, NeverFallsAndBeginsAtZero) {
  EXPECT_EQ(ScaledLog2(Duration(-5)), 0U);
  EXPECT_EQ(ScaledLog2(Duration(0)), 0U);
  EXPECT_EQ(ScaledLog2(Duration(1)), 0U);
  EXPECT_EQ(ScaledLog2(Duration(2)), 256U);
  uint32_t before = 0;
  for (int64_t ns = 1; ns < 300'000; ++ns) {
    const uint32_t now = ScaledLog2(Duration(ns));
    ASSERT_GE(now, before) << ns;
    before = now;
  }
  EXPECT_LT(ScaledLog2(Duration::max()), uint32_t{1} << 15U) << "eight million fit into 40 bits";
}

TEST(LatencyTally, IsTheGeometricMeanUntilTaken) {
  LatencyTally tally;
  EXPECT_EQ(tally.Take().count, 0U);
  tally.Add(milliseconds(10));
  tally.Add(milliseconds(1000));
  const LatencyTally::Mean mean = tally.Take();
  EXPECT_EQ(mean.count, 2U);
  EXPECT_NEAR(std::exp2(mean.log2) / 1e6, 100, 1);
  EXPECT_EQ(tally.Take().count, 0U);
}

TEST(LatencyTally, OneVeryLongAnswerInAHundredHardlyMovesIt) {
  LatencyTally tally;
  for (int i = 0; i < 99; ++i) tally.Add(milliseconds(20));
  tally.Add(milliseconds(20'000));
  EXPECT_NEAR(std::exp2(tally.Take().log2) / 1e6, 20 * std::pow(1000, 0.01), 0.3);
}

TEST(LatencyTally, HasSeenEnoughAfterEightMillion) {
  LatencyTally tally;
  const Duration longest = Duration::max();
  for (uint32_t i = 0; i < (1U << 23U) + 100; ++i) tally.Add(longest);
  const LatencyTally::Mean mean = tally.Take();
  EXPECT_EQ(mean.count, 1U << 23U);
  EXPECT_NEAR(mean.log2, 63, 0.01);
}

TEST(EndpointStatisticsThreads, NothingIsCountedTwiceOrLost) {
  EndpointStatistics statistics;
  constexpr uint32_t kEach = 20'000;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 2; ++thread) {
    threads.emplace_back([&statistics] {
      for (uint32_t i = 0; i < kEach; ++i) {
        statistics.answers.AddGood();
        statistics.answers.AddBad();
        statistics.latency.Add(milliseconds(3));
      }
    });
  }
  uint32_t total = 0;
  uint32_t good = 0;
  uint32_t latencies = 0;
  const auto take = [&] {
    const AnswerTally::Count count = statistics.answers.Take();
    total += count.total;
    good += count.good;
    latencies += statistics.latency.Take().count;
  };
  for (int i = 0; i < 1000; ++i) take();
  for (std::thread& thread : threads) thread.join();
  take();
  EXPECT_EQ(total, 4 * kEach);
  EXPECT_EQ(good, 2 * kEach);
  EXPECT_EQ(latencies, 2 * kEach);
}

}  // namespace
}  // namespace meshroute
