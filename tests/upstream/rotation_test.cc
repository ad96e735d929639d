// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/rotation.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

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

// Where the thread of that number begins in a rotation whose first one begins at 0.
uint64_t StartOf(uint64_t number) { return SeededRandom(number).Next(); }

// What a single thread would pick that begins at `start`.
std::string PicksFrom(uint64_t start, const std::vector<uint32_t>& weights, size_t count) {
  ScriptedRandom random({start});
  return Balanced(SpecsOfWeights(weights), PolicyOf(Simple::kRoundRobin), random).Next(count);
}

class RotationThreadsTest : public testing::TestWithParam<std::vector<uint32_t>> {};

TEST_P(RotationThreadsTest, EachThreadGoesRoundByItselfFromAStartOfItsOwn) {
  ScriptedRandom random({0});
  Balanced balanced(SpecsOfWeights(GetParam()), PolicyOf(Simple::kRoundRobin), random);
  std::string first = balanced.Next(4);
  // The threads live at one time, so that none takes the place of another.
  std::string second;
  std::string third;
  OnAnotherThread([&] {
    second = balanced.Next(4);
    OnAnotherThread([&] { third = balanced.Next(4); });
    second += balanced.Next(5);
  });
  first += balanced.Next(3);
  EXPECT_EQ(first, PicksFrom(0, GetParam(), 7));
  EXPECT_EQ(second, PicksFrom(StartOf(1), GetParam(), 9));
  EXPECT_EQ(third, PicksFrom(StartOf(2), GetParam(), 4));
  EXPECT_EQ(random.draws(), 1u);
}
INSTANTIATE_TEST_SUITE_P(Weights, RotationThreadsTest,
                         testing::Values(std::vector<uint32_t>(7, 1),
                                         std::vector<uint32_t>{4, 1, 9, 2}));

TEST(ScheduleThreadsTest, AnUpdateLetsEachScheduleGoOn) {
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
TEST(ScheduleThreadsTest, ManyThreadsTogetherKeepToTheWeights) {
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
