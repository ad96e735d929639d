// SPDX-License-Identifier: Apache-2.0
#include "lib/rollout/user_filter.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace meshroute {
namespace {

TEST(UserFilterThreads, AUserIsNewToOneOfThemAtMost) {
  constexpr uint64_t kUsers = 20'000;
  constexpr int kThreads = 4;
  auto filter = std::make_unique<UserFilter>();
  std::vector<std::atomic<int>> news(kUsers);
  std::atomic<int> ready{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      ++ready;
      while (ready < kThreads) std::this_thread::yield();
      for (uint64_t user = 0; user < kUsers; ++user) {
        if (filter->Insert((user + 1) * 0xD1342543DE82EF95)) ++news[user];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  uint64_t counted = 0;
  for (const std::atomic<int>& times : news) {
    EXPECT_LE(times, 1);
    counted += static_cast<uint64_t>(times);
  }
  EXPECT_GT(counted, kUsers * 9 / 10);
}

}  // namespace
}  // namespace meshroute
