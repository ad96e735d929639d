// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <thread>

#include "meshroute/base/clock.h"
#include "meshroute/base/hash.h"
#include "meshroute/base/random_source.h"

namespace meshroute {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(ClockTest, ASumPastTheEndOfTimeIsNever) {
  const TimePoint start{hours(1)};
  EXPECT_EQ(AddSaturated(start, milliseconds(5)), start + milliseconds(5));
  EXPECT_EQ(AddSaturated(start, Duration::max()), kNever);
  EXPECT_EQ(AddSaturated(kNever, milliseconds(1)), kNever);
  EXPECT_EQ(AddSaturated(start, Duration::zero()), start);
}

TEST(ClockTest, TheSteadyClockWakesNoEarlierThanAsked) {
  Clock& clock = SteadyClock();
  const TimePoint moment = clock.Now() + milliseconds(2);
  clock.SleepUntil(moment);
  EXPECT_GE(clock.Now(), moment);
  clock.SleepUntil(moment);  // Past: returns at once.
}

// Known answers of the XXH64 specification's reference implementation.
TEST(HashTest, XxHash64GivesTheReferenceValues) {
  EXPECT_EQ(XxHash64(""), 0xEF46DB3751D8E999ULL);
  EXPECT_EQ(XxHash64("a"), 0xD24EC4F1A98C6E5BULL);
  EXPECT_EQ(XxHash64("abc"), 0x44BC2CF5AD770999ULL);
  EXPECT_EQ(XxHash64("foo"), 3728699739546630719ULL);  // Envoy's own test value.
  EXPECT_NE(XxHash64("foo", 1), XxHash64("foo", 0));
}

TEST(HashTest, HashPoliciesCombineByRotationAndXor) {
  EXPECT_EQ(CombineHashPolicies(1, 0), 2u);
  EXPECT_EQ(CombineHashPolicies(0x8000000000000000ULL, 0), 1u);
  EXPECT_EQ(CombineHashPolicies(1, 3), 1u);
}

TEST(RandomSourceTest, ASeedGivesTheSameDrawsAgain) {
  SeededRandom a(7), b(7), c(8);
  for (int i = 0; i < 100; ++i) {
    const uint64_t drawn = a.Next();
    EXPECT_EQ(drawn, b.Next());
    EXPECT_NE(drawn, c.Next());
  }
}

// Each of 16 equal parts of the range gets its share: with 160,000 draws the
// standard deviation of a part is 97, so 600 is more than six of them.
TEST(RandomSourceTest, DrawsAreSpreadEvenly) {
  SeededRandom random(42);
  int counts[16] = {};
  for (int i = 0; i < 160'000; ++i) ++counts[random.Next() >> 60];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 600);
}

TEST(RandomSourceTest, ThreadsDrawDifferentNumbers) {
  std::set<uint64_t> drawn;
  drawn.insert(ThreadRandom().Next());
  uint64_t other = 0;
  std::thread thread([&other] { other = ThreadRandom().Next(); });
  thread.join();
  drawn.insert(other);
  drawn.insert(ThreadRandom().Next());
  EXPECT_EQ(drawn.size(), 3u);
}

}  // namespace
}  // namespace meshroute
