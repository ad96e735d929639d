// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/priority_balancer.h"

#include <gtest/gtest.h>

#include <string>

#include "meshroute/testing/scripted_random.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

using Simple = LoadBalancerSettings::Simple;

// A, B of priority 0; C, D of priority 1.
std::vector<EndpointSpec> TwoPriorities() {
  std::vector<EndpointSpec> specs = Specs(4);
  specs[2].priority = specs[3].priority = 1;
  return specs;
}

EffectivePolicy WithMinHealth(Simple simple, int32_t percent) {
  EffectivePolicy policy = PolicyOf(simple);
  policy.outlier_detection.emplace().min_health_percent = percent;
  return policy;
}

TEST(PriorityBalancerTest, UsesTheFirstPriorityAloneWhileItIsHealthy) {
  ScriptedRandom random({0});
  Balanced four(TwoPriorities(), PolicyOf(Simple::kRoundRobin), random);
  EXPECT_EQ(four.Next(5), "ABABA");
  EXPECT_EQ(random.draws(), 1u) << "one priority has it all: none is drawn";
}

TEST(PriorityBalancerTest, DrawsThePriorityByItsShare) {
  ScriptedRandom random({0});
  Balanced four(TwoPriorities(), PolicyOf(Simple::kRoundRobin), random);
  SetEjected(four.endpoints, 0, true);  // 50 %: 70 to priority 0, 30 to priority 1
  random.Append({0, 69, 70, 99, 169, 170});
  EXPECT_EQ(four.Next(6), "BBCDBC");
}

TEST(PriorityBalancerTest, RandomDrawsThePriorityAndTheEndpointApart) {
  ScriptedRandom random({70, 1, 69, 0});
  Balanced four(TwoPriorities(), PolicyOf(Simple::kRandom), random);
  SetEjected(four.endpoints, 0, true);
  EXPECT_EQ(four.Next(2), "DB");
}

TEST(PriorityBalancerTest, SpillsOverWhollyAndComesBack) {
  ScriptedRandom random({0});
  Balanced four(TwoPriorities(), PolicyOf(Simple::kRoundRobin), random);
  SetEjected(four.endpoints, 0, true);
  SetEjected(four.endpoints, 1, true);
  EXPECT_EQ(four.Next(3), "CDC");
  SetEjected(four.endpoints, 0, false);
  SetEjected(four.endpoints, 1, false);
  EXPECT_EQ(four.Next(2), "AB");
}

TEST(PriorityBalancerTest, NobodyIsPickedWhereAllAreEjectedAndPanicIsOff) {
  ScriptedRandom random;
  Balanced four(TwoPriorities(), PolicyOf(Simple::kRoundRobin), random);
  for (size_t i = 0; i < 4; ++i) SetEjected(four.endpoints, i, true);
  EXPECT_EQ(four.Next(2), "--");
}

TEST(PriorityBalancerTest, IgnoresHealthBelowMinHealthPercent) {
  ScriptedRandom random({0});
  Balanced four(Specs(4), WithMinHealth(Simple::kRoundRobin, 30), random);
  SetEjected(four.endpoints, 0, true);
  SetEjected(four.endpoints, 1, true);
  EXPECT_EQ(four.Next(3), "CDC") << "50 % are healthy";
  SetEjected(four.endpoints, 2, true);
  EXPECT_EQ(four.Next(4), "ABCD") << "25 %: panic";
  SetEjected(four.endpoints, 3, true);
  EXPECT_EQ(four.Next(4), "ABCD") << "none";
}

TEST(PriorityBalancerTest, DegradedEndpointsTakeWhatHealthyOnesCannot) {
  std::vector<EndpointSpec> specs = Specs(2);
  specs[1].health = EndpointSpec::Health::kDegraded;
  ScriptedRandom random({0, 69, 70});
  Balanced two(specs, PolicyOf(Simple::kRoundRobin), random);
  random.Append({});
  EXPECT_EQ(two.Next(2), "AB");  // 70 % healthy capacity, 30 % to the degraded
}

TEST(PriorityBalancerTest, HashBalancersUseTheHashForThePriorityAndNeverDegradedEndpoints) {
  ScriptedRandom random;
  Balanced four(TwoPriorities(), RingPolicy(0), random);
  SetEjected(four.endpoints, 0, true);
  for (uint64_t hash = 0; hash < 200; ++hash) {
    const char picked = four.Of(hash);
    EXPECT_EQ(hash % 100 < 70, picked == 'B') << hash << " " << picked;
  }
  EXPECT_EQ(random.draws(), 0u);

  std::vector<EndpointSpec> specs = Specs(2);
  specs[1].health = EndpointSpec::Health::kDegraded;
  Balanced degraded(specs, MaglevPolicy(7), random);
  for (uint64_t hash = 0; hash < 200; ++hash) EXPECT_EQ(degraded.Of(hash), 'A');
}

TEST(PriorityBalancerTest, NumbersOfPrioritiesMayHaveGaps) {
  std::vector<EndpointSpec> specs = TwoPriorities();
  specs[0].priority = specs[1].priority = 7;
  specs[2].priority = specs[3].priority = 4'000'000'000;
  ScriptedRandom random({0});
  Balanced four(specs, PolicyOf(Simple::kRoundRobin), random);
  EXPECT_EQ(four.Next(2), "AB");
}

}  // namespace
}  // namespace meshroute
