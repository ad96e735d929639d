// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_SIMULATION_CLOCK_H_
#define MESHROUTE_LIB_SIMULATION_SIMULATION_CLOCK_H_

#include <chrono>

#include "meshroute/base/clock.h"

namespace meshroute {

// The clock of one run, moved by its events. Thread-compatible.
class SimulationClock final : public Clock {
 public:
  TimePoint Now() const override { return now_; }
  void SleepUntil(TimePoint moment) override {
    if (moment != kNever && moment > now_) now_ = moment;
  }

  // Since the start of the run.
  Duration elapsed() const { return now_ - kStart; }
  void Set(Duration elapsed) { now_ = AddSaturated(kStart, elapsed); }

  static TimePoint At(Duration elapsed) { return AddSaturated(kStart, elapsed); }
  static Duration Since(TimePoint moment) {
    return moment == kNever ? Duration::max() : moment - kStart;
  }

 private:
  // Well after zero, so that nothing that looks back falls out of time.
  static constexpr TimePoint kStart{std::chrono::hours(24)};

  TimePoint now_ = kStart;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_SIMULATION_CLOCK_H_
