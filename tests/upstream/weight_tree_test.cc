// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/weight_tree.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "meshroute/base/random_source.h"

namespace meshroute {
namespace {

constexpr size_t kLeaves = 100;  // Of the test with threads.

TEST(WeightTreeTest, FindsEachLeafByAsManyPointsAsItWeighs) {
  for (const size_t leaves : {1u, 2u, 7u, 8u, 9u, 64u, 65u, 600u}) {
    WeightTree tree(leaves);
    SeededRandom random(leaves);
    std::vector<uint64_t> weights(leaves);
    for (size_t i = 0; i < leaves; ++i) {
      weights[i] = random.Below(4);  // Now and then 0.
      tree.Set(i, weights[i]);
    }
    std::vector<uint64_t> found(leaves);
    for (uint64_t point = 0; point < tree.total(); ++point) ++found[tree.Find(point)];
    EXPECT_EQ(found, weights) << leaves;
  }
}

TEST(WeightTreeTest, FollowsChanges) {
  WeightTree tree(100'000);
  EXPECT_EQ(tree.total(), 0u);
  tree.Set(99'999, 5);
  tree.Set(3, 2);
  EXPECT_EQ(tree.Find(1), 3u);
  EXPECT_EQ(tree.Find(2), 99'999u);
  tree.Set(3, 0);
  EXPECT_EQ(tree.Find(0), 99'999u);
  EXPECT_EQ(tree.total(), 5u);
  EXPECT_EQ(tree.at(99'999), 5u);
}

TEST(WeightTreeTest, APointBeyondTheSumIsOfTheLastLeafThatHasAWeight) {
  // So a reader finds somebody while weights shrink.
  WeightTree tree(70);
  tree.Set(11, 1);
  EXPECT_EQ(tree.Find(1'000'000), 11u);
}

TEST(WeightTreeThreadsTest, SumsAreRightOnceAllThreadsAreDone) {
  WeightTree tree(kLeaves);
  std::vector<std::thread> threads;
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    threads.emplace_back([&tree, seed] {
      SeededRandom random(seed);
      for (int i = 0; i < 20'000; ++i) {
        tree.Set(random.Below(kLeaves), random.Below(1'000));
        const uint64_t total = tree.total();
        if (total == 0) continue;
        EXPECT_LT(tree.Find(random.Below(total)), kLeaves);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  uint64_t sum = 0;
  for (size_t i = 0; i < kLeaves; ++i) {
    if (tree.at(i) == 0) continue;
    EXPECT_EQ(tree.Find(sum), i);
    sum += tree.at(i);
  }
  EXPECT_EQ(tree.total(), sum);
}

}  // namespace
}  // namespace meshroute
