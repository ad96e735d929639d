// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_ROLLOUT_METRIC_FIELDS_H_
#define MESHROUTE_LIB_CONFIG_ROLLOUT_METRIC_FIELDS_H_

#include <array>
#include <tuple>

#include "lib/config/codec.h"
#include "lib/config/field_table.h"
#include "meshroute/config/rollout_metric.h"

namespace meshroute {

template <>
struct FieldTable<RolloutThreshold> {
  static constexpr std::tuple kFields{
      MakeField("min", &RolloutThreshold::min),
      MakeField("max", &RolloutThreshold::max),
  };
};

template <>
struct FieldTable<RolloutMargin> {
  static constexpr std::tuple kFields{
      MakeField("maxRatio", &RolloutMargin::max_ratio),
      MakeField("slack", &RolloutMargin::slack),
      MakeField("maxIncrease", &RolloutMargin::max_increase),
  };
};

template <>
struct EnumTable<RolloutMetric::OnBreach> {
  using Value = EnumValue<RolloutMetric::OnBreach>;
  static constexpr std::array kValues{
      Value{"hold", RolloutMetric::OnBreach::kHold},
      Value{"rollback", RolloutMetric::OnBreach::kRollback},
  };
};

template <>
struct FieldTable<RolloutMetric> {
  static constexpr std::tuple kFields{
      MakeField("name", &RolloutMetric::name),
      MakeField("thresholdRange", &RolloutMetric::threshold_range),
      MakeField("onBreach", &RolloutMetric::on_breach),
      MakeField("baseline", &RolloutMetric::baseline),
      MakeField("badStatus", &RolloutMetric::bad_status),
      MakeField("percentile", &RolloutMetric::percentile),
      MakeField("weight", &RolloutMetric::weight),
      MakeField("dryRun", &RolloutMetric::dry_run),
  };
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_ROLLOUT_METRIC_FIELDS_H_
