// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_rollout.h"
#include "lib/config/validate_virtual_service.h"
#include "meshroute/config/duration.h"

namespace meshroute {
namespace {

constexpr Duration kYear = std::chrono::hours(24 * 365);

void ValidateMetrics(const RolloutAnalysis& analysis, ConfigErrors& errors) {
  if (analysis.metrics.empty() && analysis.mode != RolloutAnalysis::Mode::kNone) {
    AddAt(errors, "metrics", "must have a metric, unless mode is none");
  }
  if (analysis.metrics.size() > kMaximumRolloutMetrics) {
    AddAt(errors, "metrics",
          absl::StrCat("must have at most ", kMaximumRolloutMetrics, " metrics, got ",
                       analysis.metrics.size()));
  }
  std::set<std::pair<std::string, double>> seen;
  for (size_t i = 0; i < analysis.metrics.size(); ++i) {
    const ConfigErrors::Scope element(errors, "metrics", i);
    const RolloutMetric& metric = analysis.metrics[i];
    ValidateRolloutMetric(metric, errors);
    if (metric.name == kReportedSuccessRate && analysis.session_affinity) {
      AddAt(errors, "name",
            "must not be reported-success-rate beside sessionAffinity, which counts each user "
            "once, when the request ends");
    }
    const double percentile = metric.name == kRequestDuration ? metric.percentile : 0;
    if (!seen.emplace(metric.name, percentile).second) {
      AddAt(errors, "name", absl::StrCat("is measured before: ", Quoted(metric.name)));
    }
  }
}

void ValidateDurations(const RolloutAnalysis& analysis, ConfigErrors& errors) {
  using std::chrono::seconds;
  CheckWithin(errors, "interval", analysis.interval, seconds(1), kYear);
  CheckWithin(errors, "minDuration", analysis.min_duration, Duration(0), kYear);
  CheckWithin(errors, "maxDuration", analysis.max_duration, std::chrono::milliseconds(1), kYear);
  CheckWithin(errors, "warmup", analysis.warmup, Duration(0), kYear);
  CheckWithin(errors, "maturity", analysis.maturity, Duration(0), seconds(60));
  CheckWithin(errors, "maxOutcomeAge", analysis.max_outcome_age, Duration(0), kYear);
  if (analysis.max_duration < analysis.min_duration) {
    AddAt(errors, "maxDuration",
          absl::StrCat("must not be below minDuration, which is ",
                       FormatDuration(analysis.min_duration), ", got ",
                       FormatDuration(analysis.max_duration)));
  }
  {
    const ConfigErrors::Scope scope(errors, "endpoints");
    CheckWithin(errors, "suspectGrace", analysis.endpoints.suspect_grace, Duration(0), kYear);
  }
  const ConfigErrors::Scope scope(errors, "baselining");
  CheckWithin(errors, "maxDuration", analysis.baselining.max_duration, Duration(0), kYear);
}

void ValidateGates(const RolloutAnalysis& analysis, ConfigErrors& errors) {
  std::set<std::string> names;
  for (size_t i = 0; i < analysis.gates.size(); ++i) {
    const ConfigErrors::Scope element(errors, "gates", i);
    const std::string& name = analysis.gates[i].name;
    if (name.empty()) AddAt(errors, "name", "must be set");
    if (!names.insert(name).second) {
      AddAt(errors, "name", absl::StrCat("is used by an earlier gate: ", Quoted(name)));
    }
  }
}

void CheckKeyName(ConfigErrors& errors, std::string_view field,
                  const std::optional<std::string>& name) {
  if (name && name->empty()) AddAt(errors, field, "must not be empty");
}

void ValidateAffinity(const RolloutAffinity& affinity, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "sessionAffinity");
  {
    const ConfigErrors::Scope key(errors, "key");
    CheckKeyName(errors, "httpHeaderName", affinity.key.http_header_name);
    CheckKeyName(errors, "httpCookieName", affinity.key.http_cookie_name);
    CheckKeyName(errors, "httpQueryParameterName", affinity.key.http_query_parameter_name);
  }
  if (affinity.salt.empty()) AddAt(errors, "salt", "must not be empty");
}

void ValidateMatches(const RolloutPlan& plan, ConfigErrors& errors) {
  const std::vector<HttpMatchRequest>& matches = plan.analysis.match;
  if (plan.strategy == RolloutPlan::Strategy::kAbTest && matches.empty()) {
    AddAt(errors, "match", "must say which requests an abTest is about");
  }
  const VirtualService owner;
  for (size_t i = 0; i < matches.size(); ++i) {
    const ConfigErrors::Scope element(errors, "match", i);
    ValidateHttpMatch(matches[i], owner, errors);
  }
}

// A share of requests is a whole number of thousandths of a percent.
void ValidateWithin(const RolloutPlan& plan, ConfigErrors& errors) {
  if (!plan.analysis.within) return;
  const ConfigErrors::Scope field(errors, "within");
  const double percent = *plan.analysis.within;
  if (plan.strategy != RolloutPlan::Strategy::kAbTest) {
    errors.Add("is for the strategy abTest alone: it splits the requests of match");
  }
  if (!(percent > 0 && percent < 100)) {
    errors.Add(absl::StrCat("must be a percentage above 0 and below 100, got ", percent));
  } else if (const double thousandths = percent * 1000;
             std::abs(thousandths - std::round(thousandths)) >= 1e-6) {
    errors.Add(absl::StrCat("must have at most three decimals, got ", percent));
  }
}

}  // namespace

void CheckWithin(ConfigErrors& errors, std::string_view field, Duration value, Duration low,
                 Duration high) {
  if (value >= low && value <= high) return;
  AddAt(errors, field,
        absl::StrCat("must be from ", FormatDuration(low), " to ", FormatDuration(high), ", got ",
                     FormatDuration(value)));
}

void ValidateRolloutAnalysis(const RolloutPlan& plan, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "analysis");
  const RolloutAnalysis& analysis = plan.analysis;
  const bool steps_are_right = ValidateRolloutSteps(plan, errors);
  ValidateMetrics(analysis, errors);
  ValidateDurations(analysis, errors);
  ValidateGates(analysis, errors);
  ValidateMatches(plan, errors);
  ValidateWithin(plan, errors);
  ValidateRolloutMirror(plan, errors);
  if (analysis.session_affinity) ValidateAffinity(*analysis.session_affinity, errors);
  if (analysis.threshold == 0) AddAt(errors, "threshold", "must be 1 or more, got 0");
  const double alpha = analysis.false_rollback_probability;
  if (!(alpha > 0 && alpha <= 0.5)) {
    AddAt(errors, "falseRollbackProbability",
          absl::StrCat("must be above 0 and at most 0.5, got ", alpha));
  }
  if (analysis.holdback && !(*analysis.holdback >= 0 && *analysis.holdback <= 50)) {
    AddAt(errors, "holdback", absl::StrCat("must be from 0 to 50, got ", *analysis.holdback));
  }
  if (steps_are_right && errors.ok()) WarnOfBlindness(plan, errors);
}

}  // namespace meshroute
