// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_ROLLOUT_METRIC_H_
#define MESHROUTE_CONFIG_ROLLOUT_METRIC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace meshroute {

// The metrics that a rollout knows.
inline constexpr char kRequestSuccessRate[] = "request-success-rate";
inline constexpr char kRequestDuration[] = "request-duration";

// Of what is known of a request long after its end (an order kept, a payment refused):
// the embedder reports it.
inline constexpr char kReportedSuccessRate[] = "reported-success-rate";

// Most metrics that one rollout may have.
inline constexpr size_t kMaximumRolloutMetrics = 4;

// A limit that holds whatever the baseline does.
struct RolloutThreshold {
  // Of the success rates: the least share of good requests, in percent, (0,100).
  std::optional<double> min;

  // Of request-duration: the longest time of the percentile, in milliseconds.
  std::optional<double> max;

  bool operator==(const RolloutThreshold&) const = default;
};

// How much worse than the baseline a canary may be without being rolled back: its
// rate of bad requests may be `max_ratio` times the baseline's and `slack` more.
struct RolloutMargin {
  // At least 1. Unset: 1.5, of request-duration 1.25.
  std::optional<double> max_ratio;

  // In percentage points, [0,100). Unset: 0.1, of request-duration 0.2.
  std::optional<double> slack;

  // Of request-duration: by how many percent longer than the baseline's percentile
  // a canary's request may take and still be good. Unset: 10.
  std::optional<double> max_increase;

  bool operator==(const RolloutMargin&) const = default;
};

// Rollout spec.analysis.metrics[]: what makes a request bad, and how many bad ones
// are too many. The margin is always compared while both versions get requests by
// chance; `threshold_range` decides alone where they do not.
struct RolloutMetric {
  enum class OnBreach : uint8_t {
    kHold,      // No further step while the canary breaks `threshold_range`.
    kRollback,  // Back at once, by whatever cause: outside the promise of alpha.
  };

  // kRequestSuccessRate, kRequestDuration or kReportedSuccessRate.
  std::string name;

  std::optional<RolloutThreshold> threshold_range;
  OnBreach on_breach = OnBreach::kHold;
  RolloutMargin baseline;

  // Of request-success-rate: what counts as bad. "5xx", "4xx", a status such as
  // "429", connect-failure, timeout, reset, refused-stream, protocol-error,
  // overflow. Empty: 5xx, connect-failure, timeout, reset.
  std::vector<std::string> bad_status;

  // Of request-duration: which share of requests shall be within the limits, in
  // percent, (0,100).
  double percentile = 99;

  // The part of alpha that is this metric's own, as a share of the sum of all.
  // Unset: 2 of request-success-rate, else 1.
  std::optional<double> weight;

  // Scored and reported; decides nothing.
  bool dry_run = false;

  bool operator==(const RolloutMetric&) const = default;
};

// `metric.baseline` with the defaults of its kind in place: rates, not percent.
struct RolloutMargins {
  double ratio = 1.5;     // r of "canary <= r * baseline + d"
  double slack = 0.001;   // d
  double increase = 0.1;  // m of "(1 + m) * baseline's percentile"
};
RolloutMargins MarginsOf(const RolloutMetric& metric);

// `metric.weight` with the default of its kind in place.
double WeightOf(const RolloutMetric& metric);

// The largest rate of bad requests that `threshold_range` allows; nullopt: it sets no
// limit. Of request-duration: 1 - percentile.
std::optional<double> AllowedRateOf(const RolloutMetric& metric);

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_ROLLOUT_METRIC_H_
