// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CALL_BACKOFF_H_
#define MESHROUTE_CALL_BACKOFF_H_

#include <chrono>
#include <cstdint>

#include "meshroute/base/clock.h"
#include "meshroute/base/random_source.h"

namespace meshroute {

// Envoy's jittered exponential back-off: before retry n a whole number of
// milliseconds drawn evenly from [0, I_n), where I_1 is the base and each next
// interval doubles up to the maximum (25, 50, 100, 200, 250, 250 ... by
// default). 0 is possible. Thread-compatible.
class Backoff {
 public:
  Backoff() = default;

  // Parts of a millisecond count as one. 0 < base <= maximum.
  Backoff(Duration base, Duration maximum)
      : next_(ToMilliseconds(base)), maximum_(ToMilliseconds(maximum)) {}

  // The wait before the next retry.
  Duration Next(RandomSource& random) {
    const uint64_t current = next_;
    next_ = current < maximum_ / 2 ? current * 2 : maximum_;
    return std::chrono::milliseconds(random.Below(current));
  }

 private:
  static uint64_t ToMilliseconds(Duration length) {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(length).count();
    return milliseconds < 1 ? 1 : static_cast<uint64_t>(milliseconds);
  }

  uint64_t next_ = 25;
  uint64_t maximum_ = 250;
};

}  // namespace meshroute

#endif  // MESHROUTE_CALL_BACKOFF_H_
