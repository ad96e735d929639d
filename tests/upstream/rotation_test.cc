// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/rotation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "lib/upstream/thread_shard.h"
#include "meshroute/testing/scripted_random.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

using Simple = LoadBalancerSettings::Simple;

// Runs `work` on a thread of its own, to its end.
template <typename Work>
void OnAnotherThread(Work work) {
  std::thread(work).join();
}

TEST(ThreadShardTest, AThreadThatEndsLeavesItsPartToTheNext) {
  size_t own = ShardOfThisThread();
  std::vector<size_t> others;
  for (int i = 0; i < 40; ++i) OnAnotherThread([&] { others.push_back(ShardOfThisThread()); });
  EXPECT_EQ(std::count(others.begin(), others.end(), own), 0);
  EXPECT_EQ(std::count(others.begin(), others.end(), others[0]), 40);
}

TEST(RotationThreadsTest, EachThreadGoesRoundByItselfFromTheTurnAfterTheLastOnes) {
  ScriptedRandom random({0});
  Balanced three(Specs(3), PolicyOf(Simple::kRoundRobin), random);
  EXPECT_EQ(three.Next(4), "ABCA");
  // The threads live at one time, so that none takes the place of another.
  std::string second;
  std::string third;
  OnAnotherThread([&] {
    second = three.Next(4);
    OnAnotherThread([&] { third = three.Next(4); });
    second += three.Next(1);
  });
  EXPECT_EQ(second, "BCABC");
  EXPECT_EQ(third, "CABC");
  EXPECT_EQ(three.Next(3), "BCA");
  EXPECT_EQ(random.draws(), 1u);
}

TEST(RotationThreadsTest, EachThreadFollowsAScheduleOfItsOwn) {
  ScriptedRandom random({0});
  Balanced two(SpecsOfWeights({4, 1}), PolicyOf(Simple::kRoundRobin), random);
  EXPECT_EQ(two.Next(3), "AAA");
  std::string second;
  OnAnotherThread([&] { second = two.Next(15); });
  EXPECT_EQ(second, "AABAAAABAAAABAA");  // As if one pick had been made.
  EXPECT_EQ(two.Next(7), "BAAAABA");
}

TEST(RotationThreadsTest, AnUpdateLetsEachScheduleGoOn) {
  ScriptedRandom random({0});
  Balanced three(SpecsOfWeights({4, 1, 3}), PolicyOf(Simple::kLeastRequest), random);
  ScriptedRandom same({0});
  Balanced undisturbed(SpecsOfWeights({4, 1, 3}), PolicyOf(Simple::kLeastRequest), same);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(three.Next(3), undisturbed.Next(3));
    std::string second;
    std::string expected;
    OnAnotherThread([&] {
      second = three.Next(5);
      expected = undisturbed.Next(5);
    });
    EXPECT_EQ(second, expected);
    three.endpoints.Refresh();
  }
}

// More threads than schedules, all at one time: whichever schedule a turn is taken from,
// each gives every endpoint its share, but for what lies between two turns.
TEST(RotationThreadsTest, ManyThreadsTogetherKeepToTheWeights) {
  const std::vector<uint32_t> weights = {7, 1, 4, 3, 5};
  constexpr size_t kRounds = 500;
  for (const Simple simple : {Simple::kRoundRobin, Simple::kLeastRequest}) {
    SeededRandom random(11);
    Balanced five(SpecsOfWeights(weights), PolicyOf(simple), random);
    std::vector<std::string> picks(9);
    std::vector<std::thread> threads;
    for (std::string& own : picks) {
      threads.emplace_back([&five, &own] { own = five.Next(20 * kRounds); });
    }
    for (std::thread& thread : threads) thread.join();
    std::map<char, size_t> counts;
    for (const std::string& own : picks) {
      for (const char letter : own) ++counts[letter];
    }
    for (size_t i = 0; i < weights.size(); ++i) {
      const double share = static_cast<double>(9 * kRounds * weights[i]);
      EXPECT_NEAR(static_cast<double>(counts[static_cast<char>('A' + i)]), share, 12) << i;
    }
  }
}

}  // namespace
}  // namespace meshroute
