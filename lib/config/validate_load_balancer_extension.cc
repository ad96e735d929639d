// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/config/validate_destination_rule.h"
#include "lib/config/validate_primitives.h"
#include "meshroute/config/load_balancer_extension.h"

namespace meshroute {
namespace {

void ValidateLeastRequest(const LeastRequestSettings& settings, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "leastRequest");
  if (settings.choice_count < 2) {
    AddAt(errors, "choiceCount", absl::StrCat("must be 2 or more, got ", settings.choice_count));
  }
  if (settings.active_request_bias && !(*settings.active_request_bias >= 0)) {  // NaN too.
    AddAt(errors, "activeRequestBias",
          absl::StrCat("must be 0 or more, got ", *settings.active_request_bias));
  }
}

// Of both balancers that learn.
template <typename Settings>
void ValidateLearning(const char* field, const Settings& settings, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, field);
  CheckDuration(errors, "halfLife", settings.half_life);
  CheckDuration(errors, "initialLatency", settings.initial_latency);
}

void ValidateAlgorithm(const LoadBalancerExtension& extension, ConfigErrors& errors) {
  const int algorithms =
      int{extension.least_request.has_value()} + int{extension.peak_ewma.has_value()} +
      int{extension.latency_aware.has_value()} + int{extension.custom.has_value()};
  if (algorithms > 1) {
    errors.Add(absl::StrCat(
        "must have one of leastRequest, peakEwma, latencyAware and custom, got ", algorithms));
  }
  if (extension.least_request) ValidateLeastRequest(*extension.least_request, errors);
  if (extension.peak_ewma) ValidateLearning("peakEwma", *extension.peak_ewma, errors);
  if (extension.latency_aware) {
    ValidateLearning("latencyAware", *extension.latency_aware, errors);
  }
  if (extension.custom && extension.custom->empty()) AddAt(errors, "custom", "must not be empty");
}

void ValidateHashPolicies(const LoadBalancerExtension& extension, ConfigErrors& errors) {
  for (size_t i = 0; i < extension.hash_policies.size(); ++i) {
    const HashPolicySettings& policy = extension.hash_policies[i];
    const ConfigErrors::Scope element(errors, "hashPolicies", i);
    const int keys = int{policy.http_header_name.has_value()} +
                     int{policy.http_cookie.has_value()} + int{policy.use_source_ip.has_value()} +
                     int{policy.http_query_parameter_name.has_value()};
    if (keys != 1) {
      errors.Add(
          absl::StrCat("must have one key of httpHeaderName, httpCookie, useSourceIp and "
                       "httpQueryParameterName, got ",
                       keys));
    }
    if (policy.http_cookie) ValidateHttpCookie(*policy.http_cookie, errors);
  }
}

bool Hashes(const std::optional<LoadBalancerSettings>& settings) {
  return settings && settings->consistent_hash;
}

bool Hashes(const std::optional<TrafficPolicy>& policy) {
  return policy &&
         (Hashes(policy->load_balancer) ||
          std::any_of(policy->port_level_settings.begin(), policy->port_level_settings.end(),
                      [](const auto& level) { return Hashes(level.load_balancer); }));
}

}  // namespace

void ValidateLoadBalancerExtension(const DestinationRule& rule, ConfigErrors& errors) {
  const LoadBalancerExtension& extension = *rule.load_balancer_extension;
  ValidateAlgorithm(extension, errors);
  ValidateHashPolicies(extension, errors);
  if (extension.hash_balance_factor > 0 && extension.hash_balance_factor < 100) {
    AddAt(errors, "hashBalanceFactor",
          absl::StrCat("must be 100 or more, or 0 for no bound, got ",
                       extension.hash_balance_factor));
  }
  if (Hashes(rule.traffic_policy) ||
      std::any_of(rule.subsets.begin(), rule.subsets.end(),
                  [](const Subset& subset) { return Hashes(subset.traffic_policy); })) {
    return;
  }
  constexpr const char* kMessage = "adds to consistentHash, which no trafficPolicy here has";
  if (extension.hash_balance_factor > 0) {
    ReportAt(errors, "hashBalanceFactor", ProblemCode::kNoEffect, kMessage);
  }
  if (!extension.hash_policies.empty()) {
    ReportAt(errors, "hashPolicies", ProblemCode::kNoEffect, kMessage);
  }
}

void CheckCustomBalancer(const DestinationRule& rule,
                         const std::set<std::string, std::less<>>& known, ConfigErrors& errors) {
  const auto& extension = rule.load_balancer_extension;
  if (!extension || !extension->custom || known.contains(*extension->custom)) return;
  const ConfigErrors::Scope metadata(errors, "metadata");
  const ConfigErrors::Scope annotations(errors, "annotations");
  const ConfigErrors::Scope key(errors, "meshroute.io/load-balancer");
  const std::string names = absl::StrJoin(known, ", ");
  AddAt(errors, "custom",
        absl::StrCat("names no balancer that this program has (", names.empty() ? "none" : names,
                     "): ", Quoted(*extension->custom)));
}

}  // namespace meshroute
