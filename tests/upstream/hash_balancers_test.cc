// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "lib/upstream/ring_hash_balancer.h"
#include "meshroute/base/hash.h"
#include "meshroute/testing/scripted_random.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

TEST(HashTest, IsXxHash64) {
  EXPECT_EQ(XxHash64(""), 0xef46db3751d8e999u);
  EXPECT_EQ(XxHash64("a"), 0xd24ec4f1a98c6e5bu);
  EXPECT_EQ(XxHash64("abc"), 0x44bc2cf5ad770999u);
}

TEST(RingHashTest, HasAsManyPointsAsEnvoysRing) {
  struct Case {
    std::vector<uint32_t> weights;
    uint64_t minimum_size;
    size_t points;
  };
  for (const Case& c : std::vector<Case>{
           {{1}, 0, 1024},
           {{1, 1, 1}, 0, 1026},  // 342 each
           {{1, 1, 1}, 1024, 1026},
           {{1, 1}, 1, 2},           // one each
           {{1, 1000}, 1024, 2002},  // two for the lightest
       }) {
    ScriptedRandom random;
    const EndpointSet endpoints(MakeEndpoints(SpecsOfWeights(c.weights)));
    EXPECT_EQ(RingHashBalancer(endpoints.available(), c.minimum_size, random).size(), c.points);
  }
}

TEST(RingHashTest, NeverHasMorePointsThanEightMebi) {
  EXPECT_EQ(RingHashBalancer::Scale(0.5, 10'000'000), 8'388'608.0);
  EXPECT_EQ(RingHashBalancer::Scale(1e-9, 1024), 8'388'608.0);
  EXPECT_EQ(RingHashBalancer::Scale(0.5, 8'388'608), 8'388'608.0);
}

TEST(RingHashTest, GoesToTheFirstPointAtOrAfterTheHash) {
  std::map<uint64_t, char> ring;  // Two endpoints with two points each.
  for (const char* number : {"_0", "_1"}) {
    ring[XxHash64(AddressOf(0) + number)] = 'A';
    ring[XxHash64(AddressOf(1) + number)] = 'B';
  }
  ScriptedRandom random;
  Balanced two(Specs(2), RingPolicy(4), random);
  for (const auto& [hash, letter] : ring) {
    EXPECT_EQ(two.Of(hash), letter) << "at the point";
    EXPECT_EQ(two.Of(hash - 1), letter) << "before the point";
  }
  EXPECT_EQ(two.Of(ring.rbegin()->first + 1), ring.begin()->second) << "beyond the last";
  EXPECT_EQ(two.Of(~uint64_t{0}), ring.begin()->second);
  EXPECT_EQ(two.Of(0), ring.begin()->second);
}

TEST(RingHashTest, PickingAgainMovesOnByOnePoint) {
  std::map<uint64_t, char> ring;
  for (const char* number : {"_0", "_1"}) {
    ring[XxHash64(AddressOf(0) + number)] = 'A';
    ring[XxHash64(AddressOf(1) + number)] = 'B';
  }
  std::string letters;
  for (const auto& [hash, letter] : ring) letters += letter;
  ScriptedRandom random;
  Balanced two(Specs(2), RingPolicy(4), random);
  for (uint32_t repick = 0; repick < 6; ++repick) {
    EXPECT_EQ(two.Of(0, repick), letters[repick % 4]);
  }
}

TEST(RingHashTest, WithoutAHashDrawsAPlace) {
  ScriptedRandom random({0, ~uint64_t{0} / 2});
  Balanced two(Specs(2), RingPolicy(0), random);
  ScriptedRandom unused;
  Balanced same(Specs(2), RingPolicy(0), unused);
  EXPECT_EQ(two.Next(1)[0], same.Of(0));
  EXPECT_EQ(two.Next(1)[0], same.Of(~uint64_t{0} / 2));
  EXPECT_EQ(unused.draws(), 0u);
}

TEST(RingHashTest, AnEjectedEndpointLeavesTheRingAsIfItHadNeverBeenThere) {
  ScriptedRandom random;
  Balanced four(Specs(4), RingPolicy(0), random);
  SetEjected(four.endpoints, 3, true);
  Balanced three(Specs(3), RingPolicy(0), random);
  SeededRandom keys(3);
  for (int i = 0; i < 1000; ++i) {
    const uint64_t key = keys.Next();
    EXPECT_EQ(four.Of(key), three.Of(key));
  }
}

TEST(MaglevTest, GivesEverySlotToTheEndpointThatClaimsItFirst) {
  // Table of 7 for two endpoints, worked out by hand from their permutations.
  constexpr uint64_t kSize = 7;
  std::string slots(kSize, '-');
  std::vector<uint64_t> next(2);
  for (uint64_t filled = 0; filled < kSize; ++filled) {
    const size_t turn = filled % 2;
    const uint64_t offset = XxHash64(AddressOf(turn), 0) % kSize;
    const uint64_t skip = XxHash64(AddressOf(turn), 1) % (kSize - 1) + 1;
    uint64_t slot = (offset + skip * next[turn]++) % kSize;
    while (slots[slot] != '-') slot = (offset + skip * next[turn]++) % kSize;
    slots[slot] = static_cast<char>('A' + turn);
  }
  ScriptedRandom random;
  Balanced two(Specs(2), MaglevPolicy(kSize), random);
  for (uint64_t hash = 0; hash < 3 * kSize; ++hash) EXPECT_EQ(two.Of(hash), slots[hash % kSize]);
  for (uint32_t repick = 1; repick < 5; ++repick) {
    EXPECT_EQ(two.Of(1000, repick), slots[(1000 ^ (uint64_t{0} - repick)) % kSize]);
  }
}

TEST(MaglevTest, OrderOfDeclarationDoesNotMatter) {
  std::vector<EndpointSpec> specs = Specs(5);
  ScriptedRandom random;
  Balanced one(specs, MaglevPolicy(65'537), random);
  std::reverse(specs.begin(), specs.end());
  Balanced other(specs, MaglevPolicy(65'537), random);
  for (uint64_t hash = 0; hash < 1000; ++hash) {
    const Endpoint* a = one.balancer->Pick({.hash = hash, .tried = {}});
    const Endpoint* b = other.balancer->Pick({.hash = hash, .tried = {}});
    EXPECT_EQ(a->address(), b->address());
  }
}

TEST(MaglevTest, GivesSlotsInProportionToWeight) {
  ScriptedRandom random;
  Balanced three(SpecsOfWeights({1, 2, 7}), MaglevPolicy(1009), random);
  std::map<char, int> slots;
  for (uint64_t hash = 0; hash < 1009; ++hash) ++slots[three.Of(hash)];
  EXPECT_NEAR(slots['A'], 101, 2);
  EXPECT_NEAR(slots['B'], 202, 2);
  EXPECT_NEAR(slots['C'], 706, 2);
}

TEST(MaglevTest, OneHeavyEndpointAmongManyLightOnesIsBuiltInTime) {
  // A table laid out by asking each endpoint in each round would take 10^9 questions.
  std::vector<uint32_t> weights(20'000, 1);
  weights[7] = 4'000'000'000;
  ScriptedRandom random;
  Balanced many(SpecsOfWeights(weights), MaglevPolicy(65'537), random);
  int heavy = 0;
  for (uint64_t hash = 0; hash < 65'537; ++hash) {
    if (many.balancer->Pick({.hash = hash, .tried = {}}) == &many.endpoints.at(7)) ++heavy;
  }
  EXPECT_EQ(heavy, 65'537 - 19'999);  // One slot for each of the others.
}

}  // namespace
}  // namespace meshroute
