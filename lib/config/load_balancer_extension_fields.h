// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_LOAD_BALANCER_EXTENSION_FIELDS_H_
#define MESHROUTE_LIB_CONFIG_LOAD_BALANCER_EXTENSION_FIELDS_H_

#include <array>
#include <tuple>

#include "lib/config/codec.h"
#include "lib/config/field_table.h"
#include "lib/config/load_balancer_fields.h"
#include "meshroute/config/load_balancer_extension.h"

namespace meshroute {

template <>
struct EnumTable<LeastRequestSettings::Selection> {
  using Selection = LeastRequestSettings::Selection;
  static constexpr std::array kValues{
      EnumValue<Selection>{"N_CHOICES", Selection::kNChoices},
      EnumValue<Selection>{"FULL_SCAN", Selection::kFullScan},
  };
};

template <>
struct FieldTable<LeastRequestSettings> {
  static constexpr std::tuple kFields{
      MakeField("selection", &LeastRequestSettings::selection),
      MakeField("choiceCount", &LeastRequestSettings::choice_count),
      MakeField("activeRequestBias", &LeastRequestSettings::active_request_bias),
  };
};

template <>
struct FieldTable<PeakEwmaSettings> {
  static constexpr std::tuple kFields{
      MakeField("halfLife", &PeakEwmaSettings::half_life),
      MakeField("initialLatency", &PeakEwmaSettings::initial_latency),
  };
};

template <>
struct FieldTable<LatencyAwareSettings> {
  static constexpr std::tuple kFields{
      MakeField("halfLife", &LatencyAwareSettings::half_life),
      MakeField("initialLatency", &LatencyAwareSettings::initial_latency),
  };
};

template <>
struct FieldTable<HashPolicySettings> {
  static constexpr std::tuple kFields{
      MakeField("httpHeaderName", &HashPolicySettings::http_header_name).OneOf("hash key"),
      MakeField("httpCookie", &HashPolicySettings::http_cookie).OneOf("hash key"),
      MakeField("useSourceIp", &HashPolicySettings::use_source_ip).OneOf("hash key"),
      MakeField("httpQueryParameterName", &HashPolicySettings::http_query_parameter_name)
          .OneOf("hash key"),
      MakeField("terminal", &HashPolicySettings::terminal),
  };
};

template <>
struct FieldTable<LoadBalancerExtension> {
  using Extension = LoadBalancerExtension;
  static constexpr std::tuple kFields{
      MakeField("leastRequest", &Extension::least_request).OneOf("algorithm"),
      MakeField("peakEwma", &Extension::peak_ewma).OneOf("algorithm"),
      MakeField("latencyAware", &Extension::latency_aware).OneOf("algorithm"),
      MakeField("custom", &Extension::custom).OneOf("algorithm"),
      MakeField("hashBalanceFactor", &Extension::hash_balance_factor),
      MakeField("hashPolicies", &Extension::hash_policies),
  };
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_LOAD_BALANCER_EXTENSION_FIELDS_H_
