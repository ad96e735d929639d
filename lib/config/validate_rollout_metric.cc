// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_rollout.h"

namespace meshroute {
namespace {

// "5xx", a status from 100 to 599, or a word for an attempt without an answer.
bool IsBadStatus(const std::string& text) {
  static constexpr std::string_view kWords[] = {"connect-failure", "timeout",        "reset",
                                                "refused-stream",  "protocol-error", "overflow"};
  if (std::find(std::begin(kWords), std::end(kWords), text) != std::end(kWords)) return true;
  if (text.size() != 3 || text[0] < '1' || text[0] > '5') return false;
  int status = 0;
  return text.substr(1) == "xx" || absl::SimpleAtoi(text, &status);
}

void RefuseFor(ConfigErrors& errors, std::string_view field, const RolloutMetric& metric) {
  AddAt(errors, field, absl::StrCat("does not belong to the metric ", Quoted(metric.name)));
}

void ValidateThreshold(const RolloutMetric& metric, ConfigErrors& errors) {
  if (!metric.threshold_range) return;
  const ConfigErrors::Scope scope(errors, "thresholdRange");
  const RolloutThreshold& range = *metric.threshold_range;
  const bool is_latency = metric.name == kRequestDuration;
  if (is_latency && range.min) RefuseFor(errors, "min", metric);
  if (!is_latency && range.max) RefuseFor(errors, "max", metric);
  const std::optional<double>& limit = is_latency ? range.max : range.min;
  if (!limit) return errors.Add(is_latency ? "must set max" : "must set min");
  if (is_latency && !(*limit > 0 && *limit <= 1e9)) {
    AddAt(errors, "max", absl::StrCat("must be milliseconds above 0, at most 1e9, got ", *limit));
  }
  if (!is_latency && !(*limit > 0 && *limit < 100)) {
    AddAt(errors, "min", absl::StrCat("must be a percentage above 0 and below 100, got ", *limit));
  }
}

void ValidateMargin(const RolloutMetric& metric, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "baseline");
  const RolloutMargin& margin = metric.baseline;
  if (margin.max_ratio && !(*margin.max_ratio >= 1 && *margin.max_ratio <= 1000)) {
    AddAt(errors, "maxRatio", absl::StrCat("must be from 1 to 1000, got ", *margin.max_ratio));
  }
  if (margin.slack && !(*margin.slack >= 0 && *margin.slack < 100)) {
    AddAt(errors, "slack",
          absl::StrCat("must be a percentage of at least 0 and below 100, got ", *margin.slack));
  }
  if (!margin.max_increase) return;
  if (metric.name != kRequestDuration) return RefuseFor(errors, "maxIncrease", metric);
  if (!(*margin.max_increase >= 0 && *margin.max_increase <= 1000)) {
    AddAt(errors, "maxIncrease",
          absl::StrCat("must be a percentage from 0 to 1000, got ", *margin.max_increase));
  }
}

}  // namespace

void ValidateRolloutMetric(const RolloutMetric& metric, ConfigErrors& errors) {
  if (metric.name != kRequestSuccessRate && metric.name != kRequestDuration &&
      metric.name != kReportedSuccessRate) {
    AddAt(errors, "name",
          absl::StrCat("must be ", kRequestSuccessRate, ", ", kRequestDuration, " or ",
                       kReportedSuccessRate, ", got ", Quoted(metric.name)));
    return;
  }
  ValidateThreshold(metric, errors);
  ValidateMargin(metric, errors);
  if (metric.name != kRequestSuccessRate && !metric.bad_status.empty()) {
    RefuseFor(errors, "badStatus", metric);
  }
  for (size_t i = 0; i < metric.bad_status.size(); ++i) {
    if (IsBadStatus(metric.bad_status[i])) continue;
    const ConfigErrors::Scope element(errors, "badStatus", i);
    errors.Add(
        absl::StrCat("must be a status such as 5xx or 429, connect-failure, timeout, reset, "
                     "refused-stream, protocol-error or overflow, got ",
                     Quoted(metric.bad_status[i])));
  }
  if (!(metric.percentile > 0 && metric.percentile < 100)) {
    AddAt(errors, "percentile",
          absl::StrCat("must be a percentage above 0 and below 100, got ", metric.percentile));
  }
  if (metric.weight && !(*metric.weight > 0 && *metric.weight <= 1e6)) {
    AddAt(errors, "weight",
          absl::StrCat("must be above 0 and at most 1e6, got ", *metric.weight,
                       "; dryRun: true makes a metric that decides nothing"));
  }
}

}  // namespace meshroute
