// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TESTING_VIRTUAL_CLOCK_H_
#define MESHROUTE_TESTING_VIRTUAL_CLOCK_H_

#include <atomic>
#include <chrono>

#include "meshroute/base/clock.h"

namespace meshroute {

// A clock that stands still until it is moved. Sleeping moves it, so that a
// whole blocking call with its back-offs takes no real time. Thread-safe.
class VirtualClock final : public Clock {
 public:
  // Begins at an arbitrary moment well after zero.
  VirtualClock() = default;

  TimePoint Now() const override {
    return TimePoint(Duration(now_.load(std::memory_order_acquire)));
  }

  // Goes to `moment`, unless it is past. kNever is refused by standing still:
  // nobody would ever wake.
  void SleepUntil(TimePoint moment) override {
    if (moment == kNever) return;
    const int64_t target = moment.time_since_epoch().count();
    int64_t now = now_.load(std::memory_order_acquire);
    while (now < target && !now_.compare_exchange_weak(now, target)) {
    }
  }

  void Advance(Duration length) { now_.fetch_add(length.count(), std::memory_order_acq_rel); }

 private:
  std::atomic<int64_t> now_{Duration(std::chrono::hours(1)).count()};
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTING_VIRTUAL_CLOCK_H_
