// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/locality_shares.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "lib/upstream/endpoint_shares.h"
#include "lib/upstream/locality_schedule.h"
#include "lib/upstream/locality_sources.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

TEST(EffectiveWeightTest, KnownAnswers) {
  const struct {
    LocalityHealth locality;
    double weight;
  } cases[] = {
      {{.weight = 80, .eligible = 4, .counted = 4}, 80},
      {{.weight = 80, .eligible = 72, .counted = 100}, 80},  // 1.4 * 72 % is more than all.
      {{.weight = 80, .eligible = 71, .counted = 100}, 80 * (1.4 * 0.71)},
      {{.weight = 100, .eligible = 1, .counted = 2}, 70},
      {{.weight = 100, .eligible = 1, .counted = 4}, 35},
      {{.weight = 100, .eligible = 0, .counted = 4}, 0},
      {{.weight = 100, .eligible = 0, .counted = 0}, 0},
      {{.weight = 0, .eligible = 4, .counted = 4}, 0},
  };
  for (const auto& one : cases) EXPECT_EQ(EffectiveWeight(one.locality), one.weight);
}

TEST(ZoneSharesTest, AllStaysWhereTheOwnZoneHasItsFairPart) {
  EXPECT_EQ(DivideByZone({3, 3, 3}, 6).own, 10'000u);
  EXPECT_EQ(DivideByZone({5, 1}, 6).own, 10'000u);
  EXPECT_EQ(DivideByZone({7, 0}, 6).own, 10'000u) << "the other zone is down";
}

TEST(ZoneSharesTest, WhatTheOwnZoneLacksGoesToThoseThatHaveMore) {
  // 2 of 8 endpoints: 2500 of 10000, where a third (3333) would be fair.
  const ZoneShares shares = DivideByZone({2, 2, 4}, 6);
  EXPECT_FALSE(shares.pooled);
  EXPECT_EQ(shares.own, 7500u);                                   // 10000 * 2500 / 3333
  EXPECT_EQ(shares.others, (std::vector<uint32_t>{0, 0, 1667}));  // 5000 - 3333
  EXPECT_EQ(DivideByZone({1, 4, 5}, 6).others, (std::vector<uint32_t>{0, 667, 2334}));
  EXPECT_EQ(DivideByZone({1, 4, 5}, 6).own, 3000u);
}

TEST(ZoneSharesTest, NothingIsPreferredWithFewEndpointsOrNoOwnOrNoOtherZone) {
  EXPECT_TRUE(DivideByZone({2, 3}, 6).pooled);
  EXPECT_FALSE(DivideByZone({2, 4}, 6).pooled);
  EXPECT_TRUE(DivideByZone({0, 9}, 6).pooled);
  EXPECT_TRUE(DivideByZone({9}, 6).pooled);
  EXPECT_FALSE(DivideByZone({1, 1}, 1).pooled);
}

std::vector<std::shared_ptr<const Endpoint>> EndpointsAt(
    const std::vector<std::pair<const char*, uint32_t>>& places) {
  std::vector<EndpointSpec> specs = Specs(places.size());
  for (size_t i = 0; i < places.size(); ++i) {
    specs[i].locality = places[i].first;
    specs[i].weight = places[i].second;
  }
  return MakeEndpoints(std::move(specs));
}

std::string NamesOf(const LocalityMembers& localities) {
  std::string names;
  for (const auto& [name, members] : localities) {
    names += name + "*" + std::to_string(members.size()) + " ";
  }
  return names;
}

TEST(ByLocalityTest, TheClientsOwnComesFirstTheOthersByTheirParts) {
  const EndpointSet endpoints(EndpointsAt(
      {{"us-x/a", 1}, {"us/b", 1}, {"us", 1}, {"us/a/2", 1}, {"us/b", 1}, {"", 1}, {"us/a", 1}}));
  const auto& members = endpoints.available().members();
  EXPECT_EQ(NamesOf(ByLocality(members, "us/b")), "us/b*2 *1 us*1 us/a*1 us/a/2*1 us-x/a*1 ");
  EXPECT_EQ(NamesOf(ByLocality(members, "eu")), "*1 us*1 us/a*1 us/a/2*1 us/b*2 us-x/a*1 ");
  EXPECT_EQ(NamesOf(ByZone(members, "us/a/9")), "us/a*2 *1 us*1 us/b*2 us-x/a*1 ");
  EXPECT_EQ(NamesOf(ByZone(members, "us/c")), "us/c*0 *1 us*1 us/a*2 us/b*2 us-x/a*1 ");
}

TEST(EndpointSharesTest, ByWeightOfTheLocalityThenOfTheEndpoint) {
  const EndpointSet endpoints(EndpointsAt({{"b", 1}, {"a", 2}, {"b", 3}, {"c", 9}}));
  const std::vector<const Endpoint*>& members = endpoints.available().members();
  LocalityPlan plan;
  plan.weights = {{{0, "a"}, 20}, {{0, "b"}, 80}};
  const auto shares_of = [&](const EndpointShares& shares) {
    std::vector<std::pair<char, double>> list;
    for (const EndpointShare& one : shares.Of(members)) {
      list.emplace_back(LetterOf(endpoints, one.endpoint), one.share);
    }
    return list;
  };
  using List = std::vector<std::pair<char, double>>;
  const List flat{{'A', 1.0 / 15}, {'B', 2.0 / 15}, {'C', 3.0 / 15}, {'D', 9.0 / 15}};
  EXPECT_EQ(shares_of(EndpointShares()), flat);
  EXPECT_EQ(shares_of(EndpointShares(plan)), flat) << "the plan pools";
  plan.choice = LocalityPlan::Choice::kByWeight;
  EXPECT_EQ(shares_of(EndpointShares(plan)), (List{{'B', 0.2}, {'A', 0.2}, {'C', 3 * 0.8 / 4}}))
      << "a locality without a weight gets nothing";
}

TEST(LocalityScheduleTest, TakesTurnsByWeight) {
  LocalitySchedule schedule;
  schedule.Restart({{7, 4.0}, {9, 1.0}}, 0);
  std::string turns;
  for (int i = 0; i < 10; ++i) turns += std::to_string(schedule.Next());
  EXPECT_EQ(turns, "7779777797");
}

TEST(LocalityScheduleTest, GoesOnOverItsBlocks) {
  LocalitySchedule schedule;
  const std::vector<LocalitySchedule::Entry> entries{{0, 3.3}, {1, 0.7}, {2, 1.9}};
  const auto weight_of = [&](size_t entry) { return entries[entry].weight; };
  for (const uint64_t picks : {uint64_t{0}, uint64_t{12'345}}) {
    schedule.Restart(entries, picks);
    EdfScheduler edf(entries.size(), picks, weight_of);
    for (int i = 0; i < 5000; ++i) ASSERT_EQ(schedule.Next(), edf.Pick(weight_of)) << i;
  }
}

// Under TSan. A thread that sleeps for half a block loses its turn and takes another one, so
// the counts are near, not exact.
TEST(LocalityScheduleThreadsTest, TurnsAreDividedByWeightWhileTheScheduleBeginsAnew) {
  constexpr int kTurns = 50'000;
  LocalitySchedule schedule;
  schedule.Restart({{0, 3.0}, {1, 1.0}}, 0);
  std::array<std::atomic<int>, 2> taken{};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < kTurns; ++turn) taken[schedule.Next()].fetch_add(1);
    });
  }
  for (uint64_t i = 0; i < 100; ++i) schedule.Restart({{1, 1.0}, {0, 3.0}}, i);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken[0] + taken[1], 3 * kTurns);
  EXPECT_NEAR(taken[0], 3 * kTurns * 0.75, 3 * kTurns * 0.05);
}

}  // namespace
}  // namespace meshroute
