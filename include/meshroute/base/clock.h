// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_BASE_CLOCK_H_
#define MESHROUTE_BASE_CLOCK_H_

#include <chrono>

namespace meshroute {

// A moment on the monotonic clock. Only differences mean anything.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

// A span of time. Settings read from Istio's files are whole milliseconds;
// measured times are nanoseconds.
using Duration = std::chrono::nanoseconds;

// A moment for people, in UTC.
using WallTime = std::chrono::sys_time<Duration>;

// "No limit": later than every moment that a clock will ever show.
inline constexpr TimePoint kNever = TimePoint::max();

// `start + length`, where a sum past the end of time is kNever.
constexpr TimePoint AddSaturated(TimePoint start, Duration length) {
  if (length > Duration::zero() && start > kNever - length) return kNever;
  return start + length;
}

// Where the library learns what time it is. Nothing outside this room reads a
// clock of its own, so that a whole call can run on a virtual clock in a test
// (meshroute/testing/virtual_clock.h). Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // The current moment; never goes backwards.
  virtual TimePoint Now() const = 0;

  // What a calendar shows at Now(). By default the epoch plus Now(), which is right
  // for a virtual clock that begins there.
  virtual WallTime Wall() const { return WallTime(Now().time_since_epoch()); }

  // Blocks the calling thread until `moment` or a little later. Returns at once
  // where `moment` is past. Used by the blocking driver alone.
  virtual void SleepUntil(TimePoint moment) = 0;
};

// The machine's steady clock. Lives as long as the process. Thread-safe.
Clock& SteadyClock();

}  // namespace meshroute

#endif  // MESHROUTE_BASE_CLOCK_H_
