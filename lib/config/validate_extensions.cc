// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/config/extension_annotations.h"
#include "lib/config/policy_extension_fields.h"
#include "lib/config/validate_destination_rule.h"
#include "lib/config/validate_primitives.h"

namespace meshroute {
namespace {

// A median says nothing of fewer.
constexpr uint32_t kFewestComparable = 3;

void CheckAtLeast(ConfigErrors& errors, std::string_view field, double value, double least) {
  if (value >= least) return;
  AddAt(errors, field, absl::StrCat("must be ", least, " or more, got ", value));
}

void ValidateSuccessRate(const SuccessRateDetection& settings, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "successRate");
  CheckAtLeast(errors, "stdevFactor", settings.stdev_factor, 0);
  CheckPercent(errors, "enforcing", settings.enforcing);
  CheckPercent(errors, "enforcingLocalOrigin", settings.enforcing_local_origin);
}

void ValidateFailurePercentage(const FailurePercentageDetection& settings, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "failurePercentage");
  CheckPercent(errors, "threshold", settings.threshold);
  CheckPercent(errors, "enforcing", settings.enforcing);
  CheckPercent(errors, "enforcingLocalOrigin", settings.enforcing_local_origin);
}

void ValidateLatency(const LatencyDetection& settings, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "latency");
  CheckAtLeast(errors, "minimumEndpoints", settings.minimum_endpoints, kFewestComparable);
  CheckAtLeast(errors, "requestVolume", settings.request_volume, 1);
  CheckAtLeast(errors, "madFactor", settings.mad_factor, 0);
  CheckAtLeast(errors, "minimumRatio", settings.minimum_ratio, 1);
  CheckNotNegative(errors, "minimumDifference", settings.minimum_difference.count());
  if (settings.shared_slowdown_ratio <= 1) {
    AddAt(errors, "sharedSlowdownRatio",
          absl::StrCat("must be more than 1, got ", settings.shared_slowdown_ratio));
  }
  CheckPercent(errors, "maximumSlowPercent", settings.maximum_slow_percent);
  CheckPercent(errors, "enforcing", settings.enforcing);
}

void ValidateHalfOpen(const HalfOpenReturn& settings, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "halfOpen");
  CheckAtLeast(errors, "percent", settings.percent, 1);
  CheckPercent(errors, "percent", settings.percent);
  CheckAtLeast(errors, "successes", settings.successes, 1);
}

void ValidateDetectionExtension(const OutlierDetectionExtension& extension, ConfigErrors& errors) {
  CheckDuration(errors, "maxEjectionTime", extension.max_ejection_time);
  if (extension.max_ejection_time_jitter != Duration(0)) {
    CheckDuration(errors, "maxEjectionTimeJitter", extension.max_ejection_time_jitter);
  }
  CheckPercent(errors, "enforcingConsecutive5xx", extension.enforcing_consecutive_5xx);
  CheckPercent(errors, "enforcingConsecutiveGatewayErrors",
               extension.enforcing_consecutive_gateway_errors);
  CheckPercent(errors, "enforcingConsecutiveLocalOriginFailures",
               extension.enforcing_consecutive_local_origin_failures);
  if (extension.success_rate) ValidateSuccessRate(*extension.success_rate, errors);
  if (extension.failure_percentage) {
    ValidateFailurePercentage(*extension.failure_percentage, errors);
  }
  if (extension.latency) ValidateLatency(*extension.latency, errors);
  if (extension.half_open) ValidateHalfOpen(*extension.half_open, errors);
}

bool DetectsOutliers(const std::optional<TrafficPolicy>& policy) {
  return policy &&
         (policy->outlier_detection ||
          std::any_of(policy->port_level_settings.begin(), policy->port_level_settings.end(),
                      [](const auto& level) { return level.outlier_detection; }));
}

// The extension adds to blocks that the rule may lack.
void CheckAddsToSomething(const DestinationRule& rule, ConfigErrors& errors) {
  if (!rule.outlier_detection_extension || DetectsOutliers(rule.traffic_policy) ||
      std::any_of(rule.subsets.begin(), rule.subsets.end(),
                  [](const Subset& subset) { return DetectsOutliers(subset.traffic_policy); })) {
    return;
  }
  ReportAt(errors, "meshroute.io/outlier-detection", ProblemCode::kNoEffect,
           "adds to outlierDetection, which no trafficPolicy here has",
           "write outlierDetection: {} where it is to work");
}

}  // namespace

void ValidateExtensions(const DestinationRule& rule, ConfigErrors& errors) {
  const ConfigErrors::Scope metadata(errors, "metadata");
  const ConfigErrors::Scope annotations(errors, "annotations");
  for (const auto& [key, value] : rule.metadata.annotations) {
    if (!IsExtensionKey(key)) continue;
    AddAt(errors, key, "is no annotation in code: set the member of DestinationRule");
  }
  if (rule.outlier_detection_extension) {
    const ConfigErrors::Scope scope(errors, "meshroute.io/outlier-detection");
    ValidateDetectionExtension(*rule.outlier_detection_extension, errors);
  }
  if (rule.load_balancer_extension) {
    const ConfigErrors::Scope scope(errors, "meshroute.io/load-balancer");
    ValidateLoadBalancerExtension(rule, errors);
  }
  CheckAddsToSomething(rule, errors);
}

}  // namespace meshroute
