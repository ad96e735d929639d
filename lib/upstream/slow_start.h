// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_SLOW_START_H_
#define MESHROUTE_LIB_UPSTREAM_SLOW_START_H_

#include <chrono>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/config/load_balancer_settings.h"
#include "meshroute/upstream/endpoint.h"

namespace meshroute {

// loadBalancer.warmup: what part of its weight a young endpoint has. It begins with
// minimumPercent and grows to the whole in `duration`, with an aggression of 1 in
// proportion to the age, with a higher one faster at first. The age is counted from the
// first time that the destination had the endpoint; an ejection does not begin it anew.
// Immutable. Thread-safe.
class SlowStart {
 public:
  // No slow start.
  SlowStart() = default;

  // Of `warmup`, else `warmupDurationSecs`, else none. `clock` must outlive this.
  SlowStart(const LoadBalancerSettings& settings, const Clock& clock);

  // Whether any endpoint ever has less than its weight.
  bool in_use() const { return clock_ != nullptr; }

  // More than 0, at most 1; 1 of an endpoint that may not be picked. Where `now` is
  // unset, of this moment.
  double FactorOf(const Endpoint& endpoint, TimePoint now) const;

  // The last moment at which one of `endpoints` is young; TimePoint::min() if none is
  // at present.
  TimePoint YoungUntil(const std::vector<const Endpoint*>& endpoints) const;

 private:
  const Clock* clock_ = nullptr;  // Null: no slow start.
  std::chrono::milliseconds window_{0};
  double minimum_ = 0.1;
  double aggression_ = 1;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_SLOW_START_H_
