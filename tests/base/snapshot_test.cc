// SPDX-License-Identifier: Apache-2.0
#include "meshroute/base/snapshot.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace meshroute {
namespace {

// How many values are alive. Shared, since a thread's cache may keep a value
// beyond the end of its test.
using Count = std::shared_ptr<std::atomic<int>>;

Count NewCount() { return std::make_shared<std::atomic<int>>(0); }

// Two numbers that are equal in every whole value.
struct Pair {
  Pair(int number, Count count) : first(number), second(number), alive(std::move(count)) {
    ++*alive;
  }
  ~Pair() { --*alive; }

  int first;
  int second;
  const Count alive;
};

TEST(SnapshotTest, APinKeepsItsValueOverAPublish) {
  const Count alive = NewCount();
  Snapshot<Pair> snapshot(std::make_shared<Pair>(1, alive));
  const SnapshotPin<Pair> old_pin = snapshot.Pin();
  snapshot.Publish(std::make_shared<Pair>(2, alive));
  EXPECT_EQ(old_pin->first, 1);
  EXPECT_EQ(snapshot.Pin()->first, 2);
  EXPECT_EQ(*alive, 2);
}

TEST(SnapshotTest, AValueEndsWithItsLastPinOnceTheThreadHasMovedOn) {
  const Count alive = NewCount();
  Snapshot<Pair> snapshot(std::make_shared<Pair>(1, alive));
  SnapshotPin<Pair> pin = snapshot.Pin();
  SnapshotPin<Pair> second = pin.Clone();
  snapshot.Publish(std::make_shared<Pair>(2, alive));
  (void)snapshot.Pin();
  EXPECT_EQ(*alive, 2);
  pin = SnapshotPin<Pair>();
  EXPECT_EQ(second->first, 1);
  EXPECT_EQ(*alive, 2);
  second = SnapshotPin<Pair>();
  EXPECT_EQ(*alive, 1);
}

TEST(SnapshotTest, AMovedPinIsEmptyAndItsTargetHolds) {
  const Count alive = NewCount();
  Snapshot<Pair> snapshot(std::make_shared<Pair>(1, alive));
  SnapshotPin<Pair> pin = snapshot.Pin();
  const SnapshotPin<Pair> moved = std::move(pin);
  EXPECT_FALSE(pin);  // NOLINT(bugprone-use-after-move): the contract under test.
  EXPECT_EQ(moved->first, 1);
}

// More snapshots than a thread's cache has places: they push each other out.
TEST(SnapshotTest, ManySnapshotsOnOneThreadStayApart) {
  const Count alive = NewCount();
  {
    std::vector<std::unique_ptr<Snapshot<Pair>>> snapshots;
    for (int i = 0; i < 40; ++i) {
      snapshots.push_back(std::make_unique<Snapshot<Pair>>(std::make_shared<Pair>(i, alive)));
    }
    for (int round = 0; round < 3; ++round) {
      for (int i = 0; i < 40; ++i) {
        EXPECT_EQ(snapshots[static_cast<size_t>(i)]->Pin()->first, i);
      }
    }
  }
  // What is left is held by this thread's cache alone.
  EXPECT_LE(*alive, 8);
}

TEST(SnapshotTest, AThreadThatEndsHoldsNothing) {
  const Count alive = NewCount();
  {
    Snapshot<Pair> snapshot(std::make_shared<Pair>(1, alive));
    std::thread reader([&] { EXPECT_EQ(snapshot.Pin()->first, 1); });
    reader.join();
  }
  EXPECT_EQ(*alive, 0);
}

TEST(SnapshotThreadsTest, ReadersNeverSeeHalfAnUpdateNorGoBack) {
  const Count alive = NewCount();
  {
    Snapshot<Pair> snapshot(std::make_shared<Pair>(0, alive));
    std::atomic<bool> stop{false};
    std::vector<std::thread> readers;
    for (int t = 0; t < 3; ++t) {
      readers.emplace_back([&] {
        int last = 0;
        while (!stop.load(std::memory_order_relaxed)) {
          const SnapshotPin<Pair> pin = snapshot.Pin();
          EXPECT_EQ(pin->first, pin->second);
          EXPECT_GE(pin->first, last);
          last = pin->first;
        }
      });
    }
    for (int i = 1; i <= 2000; ++i) snapshot.Publish(std::make_shared<Pair>(i, alive));
    stop = true;
    for (std::thread& reader : readers) reader.join();
    EXPECT_EQ(snapshot.Pin()->first, 2000);
  }
  EXPECT_LE(*alive, 1);  // This thread's cache.
}

TEST(SnapshotThreadsTest, APinMayBeDroppedOnAnotherThread) {
  const Count alive = NewCount();
  Snapshot<Pair> snapshot(std::make_shared<Pair>(1, alive));
  SnapshotPin<Pair> pin = snapshot.Pin();
  snapshot.Publish(std::make_shared<Pair>(2, alive));
  (void)snapshot.Pin();
  std::thread other([moved = std::move(pin)]() mutable { moved = SnapshotPin<Pair>(); });
  other.join();
  EXPECT_EQ(*alive, 1);
}

}  // namespace
}  // namespace meshroute
