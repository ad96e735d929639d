// SPDX-License-Identifier: Apache-2.0
#include "meshroute/base/clock.h"

#include <thread>

namespace meshroute {
namespace {

class MachineClock final : public Clock {
 public:
  TimePoint Now() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
  }
  WallTime Wall() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }
  void SleepUntil(TimePoint moment) override { std::this_thread::sleep_until(moment); }
};

}  // namespace

Clock& SteadyClock() {
  static MachineClock* const clock =
      new MachineClock();  // Never destroyed: threads may outlive main.
  return *clock;
}

}  // namespace meshroute
