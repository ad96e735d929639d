// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_POLICY_EXTENSION_FIELDS_H_
#define MESHROUTE_LIB_CONFIG_POLICY_EXTENSION_FIELDS_H_

#include <tuple>

#include "lib/config/codec.h"
#include "lib/config/field_table.h"
#include "lib/config/load_balancer_extension_fields.h"
#include "meshroute/config/destination_rule.h"
#include "meshroute/config/policy_extensions.h"

namespace meshroute {

template <>
struct FieldTable<SuccessRateDetection> {
  static constexpr std::tuple kFields{
      MakeField("minimumEndpoints", &SuccessRateDetection::minimum_endpoints),
      MakeField("requestVolume", &SuccessRateDetection::request_volume),
      MakeField("stdevFactor", &SuccessRateDetection::stdev_factor),
      MakeField("enforcing", &SuccessRateDetection::enforcing),
      MakeField("enforcingLocalOrigin", &SuccessRateDetection::enforcing_local_origin),
  };
};

template <>
struct FieldTable<FailurePercentageDetection> {
  static constexpr std::tuple kFields{
      MakeField("threshold", &FailurePercentageDetection::threshold),
      MakeField("minimumEndpoints", &FailurePercentageDetection::minimum_endpoints),
      MakeField("requestVolume", &FailurePercentageDetection::request_volume),
      MakeField("enforcing", &FailurePercentageDetection::enforcing),
      MakeField("enforcingLocalOrigin", &FailurePercentageDetection::enforcing_local_origin),
  };
};

template <>
struct FieldTable<LatencyDetection> {
  static constexpr std::tuple kFields{
      MakeField("minimumEndpoints", &LatencyDetection::minimum_endpoints),
      MakeField("requestVolume", &LatencyDetection::request_volume),
      MakeField("madFactor", &LatencyDetection::mad_factor),
      MakeField("minimumRatio", &LatencyDetection::minimum_ratio),
      MakeField("minimumDifference", &LatencyDetection::minimum_difference),
      MakeField("sharedSlowdownRatio", &LatencyDetection::shared_slowdown_ratio),
      MakeField("maximumSlowPercent", &LatencyDetection::maximum_slow_percent),
      MakeField("enforcing", &LatencyDetection::enforcing),
  };
};

template <>
struct FieldTable<HalfOpenReturn> {
  static constexpr std::tuple kFields{
      MakeField("percent", &HalfOpenReturn::percent),
      MakeField("successes", &HalfOpenReturn::successes),
  };
};

template <>
struct FieldTable<OutlierDetectionExtension> {
  using Extension = OutlierDetectionExtension;
  static constexpr std::tuple kFields{
      MakeField("maxEjectionTime", &Extension::max_ejection_time),
      MakeField("maxEjectionTimeJitter", &Extension::max_ejection_time_jitter),
      MakeField("alwaysEjectOneEndpoint", &Extension::always_eject_one_endpoint),
      MakeField("enforcingConsecutive5xx", &Extension::enforcing_consecutive_5xx),
      MakeField("enforcingConsecutiveGatewayErrors",
                &Extension::enforcing_consecutive_gateway_errors),
      MakeField("enforcingConsecutiveLocalOriginFailures",
                &Extension::enforcing_consecutive_local_origin_failures),
      MakeField("successRate", &Extension::success_rate),
      MakeField("failurePercentage", &Extension::failure_percentage),
      MakeField("latency", &Extension::latency),
      MakeField("halfOpen", &Extension::half_open),
      MakeField("minimumAvailable", &Extension::minimum_available),
      MakeField("shadow", &Extension::shadow),
      MakeField("countGrpcTrailers", &Extension::count_grpc_trailers),
  };
};

// The annotations of a DestinationRule that are settings of ours, by their keys.
struct DestinationRuleExtensions {
  static constexpr std::tuple kFields{
      MakeField("meshroute.io/outlier-detection", &DestinationRule::outlier_detection_extension),
      MakeField("meshroute.io/load-balancer", &DestinationRule::load_balancer_extension),
  };
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_POLICY_EXTENSION_FIELDS_H_
