// SPDX-License-Identifier: Apache-2.0
#include "meshroute/base/thread_shard.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace meshroute {
namespace {

TEST(ThreadShardTest, AThreadThatEndsLeavesItsPartToTheNext) {
  size_t own = ShardOfThisThread();
  std::vector<size_t> others;
  for (int i = 0; i < 40; ++i) std::thread([&] { others.push_back(ShardOfThisThread()); }).join();
  EXPECT_EQ(std::count(others.begin(), others.end(), own), 0);
  EXPECT_EQ(std::count(others.begin(), others.end(), others[0]), 40);
}

}  // namespace
}  // namespace meshroute
