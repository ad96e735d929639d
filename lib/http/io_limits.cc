// SPDX-License-Identifier: Apache-2.0
#include "lib/http/io_limits.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace meshroute {
namespace {

// poll's timeout until `moment`: rounded up, so that a wait does not end early.
int PollTimeout(TimePoint now, TimePoint moment) {
  if (moment == kNever) return -1;
  constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(moment - now);
  return static_cast<int>(std::min(left, kLongest).count());
}

}  // namespace

WaitResult WaitForSocket(int descriptor, short events, TimePoint until, const IoLimits& limits) {
  const TimePoint end = std::min(until, limits.deadline);
  pollfd waits[2] = {{descriptor, events, 0}, {-1, POLLIN, 0}};
  if (limits.stop != nullptr) waits[1].fd = limits.stop->descriptor();
  for (;;) {
    if (limits.stop != nullptr && limits.stop->stopped()) return WaitResult::kStopped;
    const TimePoint now = limits.clock->Now();
    if (now >= end) return WaitResult::kTimeout;
    const int ready = poll(waits, 2, PollTimeout(now, end));
    if (ready > 0 && waits[0].revents != 0) return WaitResult::kReady;
    // An error other than a signal is for the caller's next read or write to find.
    if (ready < 0 && errno != EINTR) return WaitResult::kReady;
  }
}

}  // namespace meshroute
