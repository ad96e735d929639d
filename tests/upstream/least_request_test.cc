// SPDX-License-Identifier: Apache-2.0
// LEAST_REQUEST with what Envoy can do and Istio has no field for, and its schedule
// over changes.
#include "lib/upstream/least_request_balancer.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "meshroute/testing/scripted_random.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

using Selection = LeastRequestSettings::Selection;

// A balancer of its own over a set, with the number of requests of each endpoint.
struct LeastRequest {
  LeastRequest(std::vector<EndpointSpec> specs, const LeastRequestSettings& settings,
               RandomSource& random)
      : endpoints(MakeEndpoints(std::move(specs))),
        balancer(endpoints.available(), settings, random,
                 RotationSource{[this, &random] { return rotations.Of({}, random); }}) {}

  void SetLoad(const std::vector<uint32_t>& active) {
    for (size_t i = 0; i < active.size(); ++i) {
      endpoints.at(i).state().active_requests = active[i];
    }
  }
  std::string Next(size_t count) { return Picks(balancer, endpoints, count); }

  Rotations rotations;
  EndpointSet endpoints;
  LeastRequestBalancer balancer;
};

TEST(LeastRequestSettingsTest, DrawsAsManyAsChoiceCountSaysAndTakesTheFirstOfTheBest) {
  ScriptedRandom random({0, 1, 2, 3, 3, 2, 1, 0});
  LeastRequest four(Specs(4), {.choice_count = 4}, random);
  four.SetLoad({5, 3, 2, 2});
  EXPECT_EQ(four.Next(1), "C");  // C and D are equal; C was drawn before.
  EXPECT_EQ(four.Next(1), "D");
  EXPECT_EQ(random.draws(), 8u);
}

TEST(LeastRequestSettingsTest, MoreChoicesThanEndpointsDrawSomeTwice) {
  ScriptedRandom random({0, 0, 0, 0, 1});
  LeastRequest two(Specs(2), {.choice_count = 5}, random);
  two.SetLoad({1, 0});
  EXPECT_EQ(two.Next(1), "B");
}

TEST(LeastRequestSettingsTest, AFullScanTakesTheBestOfAllWithoutADraw) {
  ScriptedRandom random;
  LeastRequest four(Specs(4), {.selection = Selection::kFullScan}, random);
  four.SetLoad({5, 3, 2, 4});
  EXPECT_EQ(four.Next(2), "CC");
  EXPECT_EQ(random.draws(), 0u);
}

TEST(LeastRequestSettingsTest, AFullScanReplacesByOneChanceInAsManyAsAreEqual) {
  // The second of equal ones is taken where a draw of 2 gives 0, the third of 3.
  ScriptedRandom random({1, 1, 0, 1, 1, 0, 3, 3});
  LeastRequest three(Specs(3), {.selection = Selection::kFullScan}, random);
  EXPECT_EQ(three.Next(4), "ABCC");
  EXPECT_EQ(random.draws(), 8u);
  // A better one makes the count begin anew.
  random.Append({0, 1});
  three.SetLoad({7, 7, 1});
  EXPECT_EQ(three.Next(1), "C");
  EXPECT_EQ(random.draws(), 9u);
}

TEST(LeastRequestSettingsTest, AFullScanGivesEachOfTheEqualOnesTheSameShare) {
  SeededRandom random(20'261'128);
  LeastRequest five(Specs(5), {.selection = Selection::kFullScan}, random);
  five.SetLoad({0, 9, 0, 0, 9});
  std::array<int, 5> picked{};
  for (const char letter : five.Next(30'000)) ++picked[static_cast<size_t>(letter - 'A')];
  EXPECT_EQ(picked[1] + picked[4], 0);
  // Within five standard deviations (81.6) of a third.
  for (const size_t i : std::array<size_t, 3>{0, 2, 3}) EXPECT_NEAR(picked[i], 10'000, 408);
}

TEST(LeastRequestSettingsTest, ABiasOfZeroIsAPlainWeightedRotation) {
  ScriptedRandom random({0});
  LeastRequest two(SpecsOfWeights({4, 1}), {.active_request_bias = 0}, random);
  two.SetLoad({99, 0});
  EXPECT_EQ(two.Next(10), "AAABAAAABA");
}

TEST(LeastRequestSettingsTest, AHigherBiasShunsTheBusyMore) {
  // Weight 4 under three requests: 4/4 = 1 by a bias of 1, 4/16 by a bias of 2. The
  // schedule is built under no load: A at 1/4, then 1/4 + 1/w, and so on.
  ScriptedRandom random({0, 0});
  LeastRequest by_one(SpecsOfWeights({4, 1}), {.active_request_bias = 1}, random);
  by_one.SetLoad({3, 0});
  EXPECT_EQ(by_one.Next(6), "ABABAB");  // A: 0.25, 1.25, 2.25 ...; B: 1, 2, 3 ...
  LeastRequest by_two(SpecsOfWeights({4, 1}), {.active_request_bias = 2}, random);
  by_two.SetLoad({3, 0});
  EXPECT_EQ(by_two.Next(6), "ABBBBA");  // A: 0.25, 4.25 ...; B: 1, 2, 3, 4 ...
}

TEST(LeastRequestSettingsTest, AnExplicitBiasFollowsTheScheduleThoughWeightsAreEqual) {
  ScriptedRandom random({0});
  LeastRequest three(Specs(3), {.active_request_bias = 1}, random);
  EXPECT_EQ(three.Next(6), "ABCABC");
  three.SetLoad({1, 0, 0});
  EXPECT_EQ(three.Next(6), "ABCBCA");
  EXPECT_EQ(random.draws(), 1u);
}

TEST(LeastRequestSettingsTest, EndpointsThatStayKeepTheirTurnsWhenOthersGoAndComeBack) {
  ScriptedRandom random({0});
  LeastRequest three(SpecsOfWeights({4, 2, 1}), {}, random);
  EXPECT_EQ(three.Next(3), "ABA");  // A 0.25, B 0.5 (inserted first), A 0.5; time 0.5.
  SetEjected(three.endpoints, 1, true);
  three.balancer.OnAvailabilityChange();
  // A is due at 0.75 and C at 1, as before: C was inserted before A's turn at 1.
  EXPECT_EQ(three.Next(3), "ACA");
  SetEjected(three.endpoints, 1, false);
  three.balancer.OnAvailabilityChange();
  // Time 1: A is due at 1.25, B anew at 1.5 (before A), C at 2 (before A and B).
  EXPECT_EQ(three.Next(5), "ABAAC");
}

}  // namespace
}  // namespace meshroute
