// SPDX-License-Identifier: Apache-2.0
#include "meshroute/upstream/load_balancer.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "meshroute/testing/scripted_random.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

using Simple = LoadBalancerSettings::Simple;

TEST(RoundRobinTest, GoesRoundInDeclaredOrderFromARandomStart) {
  ScriptedRandom random({7});  // 7 mod 3 = 1
  Balanced three(Specs(3), PolicyOf(Simple::kRoundRobin), random);
  EXPECT_EQ(three.Next(7), "BCABCAB");
  EXPECT_EQ(random.draws(), 1u);
}

TEST(RoundRobinTest, KeepsItsPositionWhenAnEndpointLeaves) {
  ScriptedRandom random({0});
  Balanced three(Specs(3), PolicyOf(Simple::kRoundRobin), random);
  EXPECT_EQ(three.Next(2), "AB");
  SetEjected(three.endpoints, 0, true);
  EXPECT_EQ(three.Next(3), "BCB");  // positions 2, 3, 4 of {B, C}
  SetEjected(three.endpoints, 0, false);
  EXPECT_EQ(three.Next(4), "CABC");  // positions 5.. of {A, B, C}
}

TEST(RoundRobinTest, FollowsWeightsByEarliestDeadline) {
  ScriptedRandom random({0});
  Balanced two(SpecsOfWeights({4, 1}), PolicyOf(Simple::kRoundRobin), random);
  EXPECT_EQ(two.Next(15), "AAABAAAABAAAABA");
}

TEST(RoundRobinTest, TakesAWeightOfZeroForOne) {
  ScriptedRandom random({0});
  Balanced three(SpecsOfWeights({0, 1, 1}), PolicyOf(Simple::kRoundRobin), random);
  EXPECT_EQ(three.Next(6), "ABCABC");
}

TEST(RoundRobinTest, GoesOnInTheScheduleWhenItIsRebuilt) {
  ScriptedRandom random({0});
  Balanced two(SpecsOfWeights({4, 1}), PolicyOf(Simple::kRoundRobin), random);
  EXPECT_EQ(two.Next(2), "AA");
  two.endpoints.Refresh();
  EXPECT_EQ(two.Next(5), "ABAAA");
}

TEST(RoundRobinTest, LeavesTheScheduleWhenTheWeightsLeftAreEqual) {
  ScriptedRandom random({0});
  Balanced three(SpecsOfWeights({5, 1, 1}), PolicyOf(Simple::kRoundRobin), random);
  SetEjected(three.endpoints, 0, true);
  const std::string picks = three.Next(6);
  EXPECT_TRUE(picks == "BCBCBC" || picks == "CBCBCB") << picks;
}

TEST(LeastRequestTest, IsTheDefaultUnderEveryNameItHas) {
  for (const EffectivePolicy& policy :
       {EffectivePolicy(), PolicyOf(Simple::kUnspecified), PolicyOf(Simple::kLeastConn),
        PolicyOf(Simple::kLeastRequest)}) {
    ScriptedRandom random({1, 2});
    Balanced three(Specs(3), policy, random);
    three.endpoints.at(1).state().active_requests = 1;
    EXPECT_EQ(three.Next(1), "C");
    EXPECT_EQ(random.draws(), 2u);
  }
}

TEST(LeastRequestTest, TakesTheFirstDrawnUnlessTheSecondHasFewerRequests) {
  ScriptedRandom random({2, 1, 1, 2, 0, 0, 1, 0});
  Balanced three(Specs(3), EffectivePolicy(), random);
  EXPECT_EQ(three.Next(2), "CB");  // equal load: the first drawn
  three.endpoints.at(0).state().active_requests = 9;
  EXPECT_EQ(three.Next(2), "AB");  // the same twice; B before the busy A
}

TEST(LeastRequestTest, FollowsWeightOverActiveRequestsWhereWeightsDiffer) {
  ScriptedRandom random({0});
  Balanced two(SpecsOfWeights({2, 1}), EffectivePolicy(), random);
  // A at 0.5; again at 1.0 before B at 1.0? B was inserted first, so B wins the tie.
  EXPECT_EQ(two.Next(3), "ABA");
  // A's load makes its next deadlines 2 / (3 + 1) apart: B catches up.
  two.endpoints.at(0).state().active_requests = 3;
  EXPECT_EQ(two.Next(6), "ABBABB");
}

TEST(RandomTest, DrawsEvenlyWhateverTheWeight) {
  ScriptedRandom random({0, 1, 2, 3, 4});
  Balanced three(SpecsOfWeights({100, 1, 1}), PolicyOf(Simple::kRandom), random);
  EXPECT_EQ(three.Next(5), "ABCAB");
}

TEST(LoadBalancerTest, EveryAlgorithmGivesNobodyWhereNobodyIsAvailable) {
  for (const EffectivePolicy& policy :
       {PolicyOf(Simple::kRoundRobin), PolicyOf(Simple::kLeastRequest), PolicyOf(Simple::kRandom),
        RingPolicy(0), MaglevPolicy(7)}) {
    ScriptedRandom random;
    Balanced none(Specs(0), policy, random);
    EXPECT_EQ(none.Next(1), "-");
    Balanced one(Specs(1), policy, random);
    EXPECT_EQ(one.Next(1), "A");
    SetEjected(one.endpoints, 0, true);
    EXPECT_EQ(one.Next(1), "-");
    SetEjected(one.endpoints, 0, false);
    EXPECT_EQ(one.Next(1), "A");
  }
}

TEST(LoadBalancerTest, EveryAlgorithmLeavesOutWhatIsNotDeclaredHealthy) {
  std::vector<EndpointSpec> specs = Specs(3);
  specs[0].health = EndpointSpec::Health::kUnhealthy;
  specs[2].health = EndpointSpec::Health::kDraining;
  for (const EffectivePolicy& policy :
       {PolicyOf(Simple::kRoundRobin), PolicyOf(Simple::kLeastRequest), PolicyOf(Simple::kRandom),
        RingPolicy(0), MaglevPolicy(7)}) {
    SeededRandom random(1);
    Balanced three(specs, policy, random);
    EXPECT_EQ(three.Next(8), "BBBBBBBB");
  }
}

}  // namespace
}  // namespace meshroute
