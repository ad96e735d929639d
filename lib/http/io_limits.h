// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_IO_LIMITS_H_
#define MESHROUTE_LIB_HTTP_IO_LIMITS_H_

#include <cstdint>

#include "lib/http/stop_signal.h"
#include "meshroute/base/clock.h"

namespace meshroute {

// How long work on a socket may take, and who may end it.
struct IoLimits {
  const Clock* clock = &SteadyClock();
  TimePoint deadline = kNever;
  const StopSignal* stop = nullptr;  // May be null.
};

// How a wait on a socket ended.
enum class WaitResult : uint8_t { kReady, kTimeout, kStopped };

// Waits until `descriptor` shows one of `events` (poll's), `until`, or a stop. A
// deadline that has passed is a timeout even where the socket is ready, so that
// no peer can hold its caller by being ready again and again.
WaitResult WaitForSocket(int descriptor, short events, TimePoint until, const IoLimits& limits);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_IO_LIMITS_H_
