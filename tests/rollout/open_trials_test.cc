// SPDX-License-Identifier: Apache-2.0
#include "lib/rollout/open_trials.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace meshroute {
namespace {

using namespace std::chrono_literals;

class OpenTrialsTest : public ::testing::Test {
 protected:
  void Begin(uint64_t call, Duration at, std::string_view endpoint = "10.0.0.2:80") {
    trials_.Begin(
        {.call = call, .endpoint = endpoint, .at = TimePoint(at), .assignment = &assignment_});
  }

  size_t Overdue(Duration limit, Duration now) {
    return trials_.TakeOverdue(limit, TimePoint(now)).size();
  }

  Assignment assignment_{
      .rollout = "prod/reviews", .generation = 3, .step = 2, .arm = Arm::kCanary, .weight = 0.05};
  OpenTrials trials_;
};

TEST_F(OpenTrialsTest, TellsOnceOfWhatIsOpenForLongerThanTheLimit) {
  Begin(1, 1s);
  EXPECT_EQ(trials_.NextOverdue(500ms), TimePoint(1500ms + 1ns));
  EXPECT_EQ(Overdue(500ms, 1500ms), 0u) << "within the limit";
  const std::vector<NotedTrial> overdue = trials_.TakeOverdue(500ms, TimePoint(1500ms + 1ns));
  ASSERT_EQ(overdue.size(), 1u);
  EXPECT_EQ(overdue[0].endpoint(), "10.0.0.2:80");
  EXPECT_EQ(overdue[0].picked_at, TimePoint(1s));
  Assignment drawn = assignment_;
  drawn.rollout = {};
  EXPECT_EQ(overdue[0].assignment, drawn);
  EXPECT_EQ(Overdue(500ms, 9s), 0u) << "told already";
  EXPECT_EQ(trials_.NextOverdue(500ms), kNever);
  EXPECT_TRUE(trials_.End(1));
  EXPECT_FALSE(trials_.End(1)) << "gone";
}

TEST_F(OpenTrialsTest, WhatEndsInTimeIsForgotten) {
  Begin(1, 1s);
  EXPECT_FALSE(trials_.End(1));
  EXPECT_FALSE(trials_.End(0));
  EXPECT_EQ(Overdue(500ms, 9s), 0u);
}

TEST_F(OpenTrialsTest, KeepsAsManyAsThereArePlacesAndLeavesTheRest) {
  constexpr uint64_t kAll = OpenTrials::kShards * OpenTrials::kPlaces;
  for (uint64_t call = 1; call <= kAll + 100; ++call) Begin(call, 1s);
  EXPECT_EQ(Overdue(500ms, 9s), kAll);
  EXPECT_FALSE(trials_.End(kAll + 50)) << "never kept";
  for (uint64_t call = 1; call <= kAll; ++call) EXPECT_TRUE(trials_.End(call));
  Begin(kAll + 200, 9s);
  EXPECT_EQ(Overdue(500ms, 19s), 1u) << "places are free again";
}

TEST_F(OpenTrialsTest, LeavesUsersAndEndpointsWithLongNamesToTheirEnd) {
  Begin(1, 1s, std::string(NotedTrial::kLongestEndpoint + 1, 'x'));
  Begin(2, 1s, std::string(NotedTrial::kLongestEndpoint, 'x'));
  assignment_.basis = Assignment::Basis::kStickyKey;
  Begin(3, 1s);
  EXPECT_EQ(Overdue(500ms, 9s), 1u);
  EXPECT_TRUE(trials_.End(2));
}

TEST(OpenTrialsThreadsTest, EachIsToldOfOnceWhileCallsBeginAndEnd) {
  OpenTrials trials;
  const Assignment assignment{.rollout = "prod/reviews", .arm = Arm::kCanary, .weight = 0.05};
  constexpr uint64_t kCalls = 20'000;
  std::atomic<uint64_t> ended_after = 0;
  std::atomic<int> running = 2;
  std::vector<std::thread> threads;
  for (uint64_t thread = 0; thread < 2; ++thread) {
    threads.emplace_back([&, thread] {
      for (uint64_t i = 0; i < kCalls; ++i) {
        const uint64_t call = 1 + 2 * i + thread;
        trials.Begin(
            {.call = call, .endpoint = "a", .at = TimePoint(1s), .assignment = &assignment});
        if (trials.End(call)) ++ended_after;
      }
      --running;
    });
  }
  uint64_t told = 0;
  while (running > 0) told += trials.TakeOverdue(500ms, TimePoint(9s)).size();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(told, ended_after) << "all have ended, and those that were told of know it";
}

}  // namespace
}  // namespace meshroute
