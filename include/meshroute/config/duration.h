// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_DURATION_H_
#define MESHROUTE_CONFIG_DURATION_H_

#include <optional>
#include <string>
#include <string_view>

#include "meshroute/base/clock.h"

namespace meshroute {

// The duration that `text` says, as users of Kubernetes write it: "1.5s",
// "30ms", "1h2m3.5s", "100us", "-2s", "0". Units are h m s ms us ns. Digits
// below a nanosecond are dropped. nullopt: no duration, or one beyond the
// 292 years that a Duration holds.
std::optional<Duration> ParseDuration(std::string_view text);

// `duration` in seconds, as protobuf's JSON writes it: "1.5s", "0.03s", "-2s".
// ParseDuration reads it back unchanged.
std::string FormatDuration(Duration duration);

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_DURATION_H_
