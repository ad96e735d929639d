// SPDX-License-Identifier: Apache-2.0
// Consistent hashing under which nobody takes much more than its share.
#include "lib/upstream/bounded_load_balancer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lib/upstream/maglev_balancer.h"
#include "lib/upstream/ring_hash_balancer.h"
#include "lib/upstream/seeded_order.h"
#include "meshroute/testing/scripted_random.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

using Resource = CircuitBreaker::Resource;

// A Maglev table under a bound, with a load of each endpoint that the breaker counts too.
struct Bounded {
  Bounded(std::vector<EndpointSpec> specs, uint32_t factor, RandomSource& random,
          LocalityPlan plan = {})
      : endpoints(MakeEndpoints(std::move(specs)), std::move(plan)),
        breaker((EffectivePolicy())),
        shares(endpoints.plan()),
        balancer(std::make_unique<MaglevBalancer>(endpoints.available(), 65'537, random, shares),
                 endpoints.available(), {.factor = factor, .breaker = breaker, .shares = shares},
                 random),
        unbounded(endpoints.available(), 65'537, random, shares) {
    endpoints.SetListener([this] { balancer.OnAvailabilityChange(); }, endpoints.refreshes());
  }

  void SetLoad(const std::vector<uint32_t>& active) {
    while (breaker.active(Resource::kRequests) > 0) breaker.Release(Resource::kRequests);
    for (size_t i = 0; i < active.size(); ++i) {
      endpoints.at(i).state().active_requests = active[i];
      for (uint32_t j = 0; j < active[i]; ++j) breaker.Acquire(Resource::kRequests);
    }
  }

  // A hash that the table gives to the endpoint with this letter, from `low` on: its
  // lower 32 bits, which decide the walk, are those of `low`.
  uint64_t HashOf(char letter, uint32_t low) {
    uint64_t hash = low;
    while (LetterOf(endpoints, unbounded.Pick({.hash = hash, .tried = {}})) != letter) {
      hash += uint64_t{1} << 32;
    }
    return hash;
  }
  char Of(uint64_t hash) { return LetterOf(endpoints, balancer.Pick({.hash = hash, .tried = {}})); }

  EndpointSet endpoints;
  CircuitBreaker breaker;
  EndpointShares shares;
  BoundedLoadBalancer balancer;
  MaglevBalancer unbounded;
};

TEST(BoundedLoadTest, AKeyKeepsItsEndpointUpToItsSlotsAndOneMore) {
  ScriptedRandom random;
  Bounded four(Specs(4), 150, random);
  const uint64_t hash = four.HashOf('B', 0);
  four.SetLoad({2, 3, 1, 1});  // Slots: ceil((7 + 1) x 1.5) = 12, 3 each.
  EXPECT_EQ(four.Of(hash), 'B') << "3 of 3";
  four.SetLoad({1, 4, 1, 1});
  EXPECT_NE(four.Of(hash), 'B') << "4 of 3";
}

TEST(BoundedLoadTest, GoesToTheFirstInTheOrderOfTheHashThatHasSlotsLeft) {
  // The order of ten by the seed 0: F G H I C J D A B E (known_tables_test).
  ScriptedRandom random;
  Bounded ten(Specs(10), 100, random);
  const uint64_t hash = ten.HashOf('G', 0);
  ten.SetLoad({1, 1, 1, 1, 1, 1, 9, 1, 1, 1});  // 18 active: ceil(19 / 10) = 2 slots each.
  EXPECT_EQ(ten.Of(hash), 'F');
  ten.SetLoad({1, 1, 1, 1, 1, 3, 9, 1, 1, 1});  // 20 active: 3 slots each; F is at them.
  EXPECT_EQ(ten.Of(hash), 'F');
  ten.SetLoad({1, 1, 1, 1, 1, 4, 9, 0, 1, 1});
  EXPECT_EQ(ten.Of(hash), 'H') << "past G, which the table gave";
  ten.SetLoad({0, 0, 0, 1, 0, 4, 9, 4, 4, 0});  // 22 active: 3 slots each.
  EXPECT_EQ(ten.Of(hash), 'C') << "F G H I are full";
}

TEST(BoundedLoadTest, WhereAllAreFullTheLeastLoadedTakesItAndOfEqualOnesTheTables) {
  // More requests than the breaker counts, as after an update that has dropped endpoints.
  ScriptedRandom random;
  Bounded three(Specs(3), 100, random);
  const uint64_t hash = three.HashOf('B', 1);
  three.SetLoad({0, 0, 0});
  const std::vector<uint32_t> full = {5, 7, 6};
  for (size_t i = 0; i < 3; ++i) three.endpoints.at(i).state().active_requests = full[i];
  EXPECT_EQ(three.Of(hash), 'A');
  three.endpoints.at(0).state().active_requests = 7;
  three.endpoints.at(2).state().active_requests = 7;
  EXPECT_EQ(three.Of(hash), 'B');
}

TEST(BoundedLoadTest, SlotsFollowTheWeight) {
  ScriptedRandom random;
  Bounded two(SpecsOfWeights({3, 1}), 100, random);
  const uint64_t to_a = two.HashOf('A', 0);
  const uint64_t to_b = two.HashOf('B', 0);
  two.SetLoad({6, 1});  // 8 slots: A has 6, B 2.
  EXPECT_EQ(two.Of(to_a), 'A');
  two.SetLoad({7, 1});  // 9 slots: A has 7, B 3.
  EXPECT_EQ(two.Of(to_a), 'A');
  two.SetLoad({8, 0});  // The same 9.
  EXPECT_EQ(two.Of(to_a), 'B');
  two.SetLoad({3, 4});  // 8 slots: A has 6, B 2.
  EXPECT_EQ(two.Of(to_b), 'A');
}

// Endpoints in these localities, for a client in "us/a".
std::vector<EndpointSpec> SpecsIn(const std::vector<std::string>& localities) {
  std::vector<EndpointSpec> specs = Specs(localities.size());
  for (size_t i = 0; i < specs.size(); ++i) specs[i].locality = localities[i];
  return specs;
}
LocalityPlan ByWeights(LocalityPlan::Weights weights) {
  LocalityPlan plan;
  plan.choice = LocalityPlan::Choice::kByWeight;
  plan.weights = std::move(weights);
  plan.client_locality = "us/a";
  return plan;
}

TEST(BoundedLoadTest, SlotsFollowTheSharesOfLocalities) {
  ScriptedRandom random;
  Bounded four(SpecsIn({"us/a", "us/b", "us/b", "us/b"}), 100, random,
               ByWeights({{{0, "us/a"}, 3}, {{0, "us/b"}, 1}}));
  const uint64_t to_a = four.HashOf('A', 0);
  const uint64_t to_b = four.HashOf('B', 0);
  four.SetLoad({9, 1, 1, 0});  // 12 slots: A has 9, the others 1 each.
  EXPECT_EQ(four.Of(to_a), 'A') << "9 of 9";
  EXPECT_EQ(four.Of(to_b), 'B') << "1 of 1";
  four.SetLoad({10, 0, 1, 0});
  EXPECT_NE(four.Of(to_a), 'A') << "10 of 9";
  four.SetLoad({9, 2, 0, 0});
  EXPECT_NE(four.Of(to_b), 'B') << "2 of 1";
}

TEST(BoundedLoadTest, SlotsFollowTheWeightInsideALocality) {
  std::vector<EndpointSpec> specs = SpecsIn({"us/a", "us/b", "us/a"});
  specs[2].weight = 3;
  ScriptedRandom random;
  Bounded three(std::move(specs), 100, random, ByWeights({{{0, "us/a"}, 2}, {{0, "us/b"}, 1}}));
  const uint64_t to_a = three.HashOf('A', 0);
  const uint64_t to_c = three.HashOf('C', 0);
  three.SetLoad({2, 3, 6});  // 12 slots: A has 2, B 4, C 6.
  EXPECT_EQ(three.Of(to_a), 'A');
  EXPECT_EQ(three.Of(to_c), 'C');
  three.SetLoad({3, 2, 6});
  EXPECT_NE(three.Of(to_a), 'A') << "3 of 2";
  three.SetLoad({1, 3, 7});
  EXPECT_NE(three.Of(to_c), 'C') << "7 of 6";
  // With C gone, A has all of its locality: 8 of 12, B 4.
  SetEjected(three.endpoints, 2, true);
  three.SetLoad({8, 3, 0});
  EXPECT_EQ(three.Of(to_a), 'A');
}

TEST(BoundedLoadTest, TheWalkGoesOverOneLocalityAfterTheOther) {
  // The order of ten by the seed 0 has the places 5 6 7 8 2 9 3 0 1 4 (known_tables_test), of
  // A C E G I in the client's locality and B D F H J in the other.
  std::vector<std::string> localities;
  for (int i = 0; i < 5; ++i) localities.insert(localities.end(), {"us/a", "us/b"});
  ScriptedRandom random;
  Bounded ten(SpecsIn(localities), 100, random, ByWeights({{{0, "us/a"}, 1}, {{0, "us/b"}, 1}}));
  const uint64_t hash = ten.HashOf('G', 0);
  ten.SetLoad({1, 1, 1, 1, 1, 1, 9, 1, 1, 1});  // 18 active: 2 slots each.
  EXPECT_EQ(ten.Of(hash), 'B');
  ten.SetLoad({0, 3, 1, 3, 1, 3, 9, 0, 0, 0});  // 20 active: 3 slots each, none full but G.
  EXPECT_EQ(ten.Of(hash), 'B');
  ten.SetLoad({0, 4, 0, 4, 0, 4, 9, 1, 0, 0});  // 22 active.
  EXPECT_EQ(ten.Of(hash), 'H') << "B D F are full";
}

TEST(BoundedLoadTest, APolicysBoundHasTheSharesOfItsTable) {
  ScriptedRandom random;
  EffectivePolicy policy = MaglevPolicy(65'537);
  policy.load_balancer_extension.emplace().hash_balance_factor = 100;
  CircuitBreaker breaker(policy);
  EndpointSet endpoints(MakeEndpoints(SpecsIn({"us/a", "us/b", "us/b", "us/b"})),
                        ByWeights({{{0, "us/a"}, 3}, {{0, "us/b"}, 1}}));
  const auto balancer = MakeLoadBalancer(
      policy, endpoints, {.random = random, .rotations = MakeRotations(), .breaker = &breaker});
  const auto pick = [&](uint64_t hash) {
    return LetterOf(endpoints, balancer->Pick({.hash = hash, .tried = {}}));
  };
  uint64_t to_a = 0;
  while (pick(to_a) != 'A') ++to_a;
  endpoints.at(0).state().active_requests = 9;
  for (int i = 0; i < 11; ++i) breaker.Acquire(Resource::kRequests);
  EXPECT_EQ(pick(to_a), 'A') << "9 of 9";
  endpoints.at(0).state().active_requests = 10;
  EXPECT_NE(pick(to_a), 'A') << "10 of 9";
}

TEST(BoundedLoadTest, WhoWaitsForAConnectionIsPartOfTheLoad) {
  ScriptedRandom random;
  Bounded two(Specs(2), 100, random);
  const uint64_t to_a = two.HashOf('A', 0);
  two.endpoints.at(0).state().active_requests = 3;
  for (int i = 0; i < 3; ++i) two.breaker.Acquire(Resource::kPending);
  EXPECT_NE(two.Of(to_a), 'A') << "3 of 2";
  for (int i = 0; i < 2; ++i) two.breaker.Acquire(Resource::kPending);
  EXPECT_EQ(two.Of(to_a), 'A') << "3 of 3";
}

TEST(BoundedLoadTest, AnIdleDestinationHasASlotForEverybody) {
  ScriptedRandom random;
  Bounded many(Specs(26), 100, random);
  for (uint64_t hash = 0; hash < 1000; ++hash) {
    EXPECT_EQ(many.Of(hash),
              LetterOf(many.endpoints, many.unbounded.Pick({.hash = hash, .tried = {}})));
  }
}

TEST(BoundedLoadTest, WithoutAHashOneDrawServesTableAndWalk) {
  ScriptedRandom random({0, 0});
  Bounded ten(Specs(10), 100, random);
  const char owner = ten.Of(0);
  EXPECT_EQ(Picks(ten.balancer, ten.endpoints, 1), std::string(1, owner));
  EXPECT_EQ(random.draws(), 1u);
}

TEST(BoundedLoadTest, FollowsEjectionsAndHasNobodyWhereNobodyIs) {
  ScriptedRandom random;
  Bounded two(Specs(2), 100, random);
  SetEjected(two.endpoints, 0, true);
  two.SetLoad({0, 9});
  EXPECT_EQ(two.Of(1), 'B') << "alone: all slots are its own";
  SetEjected(two.endpoints, 1, true);
  EXPECT_EQ(two.Of(1), '-');
}

// The bound is what it is for: keys that all fall on few endpoints spread out.
TEST(BoundedLoadTest, NobodyHoldsMoreThanItsBoundWhereAllKeysAreOne) {
  ScriptedRandom random;
  Bounded ten(Specs(10), 125, random);
  std::vector<uint32_t> active(10);
  for (int i = 0; i < 200; ++i) {
    ++active[static_cast<size_t>(ten.Of(42) - 'A')];
    ten.SetLoad(active);
  }
  for (const uint32_t of_one : active) EXPECT_LE(of_one, 26u);  // ceil(200 x 1.25 / 10) + 1
}

}  // namespace
}  // namespace meshroute
