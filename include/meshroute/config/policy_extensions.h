// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_POLICY_EXTENSIONS_H_
#define MESHROUTE_CONFIG_POLICY_EXTENSIONS_H_

#include <chrono>
#include <cstdint>
#include <optional>

#include "meshroute/base/clock.h"
#include "meshroute/config/load_balancer_extension.h"

namespace meshroute {

// What goes beyond Istio, asked for by annotations of a DestinationRule whose
// values are JSON, as strict as everything else; in code, by the structs:
//
//   metadata:
//     annotations:
//       meshroute.io/outlier-detection: '{"latency": {"minimumRatio": 3}}'
//       meshroute.io/load-balancer: '{"peakEwma": {}}'  (load_balancer_extension.h)
//
// They hold for the whole rule, all its subsets and ports. Unset fields change
// nothing of what Istio does; an unknown field, or another annotation that begins
// with "meshroute.io/", is an error.

// Ejects endpoints whose share of good answers is lower than that of the others: by
// more than `stdev_factor` standard deviations below the mean of all. Judged at
// every sweep by the answers since the one before.
struct SuccessRateDetection {
  uint32_t minimum_endpoints = 5;         // With the volume; below, nothing is judged.
  uint32_t request_volume = 100;          // Fewest answers of an endpoint that is judged.
  double stdev_factor = 1.9;              // 0 or more.
  uint32_t enforcing = 100;               // Percent of the findings that eject.
  uint32_t enforcing_local_origin = 100;  // The same of local failures, with the split.

  bool operator==(const SuccessRateDetection&) const = default;
};

// Ejects endpoints of whose answers at least `threshold` percent failed. Judged at
// every sweep by the answers since the one before.
struct FailurePercentageDetection {
  uint32_t threshold = 85;                // 0..100
  uint32_t minimum_endpoints = 5;         // With the volume; below, nothing is judged.
  uint32_t request_volume = 50;           // Fewest answers of an endpoint that is judged.
  uint32_t enforcing = 100;               // Percent of the findings that eject.
  uint32_t enforcing_local_origin = 100;  // The same of local failures, with the split.

  bool operator==(const FailurePercentageDetection&) const = default;
};

// Ejects endpoints that answer slower than their peers. Judged at every sweep by the
// answers since the one before: an endpoint's latency is the geometric mean of its
// answers', and it is slow if that is, all at once,
//
//   - more than `mad_factor` times the spread of all (1.4826 times the median of
//     their distances from the median, of logarithms) above the median,
//   - at least `minimum_ratio` times the median,
//   - at least `minimum_difference` above it.
//
// Where everything slows down the median does too, and nobody is slow. Besides,
// nobody is ejected in a sweep in which the median is `shared_slowdown_ratio` times
// what it used to be, or more than `maximum_slow_percent` would be slow.
struct LatencyDetection {
  uint32_t minimum_endpoints = 5;  // With the volume, 3 or more; below, nothing is judged.
  uint32_t request_volume = 50;    // Fewest answers of an endpoint that is judged; 1 or more.
  double mad_factor = 4;           // 0 or more.
  double minimum_ratio = 2;        // 1 or more.
  Duration minimum_difference = std::chrono::milliseconds(10);
  double shared_slowdown_ratio = 2;    // More than 1.
  uint32_t maximum_slow_percent = 30;  // Of the judged; 0..100.
  uint32_t enforcing = 100;            // Percent of the findings that eject.

  bool operator==(const LatencyDetection&) const = default;
};

// An endpoint whose ejection has run out is tried before it is back in service: it
// gets a share of the picks until `successes` attempts have gone well. The first
// that fails ejects it again, for longer.
struct HalfOpenReturn {
  uint32_t percent = 5;    // Of the picks, for all that are tried together; 1..100.
  uint32_t successes = 5;  // 1 or more.

  bool operator==(const HalfOpenReturn&) const = default;
};

// meshroute.io/outlier-detection: adds to trafficPolicy.outlierDetection where that is
// in force, and does nothing elsewhere. The first group is Envoy's and unknown to
// Istio, the second ours.
struct OutlierDetectionExtension {
  // Longest ejection, without jitter; unset: 300s. baseEjectionTime where that is longer.
  std::optional<Duration> max_ejection_time;

  // Up to this is added to each ejection, by chance, in whole milliseconds.
  Duration max_ejection_time_jitter{0};

  // One endpoint may be out even where maxEjectionPercent is less than one.
  bool always_eject_one_endpoint = false;

  // Percent of the findings that eject, 0..100.
  uint32_t enforcing_consecutive_5xx = 100;
  uint32_t enforcing_consecutive_gateway_errors = 100;
  uint32_t enforcing_consecutive_local_origin_failures = 100;

  std::optional<SuccessRateDetection> success_rate;              // Unset: off.
  std::optional<FailurePercentageDetection> failure_percentage;  // Unset: off.

  std::optional<LatencyDetection> latency;  // Unset: off.
  std::optional<HalfOpenReturn> half_open;  // Unset: back in service at once.

  // Endpoints that stay available, whatever maxEjectionPercent allows.
  uint32_t minimum_available = 0;

  // Nobody is ejected: events and counters tell who would be.
  bool shadow = false;

  // A gRPC status in trailers counts as one in headers does. Envoy does not see it.
  bool count_grpc_trailers = false;

  bool operator==(const OutlierDetectionExtension&) const = default;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_POLICY_EXTENSIONS_H_
