// SPDX-License-Identifier: Apache-2.0
#include "lib/rollout/trial_memory.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace meshroute {
namespace {

using namespace std::chrono_literals;

class TrialMemoryTest : public ::testing::Test {
 protected:
  void Keep(uint64_t call, std::string_view endpoint = "10.0.0.2:80") {
    memory_.Keep(
        {.call = call, .endpoint = endpoint, .at = TimePoint(1s), .assignment = &assignment_});
  }

  bool Take(uint64_t call, Duration now = 2s) {
    return memory_.Take(call, 60s, TimePoint(now)).has_value();
  }

  const Assignment assignment_{
      .rollout = "prod/reviews", .generation = 3, .step = 2, .arm = Arm::kCanary, .weight = 0.05};
  TrialMemory memory_;
};

TEST_F(TrialMemoryTest, GivesATrialAwayOnceAsItWasDrawn) {
  Keep(7);
  const std::optional<NotedTrial> taken = memory_.Take(7, 60s, TimePoint(3s));
  ASSERT_TRUE(taken.has_value());
  const Trial trial = taken->AsTrial(Trial::Stage::kReportedBad, TimePoint(3s));
  Assignment drawn = assignment_;
  drawn.rollout = {};
  EXPECT_EQ(trial.assignment, drawn);
  EXPECT_EQ(trial.endpoint, "10.0.0.2:80");
  EXPECT_EQ(trial.picked_at, TimePoint(1s));
  EXPECT_EQ(trial.outcome.elapsed, 2s);
  EXPECT_FALSE(Take(7));
  EXPECT_FALSE(Take(8)) << "unknown";
  EXPECT_FALSE(Take(0));
}

TEST_F(TrialMemoryTest, ForgetsWhatIsTooOldAndWhatManyCallsHaveFollowed) {
  Keep(7);
  Keep(8);
  EXPECT_TRUE(Take(7, 61s)) << "just in time";
  EXPECT_FALSE(Take(8, 61s + 1ns));
  Keep(9);
  Keep(9 + TrialMemory::kSize - 1);
  EXPECT_TRUE(Take(9));
  Keep(10);
  Keep(10 + TrialMemory::kSize);
  EXPECT_FALSE(Take(10));
  EXPECT_TRUE(Take(10 + TrialMemory::kSize));
  Keep(11, std::string(NotedTrial::kLongestEndpoint + 1, 'x'));
  EXPECT_FALSE(Take(11));
}

TEST(TrialMemoryThreadsTest, ATrialIsGivenToOneOfThoseWhoAsk) {
  TrialMemory memory;
  const Assignment assignment{.rollout = "prod/reviews", .arm = Arm::kCanary, .weight = 0.05};
  constexpr uint64_t kCalls = 10'000;
  for (uint64_t call = 1; call <= kCalls; ++call) {
    memory.Keep({.call = call, .endpoint = "a", .at = TimePoint(1s), .assignment = &assignment});
  }
  std::atomic<uint64_t> taken = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      for (uint64_t call = 1; call <= kCalls; ++call) {
        if (memory.Take(call, 60s, TimePoint(2s))) ++taken;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, kCalls);
}

}  // namespace
}  // namespace meshroute
