// SPDX-License-Identifier: Apache-2.0
// Rings, Maglev tables and the order of bounded load against tables that were computed
// by scripts apart from the library (XXH64 and the Mersenne twister written out in
// Python from their definitions):
//
//   def ring(weights, minimum):                     # H[i]: address of endpoint i
//       s = float(sum(weights)); least = min(weights) / s
//       scale = min(math.ceil(least * minimum) / least, 8388608.0)
//       cur = tgt = 0.0; points = []
//       for i, w in enumerate(weights):
//           tgt += scale * (w / s); k = 0
//           while cur < tgt: points.append((xxh64(f'{H[i]}_{k}'), i)); k += 1; cur += 1
//       return sorted(points)
//
//   def maglev(weights, m):                          # addresses in their order
//       s = float(sum(weights)); most = max(w / s for w in weights); t = [None] * m
//       target = [0.0] * n; nxt = [0] * n; full = 0; round = 1
//       while full < m:
//           for i in range(n):
//               if full == m: break
//               if round * (weights[i] / s) < target[i]: continue
//               target[i] += most; off = xxh64(H[i], 0) % m; skip = xxh64(H[i], 1) % (m - 1) + 1
//               while t[(off + skip * nxt[i]) % m] is not None: nxt[i] += 1
//               t[(off + skip * nxt[i]) % m] = i; full += 1
//           round += 1
//
//   def order(seed, n):                              # mt: mt19937 of `seed`
//       a = list(range(n))
//       for i in range(n):
//           x = n
//           while x >= n - i: x = next(mt) // (2**32 // (n - i))
//           a[i], a[i + x] = a[i + x], a[i]
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lib/upstream/ring_hash_balancer.h"
#include "lib/upstream/seeded_order.h"
#include "meshroute/testing/scripted_random.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

TEST(KnownRingTest, HasItsPointsWhereTheyBelong) {
  struct Ring {
    std::vector<uint32_t> weights;
    uint64_t minimum_size;
    std::vector<std::pair<uint64_t, char>> points;
  };
  const Ring kRings[] = {
      {{1, 1, 1},
       8,
       {{0x18341d927ea10691, 'B'},
        {0x23051ce148e2534d, 'A'},
        {0x3d32eaa4a864962e, 'C'},
        {0x656dc13da99fd148, 'B'},
        {0x6d7912a82da03c5e, 'A'},
        {0x7079d8e1823e007f, 'C'},
        {0x75041381e7371a08, 'B'},
        {0x90e7ae8ea720a506, 'C'},
        {0xbcaf957fa51ddd17, 'A'}}},
      {{1, 2, 3},
       6,
       {{0x18341d927ea10691, 'B'},
        {0x3d32eaa4a864962e, 'C'},
        {0x6d7912a82da03c5e, 'A'},
        {0x7079d8e1823e007f, 'C'},
        {0x75041381e7371a08, 'B'},
        {0x90e7ae8ea720a506, 'C'}}},
  };
  for (const Ring& ring : kRings) {
    ScriptedRandom random;
    Balanced balanced(SpecsOfWeights(ring.weights), RingPolicy(ring.minimum_size), random);
    char next = ring.points.front().second;  // Beyond the last point: the first.
    EXPECT_EQ(balanced.Of(ring.points.back().first + 1), next);
    for (auto point = ring.points.rbegin(); point != ring.points.rend(); ++point) {
      EXPECT_EQ(balanced.Of(point->first + 1), next);
      EXPECT_EQ(balanced.Of(point->first), point->second);
      next = point->second;
    }
    EXPECT_EQ(balanced.Of(0), next);
  }
}

TEST(KnownRingTest, HasAsManyCopiesOfEachEndpointAsItsWeightGives) {
  struct Copies {
    std::vector<uint32_t> weights;
    uint64_t minimum_size;
    std::vector<size_t> copies;
  };
  const Copies kRings[] = {
      {{1, 1, 1}, 1024, {342, 342, 342}},
      {{1, 2, 3}, 1024, {171, 342, 513}},
      {{1, 1000}, 1024, {2, 2000}},
      {{3, 7, 11, 13, 128}, 1024, {19, 45, 69, 83, 810}},
      {{1, 1, 1, 1, 1, 1, 1}, 1000, {143, 143, 143, 143, 143, 143, 143}},
      {{5, 5, 1}, 2, {5, 5, 1}},
  };
  for (const Copies& ring : kRings) {
    ScriptedRandom random;
    Balanced balanced(SpecsOfWeights(ring.weights), RingPolicy(ring.minimum_size), random);
    size_t size = 0;
    for (const size_t copies : ring.copies) size += copies;
    std::vector<size_t> found(ring.weights.size());
    for (size_t i = 0; i < size; ++i) {  // Picking again goes on by one point.
      ++found[static_cast<size_t>(balanced.Of(0, static_cast<uint32_t>(i)) - 'A')];
    }
    EXPECT_EQ(found, ring.copies);
  }
}

TEST(KnownMaglevTest, HasItsSlotsWhereTheyBelong) {
  struct Table {
    std::vector<uint32_t> weights;
    uint64_t size;
    const char* slots;
  };
  const Table kTables[] = {
      {{1, 1, 1}, 31, "BAABCBACAABCAACBCABCBBCCACBCAAB"},
      {{1, 2, 3}, 31, "BCABCBBCCABCACCBCACCBBCCBCBCAAB"},
      {{1, 1, 10}, 31, "BCACCCCCCACCCCCCCACCCBCCCCBCCCC"},
      {{128, 64, 1, 1}, 53, "BBAAABAAAAABAABBAABBAACAAAAAABDBBBAABAAABAAABAAAABBAA"},
      {{1, 1}, 2, "AB"},
  };
  for (const Table& table : kTables) {
    ScriptedRandom random;
    Balanced balanced(SpecsOfWeights(table.weights), MaglevPolicy(table.size), random);
    std::string slots;
    for (uint64_t hash = 0; hash < table.size; ++hash) slots += balanced.Of(hash);
    EXPECT_EQ(slots, table.slots);
  }
}

TEST(KnownOrderTest, IsTheShuffleOfTheMersenneTwister) {
  struct Order {
    uint32_t seed;
    std::vector<uint32_t> numbers;
  };
  const Order kOrders[] = {
      {0, {5, 6, 7, 8, 2, 9, 3, 0, 1, 4}},
      {1, {4, 9, 7, 1, 0, 5, 2, 3, 8, 6}},
      {0xdeadbeef, {2, 9, 8, 6, 7, 5, 3, 0, 1, 4}},
  };
  for (const Order& order : kOrders) {
    SeededOrder real(order.seed, 10);
    for (const uint32_t number : order.numbers) EXPECT_EQ(real.Next(), number);
  }
}

TEST(KnownOrderTest, GoesOnBeyondTheChangesThatNeedNoMemory) {
  SeededOrder fifty(7, 50);
  std::vector<uint32_t> numbers;
  for (int i = 0; i < 50; ++i) numbers.push_back(fifty.Next());
  EXPECT_EQ(std::vector<uint32_t>(numbers.begin(), numbers.begin() + 5),
            (std::vector<uint32_t>{3, 12, 39, 17, 24}));
  EXPECT_EQ(std::vector<uint32_t>(numbers.end() - 5, numbers.end()),
            (std::vector<uint32_t>{23, 28, 7, 2, 6}));
  EXPECT_EQ(std::set<uint32_t>(numbers.begin(), numbers.end()).size(), 50u);

  SeededOrder many(123'456'789, 100'000);
  for (const uint32_t number : {53'284u, 99'065u, 53'415u, 1'318u}) EXPECT_EQ(many.Next(), number);
}

}  // namespace
}  // namespace meshroute
