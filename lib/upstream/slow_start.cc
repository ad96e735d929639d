// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/slow_start.h"

#include <algorithm>
#include <cmath>

namespace meshroute {
namespace {

using std::chrono::milliseconds;

constexpr double kDefaultMinimumPercent = 10;

// Envoy counts in whole milliseconds.
milliseconds InMilliseconds(Duration duration) {
  return std::chrono::duration_cast<milliseconds>(duration);
}

}  // namespace

SlowStart::SlowStart(const LoadBalancerSettings& settings, const Clock& clock) : clock_(&clock) {
  if (settings.warmup.has_value()) {
    window_ = InMilliseconds(settings.warmup->duration.value_or(Duration(0)));
    minimum_ = settings.warmup->minimum_percent.value_or(kDefaultMinimumPercent) / 100;
    aggression_ = settings.warmup->aggression.value_or(1);
  } else {
    window_ = InMilliseconds(settings.warmup_duration_secs.value_or(Duration(0)));
  }
  if (window_ <= milliseconds(0)) clock_ = nullptr;
}

double SlowStart::FactorOf(const Endpoint& endpoint, TimePoint now) const {
  if (clock_ == nullptr || !endpoint.available()) return 1;
  const TimePoint first_seen = endpoint.state().first_seen;
  if (first_seen == EndpointState::kNotSeen) return 1;
  if (now == TimePoint()) now = clock_->Now();
  const milliseconds age = InMilliseconds(now - first_seen);
  if (age >= window_) return 1;
  const double passed =
      static_cast<double>(std::max<int64_t>(age.count(), 1)) / static_cast<double>(window_.count());
  const double grown = aggression_ == 1 ? passed : std::pow(passed, 1 / aggression_);
  return std::min(1.0, std::max(minimum_, grown));
}

TimePoint SlowStart::YoungUntil(const std::vector<const Endpoint*>& endpoints) const {
  if (clock_ == nullptr) return TimePoint::min();
  TimePoint newest = EndpointState::kNotSeen;
  for (const Endpoint* endpoint : endpoints) {
    newest = std::max(newest, endpoint->state().first_seen);
  }
  if (newest == EndpointState::kNotSeen) return TimePoint::min();
  const TimePoint until = AddSaturated(newest, window_);
  return until < clock_->Now() ? TimePoint::min() : until;
}

}  // namespace meshroute
