// SPDX-License-Identifier: Apache-2.0
// Peak EWMA and the balancer that divides traffic by latency.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "lib/upstream/latency_aware_balancer.h"
#include "lib/upstream/latency_estimate.h"
#include "lib/upstream/peak_ewma_balancer.h"
#include "meshroute/testing/scripted_random.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Moments are counted in units of 2^20 ns: whole ones keep the arithmetic exact.
constexpr Duration kUnit{1 << 20};
constexpr TimePoint kStart{kUnit * 1000};

LatencyLearner Peak() { return PeakEwmaBalancer::Learner({.half_life = kUnit * 64}); }
LatencyLearner Average() { return LatencyAwareBalancer::Learner({.half_life = kUnit * 64}); }

// The estimate in nanoseconds after answers that took so long at such moments.
float After(const LatencyLearner& learner, LatencyEstimate estimate, const Outcome& outcome,
            TimePoint now) {
  return learner.After(estimate, outcome, now).nanoseconds;
}

TEST(LatencyEstimateTest, FitsIntoAWord) {
  const LatencyEstimate estimate = {1234.5F, 0xfedcba98};
  const LatencyEstimate same = LatencyEstimate::FromWord(estimate.ToWord());
  EXPECT_EQ(same.nanoseconds, 1234.5F);
  EXPECT_EQ(same.moment, 0xfedcba98U);
  EXPECT_FALSE(LatencyEstimate::FromWord(0).known());
}

TEST(LatencyEstimateTest, APeakIsTakenOverAtOnceAndForgottenByHalfLives) {
  const LatencyLearner peak = Peak();
  const LatencyEstimate first = peak.After({}, Outcome::Status(200, microseconds(100)), kStart);
  EXPECT_EQ(first.nanoseconds, 100'000.0F);
  EXPECT_EQ(After(peak, first, Outcome::Status(200, microseconds(900)), kStart), 900'000.0F);
  const Outcome quick = Outcome::Status(200, microseconds(20));
  EXPECT_EQ(After(peak, first, quick, kStart), 100'000.0F) << "no time has passed";
  EXPECT_EQ(After(peak, first, quick, kStart + kUnit * 64), 60'000.0F);
  EXPECT_EQ(After(peak, first, quick, kStart + kUnit * 128), 40'000.0F);
}

TEST(LatencyEstimateTest, AnAverageRisesAsItFalls) {
  const LatencyLearner average = Average();
  const LatencyEstimate first = average.After({}, Outcome::Status(200, microseconds(100)), kStart);
  EXPECT_EQ(After(average, first, Outcome::Status(200, microseconds(900)), kStart + kUnit * 64),
            500'000.0F);
}

TEST(LatencyEstimateTest, AQuickFailureMakesNobodyLookFast) {
  for (const LatencyLearner& learner : {Peak(), Average()}) {
    const LatencyEstimate known = {5e6F, LatencyEstimate::MomentOf(kStart)};
    const TimePoint later = kStart + kUnit * 6400;
    for (const Outcome& failure :
         {Outcome::Status(503, microseconds(10)),
          Outcome::Failure(Outcome::Kind::kConnectFailed, microseconds(10)),
          Outcome::Failure(Outcome::Kind::kTimeout)}) {
      EXPECT_EQ(After(learner, known, failure, later), 5e6F);
      EXPECT_EQ(After(learner, {}, failure, later), 1e9F) << "unknown: as slow as a second";
    }
    EXPECT_EQ(After(learner, {}, Outcome::Failure(Outcome::Kind::kTimeout, seconds(3)), later),
              3e9F);
  }
}

TEST(LatencyEstimateTest, WhatSaysNothingOfTheEndpointChangesNothing) {
  const LatencyEstimate known = {5e6F, 7};
  for (const Outcome& outcome : {Outcome::Status(200), Outcome::Failure(Outcome::Kind::kCancelled),
                                 Outcome::Failure(Outcome::Kind::kOverflow, seconds(1))}) {
    EXPECT_EQ(Peak().After(known, outcome, kStart).ToWord(), known.ToWord());
  }
}

// Endpoints whose estimates, in microseconds, are of kStart; 0: unknown.
template <typename Balancer, typename Settings>
struct Learned {
  Learned(std::vector<EndpointSpec> specs, const std::vector<float>& latencies,
          const Settings& settings, RandomSource& random)
      : endpoints(MakeEndpoints(std::move(specs))), balancer(Prepare(latencies), settings, random) {
    endpoints.SetListener([this] { balancer.OnAvailabilityChange(); }, endpoints.refreshes());
  }

  const EndpointList& Prepare(const std::vector<float>& latencies) {
    for (size_t i = 0; i < latencies.size(); ++i) {
      if (latencies[i] == 0) continue;
      const LatencyEstimate estimate = {latencies[i] * 1000, LatencyEstimate::MomentOf(kStart)};
      endpoints.at(i).state().latency = estimate.ToWord();
    }
    return endpoints.available();
  }
  void SetLoad(const std::vector<uint32_t>& active) {
    for (size_t i = 0; i < active.size(); ++i) {
      endpoints.at(i).state().active_requests = active[i];
    }
  }
  std::string Next(size_t count, TimePoint now = kStart) {
    std::string letters;
    for (size_t i = 0; i < count; ++i) {
      letters += LetterOf(endpoints, balancer.Pick({.tried = {}, .now = now}));
    }
    return letters;
  }

  EndpointSet endpoints;
  Balancer balancer;
};
using PeakEwma = Learned<PeakEwmaBalancer, PeakEwmaSettings>;
using LatencyAware = Learned<LatencyAwareBalancer, LatencyAwareSettings>;

TEST(PeakEwmaTest, DrawsTwoDifferentEndpointsAndTakesTheCheaper) {
  // The second draw is of those that are left: 0 and 1 stand for the others in order.
  ScriptedRandom random({0, 0, 0, 1, 1, 1, 2, 0});
  PeakEwma three(Specs(3), {100, 200, 300}, {}, random);
  EXPECT_EQ(three.Next(4), "AABA");
  EXPECT_EQ(random.draws(), 8u);
}

TEST(PeakEwmaTest, CostIsLatencyTimesActiveRequestsAndOne) {
  ScriptedRandom random;  // A, then B.
  PeakEwma two(Specs(2), {100, 250}, {}, random);
  two.SetLoad({1, 0});
  EXPECT_EQ(two.Next(1), "A");  // 200 : 250
  two.SetLoad({2, 0});
  EXPECT_EQ(two.Next(1), "B");  // 300 : 250
  two.SetLoad({4, 1});
  EXPECT_EQ(two.Next(1), "A") << "500 : 500, and A was drawn first";
}

TEST(PeakEwmaTest, CostIsDividedByWeight) {
  ScriptedRandom random;
  PeakEwma two(SpecsOfWeights({1, 3}), {100, 250}, {}, random);
  EXPECT_EQ(two.Next(1), "B");  // 100 : 83
}

TEST(PeakEwmaTest, AnEndpointThatNobodyAsksGetsCheaperByHalfLives) {
  ScriptedRandom random;
  PeakEwma two(Specs(2), {100, 350}, {.half_life = kUnit * 64}, random);
  const LatencyEstimate fresh = {100'000, LatencyEstimate::MomentOf(kStart + kUnit * 128)};
  EXPECT_EQ(two.Next(1, kStart), "A");
  two.endpoints.at(0).state().latency = fresh.ToWord();
  EXPECT_EQ(two.Next(1, kStart + kUnit * 128), "B");  // 100 : 350 / 4
  EXPECT_EQ(two.Next(1, TimePoint()), "A") << "without a moment nothing gets older";
}

TEST(PeakEwmaTest, AnUnknownEndpointGoesFirstUntilSomethingIsOnItsWay) {
  ScriptedRandom random;
  PeakEwma two(Specs(2), {100, 0}, {}, random);
  EXPECT_EQ(two.Next(1), "B");
  two.SetLoad({9, 1});
  EXPECT_EQ(two.Next(1), "A");
}

TEST(PeakEwmaTest, AnUnknownEndpointMayHaveALatencyToBeginWith) {
  ScriptedRandom random;
  PeakEwma two(Specs(2), {100, 0}, {.initial_latency = microseconds(150)}, random);
  EXPECT_EQ(two.Next(1), "A");
  two.SetLoad({1, 0});
  EXPECT_EQ(two.Next(1), "B");
}

TEST(PeakEwmaTest, ShunsTheSlowestAndIsEvenWhereAllAreEqual) {
  SeededRandom random(20'261'128);
  PeakEwma four(Specs(4), {100, 100, 100, 900}, {}, random);
  std::array<int, 4> picked{};
  for (const char letter : four.Next(30'000)) ++picked[static_cast<size_t>(letter - 'A')];
  EXPECT_EQ(picked[3], 0) << "it loses against whomever it is drawn with";
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(picked[i], 10'000, 408);  // Five deviations.
}

TEST(PeakEwmaTest, ASingleEndpointNeedsNoDraw) {
  ScriptedRandom random;
  PeakEwma one(Specs(1), {100}, {}, random);
  EXPECT_EQ(one.Next(2), "AA");
  SetEjected(one.endpoints, 0, true);
  EXPECT_EQ(one.Next(1), "-");
  EXPECT_EQ(random.draws(), 0u);
}

TEST(LatencyAwareTest, SharesAreWeightByLatency) {
  ScriptedRandom random;
  LatencyAware three(SpecsOfWeights({1, 1, 4}), {100, 200, 800}, {}, random);
  EXPECT_NEAR(three.balancer.ShareOf(0), 0.5, 1e-9);
  EXPECT_NEAR(three.balancer.ShareOf(1), 0.25, 1e-9);
  EXPECT_NEAR(three.balancer.ShareOf(2), 0.25, 1e-9);
}

TEST(LatencyAwareTest, DrawsTwoByShareAndOneOfThemByItsLoad) {
  // Weights are 2^39 / latency in ns, which is 2^21 of A's and 2^19 of B's here.
  constexpr float kMicroseconds = (1 << 18) / 1000.0F;
  constexpr uint64_t kA = 1 << 21;
  constexpr uint64_t kB = 1 << 19;
  ScriptedRandom random;
  LatencyAware two(Specs(2), {kMicroseconds, 4 * kMicroseconds}, {}, random);
  random.Append({0, kA - 1});  // A twice: no third draw.
  EXPECT_EQ(two.Next(1), "A");
  EXPECT_EQ(random.draws(), 2u);
  two.SetLoad({2, 0});  // A against B: 1 of 4 for A.
  random.Append({kA - 1, kA, 0, kA - 1, kA + kB - 1, 1, kA, 0, 2, kA, 0, 3});
  EXPECT_EQ(two.Next(4), "ABBA");
  EXPECT_EQ(random.draws(), 14u);
}

TEST(LatencyAwareTest, LearnsFromEndsOnceAWeightIsOffByASixteenth) {
  ScriptedRandom random;
  LatencyAware two(Specs(2), {100, 100}, {}, random);
  const auto end = [&](float latency) {
    const LatencyEstimate estimate = {latency * 1000, 0};
    two.endpoints.at(0).state().latency = estimate.ToWord();
    two.balancer.OnEnd(two.endpoints.at(0), Outcome::Status(200), kStart);
  };
  EXPECT_TRUE(two.balancer.hears_ends());
  end(105);
  EXPECT_EQ(two.balancer.ShareOf(0), 0.5) << "not worth a change";
  end(300);
  EXPECT_NEAR(two.balancer.ShareOf(0), 0.25, 1e-6);
}

TEST(LatencyAwareTest, EverybodyKeepsASixtyFourthOfAnEvenShare) {
  ScriptedRandom random;
  LatencyAware four(Specs(4), {100, 100, 100, 60e6}, {}, random);
  EXPECT_NEAR(four.balancer.ShareOf(3), 0.25 / 64, 0.0002);
}

TEST(LatencyAwareTest, UnknownEndpointsCountAsTheOthersOnAverage) {
  ScriptedRandom random;
  LatencyAware three(Specs(3), {100, 300, 0}, {}, random);
  EXPECT_NEAR(three.balancer.ShareOf(2), 1 / 200.0 / (1 / 100.0 + 1 / 200.0 + 1 / 300.0), 1e-6);
  LatencyAware told(Specs(2), {100, 0}, {.initial_latency = microseconds(300)}, random);
  EXPECT_NEAR(told.balancer.ShareOf(1), 0.25, 1e-6);
}

TEST(LatencyAwareTest, FollowsEjectionsAndDoesNotBringTheEjectedBack) {
  ScriptedRandom random;
  LatencyAware three(Specs(3), {100, 100, 100}, {}, random);
  SetEjected(three.endpoints, 1, true);
  EXPECT_EQ(three.balancer.ShareOf(1), 0);
  const LatencyEstimate fast = {10'000, 0};
  three.endpoints.at(1).state().latency = fast.ToWord();
  three.balancer.OnEnd(three.endpoints.at(1), Outcome::Status(200), kStart);
  EXPECT_EQ(three.balancer.ShareOf(1), 0);
  SetEjected(three.endpoints, 1, false);
  EXPECT_NEAR(three.balancer.ShareOf(1), 10 / 12.0, 1e-6);
  const EndpointSet strangers(MakeEndpoints(Specs(1)));
  three.balancer.OnEnd(strangers.at(0), Outcome::Status(200), kStart);  // Not of the list.
}

TEST(LatencyAwareTest, DividesPicksByShareAndLoad) {
  // Unloaded, shares are 6 : 3 : 2 of 11 by latency.
  SeededRandom random(20'261'128);
  LatencyAware three(Specs(3), {100, 200, 300}, {}, random);
  std::array<double, 3> picked{};
  for (const char letter : three.Next(33'000)) ++picked[static_cast<size_t>(letter - 'A')];
  EXPECT_NEAR(picked[0], 18'000, 453);  // Five deviations each.
  EXPECT_NEAR(picked[1], 9'000, 405);
  EXPECT_NEAR(picked[2], 6'000, 351);
}

}  // namespace
}  // namespace meshroute
