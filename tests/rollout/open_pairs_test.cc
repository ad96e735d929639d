// SPDX-License-Identifier: Apache-2.0
#include "lib/rollout/open_pairs.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace meshroute {
namespace {

PairHalf HalfOf(uint64_t call, Arm arm, Bit first, Bit last = Bit::kNone, size_t endpoint = 0) {
  PairHalf half{.call = call, .arm = arm, .endpoint = endpoint};
  half.bits.fill(Bit::kNone);
  half.bits.front() = first;
  half.bits.back() = last;
  return half;
}

TEST(OpenPairs, TheSecondHalfTakesTheFirstAwayWhicheverItIs) {
  OpenPairs pairs;
  for (const Arm first : {Arm::kBaseline, Arm::kCanary}) {
    const Arm second = first == Arm::kBaseline ? Arm::kCanary : Arm::kBaseline;
    EXPECT_FALSE(pairs.Join(HalfOf(7, first, Bit::kBad, Bit::kGood, 59)));
    const std::optional<PairHalf> other = pairs.Join(HalfOf(7, second, Bit::kGood));
    ASSERT_TRUE(other.has_value());
    EXPECT_EQ(other->call, 7u);
    EXPECT_EQ(other->arm, first);
    EXPECT_EQ(other->endpoint, 59u);
    EXPECT_EQ(other->bits.front(), Bit::kBad);
    EXPECT_EQ(other->bits[1], Bit::kNone);
    EXPECT_EQ(other->bits.back(), Bit::kGood);
  }
}

TEST(OpenPairs, ATakenHalfIsGone) {
  OpenPairs pairs;
  EXPECT_FALSE(pairs.Join(HalfOf(7, Arm::kBaseline, Bit::kGood)));
  EXPECT_TRUE(pairs.Join(HalfOf(7, Arm::kCanary, Bit::kGood)));
  EXPECT_FALSE(pairs.Join(HalfOf(7, Arm::kCanary, Bit::kGood)));
}

TEST(OpenPairs, TheSameHalfTwiceIsNoPair) {
  OpenPairs pairs;
  EXPECT_FALSE(pairs.Join(HalfOf(7, Arm::kCanary, Bit::kGood)));
  EXPECT_FALSE(pairs.Join(HalfOf(7, Arm::kCanary, Bit::kBad)));
  EXPECT_TRUE(pairs.Join(HalfOf(7, Arm::kBaseline, Bit::kGood)));
}

// A canary that answers at once, a baseline that fails by timeouts, while whole rounds of
// other calls go by.
TEST(OpenPairs, ASlowHalfFindsTheOtherHoweverManyCallsWentByMeanwhile) {
  OpenPairs pairs;
  EXPECT_FALSE(pairs.Join(HalfOf(7, Arm::kCanary, Bit::kGood)));
  for (uint64_t call = 7 + OpenPairs::kPlaces; call < 7 + OpenPairs::kReach;
       call += OpenPairs::kPlaces) {
    EXPECT_FALSE(pairs.Join(HalfOf(call, Arm::kCanary, Bit::kGood)));
    EXPECT_FALSE(pairs.Join(HalfOf(call, Arm::kBaseline, Bit::kGood))) << "it found no place";
  }
  const std::optional<PairHalf> other = pairs.Join(HalfOf(7, Arm::kBaseline, Bit::kBad));
  ASSERT_TRUE(other.has_value());
  EXPECT_EQ(other->call, 7u);
  EXPECT_EQ(other->bits.front(), Bit::kGood);
  const uint64_t next = 7 + OpenPairs::kReach;
  EXPECT_FALSE(pairs.Join(HalfOf(next, Arm::kCanary, Bit::kGood)));
  EXPECT_TRUE(pairs.Join(HalfOf(next, Arm::kBaseline, Bit::kGood))) << "the place is free again";
}

TEST(OpenPairs, AHalfWhoseOtherNeverComesGivesWayInTheEnd) {
  OpenPairs pairs;
  EXPECT_FALSE(pairs.Join(HalfOf(7, Arm::kBaseline, Bit::kGood)));
  EXPECT_FALSE(pairs.Join(HalfOf(7 + OpenPairs::kReach, Arm::kCanary, Bit::kBad)));
  EXPECT_TRUE(pairs.Join(HalfOf(7 + OpenPairs::kReach, Arm::kBaseline, Bit::kGood)));
  EXPECT_FALSE(pairs.Join(HalfOf(7, Arm::kCanary, Bit::kBad))) << "its other half was dropped";
}

TEST(OpenPairs, AnEarlierCallFindsNoPlaceEither) {
  OpenPairs pairs;
  EXPECT_FALSE(pairs.Join(HalfOf(7 + OpenPairs::kPlaces, Arm::kCanary, Bit::kBad)));
  EXPECT_FALSE(pairs.Join(HalfOf(7, Arm::kCanary, Bit::kGood)));
  EXPECT_TRUE(pairs.Join(HalfOf(7 + OpenPairs::kPlaces, Arm::kBaseline, Bit::kGood)));
}

TEST(OpenPairs, NeighboursDoNotDisturbEachOther) {
  OpenPairs pairs;
  for (uint64_t call = 1; call < OpenPairs::kPlaces; ++call) {
    EXPECT_FALSE(pairs.Join(HalfOf(call, Arm::kBaseline, Bit::kGood)));
  }
  for (uint64_t call = 1; call < OpenPairs::kPlaces; ++call) {
    EXPECT_TRUE(pairs.Join(HalfOf(call, Arm::kCanary, Bit::kBad)));
  }
}

TEST(OpenPairs, EveryPairIsJoinedOnceWhereThreadsBringTheHalves) {
  constexpr uint64_t kCalls = 50'000;
  OpenPairs pairs;
  std::atomic<uint64_t> joined = 0;
  std::vector<std::thread> threads;
  for (const Arm arm : {Arm::kBaseline, Arm::kCanary}) {
    threads.emplace_back([&pairs, &joined, arm] {
      for (uint64_t call = 1; call <= kCalls; ++call) {
        if (pairs.Join(HalfOf(call, arm, Bit::kGood))) ++joined;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(joined, kCalls);
}

}  // namespace
}  // namespace meshroute
