// SPDX-License-Identifier: Apache-2.0
#include "lib/config/validate_rollout.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_virtual_service.h"

namespace meshroute {
namespace {

void ValidateVirtualServiceName(const std::string& name, ConfigErrors& errors) {
  if (name.empty()) {
    AddAt(errors, "virtualService", "must be set: its HTTP rule is the one that is steered");
    return;
  }
  const size_t slash = name.find('/');
  const bool has_namespace = slash != std::string::npos;
  const std::string object = has_namespace ? name.substr(slash + 1) : name;
  if ((!has_namespace || IsDnsLabel(name.substr(0, slash))) && IsDomain(object)) return;
  AddAt(errors, "virtualService",
        absl::StrCat("must be a name, or a namespace and a name with a '/' between, got ",
                     Quoted(name)));
}

void ValidateArms(const RolloutPlan& plan, ConfigErrors& errors) {
  {
    const ConfigErrors::Scope scope(errors, "baseline");
    ValidateDestination(plan.baseline, errors);
  }
  const ConfigErrors::Scope scope(errors, "canary");
  ValidateDestination(plan.canary, errors);
  if (plan.baseline && plan.canary && *plan.baseline == *plan.canary) {
    errors.Add("must be another destination than the baseline");
  }
}

void ValidateFreshBaseline(const RolloutPlan& plan, ConfigErrors& errors) {
  if (!plan.fresh_baseline) return;
  const ConfigErrors::Scope scope(errors, "freshBaseline");
  ValidateDestination(plan.fresh_baseline, errors);
  if (plan.fresh_baseline == plan.baseline || plan.fresh_baseline == plan.canary) {
    errors.Add("must be another destination than the baseline and the canary");
  }
  if (plan.strategy != RolloutPlan::Strategy::kCanary) {
    errors.Add("is for the strategy canary alone, whose steps it gets a share of");
  }
  if (plan.analysis.session_affinity) {
    errors.Add("must not stand beside sessionAffinity: its users would move on to the canary");
  }
  if (plan.analysis.mode != RolloutAnalysis::Mode::kSequential) {
    errors.Report(ProblemCode::kNoEffect, "is compared with the canary in mode sequential only");
  }
}

void ValidateReturn(const RolloutReturn& rollback, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "rollback");
  double before = 100;
  for (size_t i = 0; i < rollback.steps.size(); ++i) {
    const double weight = rollback.steps[i];
    const ConfigErrors::Scope element(errors, "steps", i);
    if (!(weight > 0 && weight < before)) {
      errors.Add(absl::StrCat("must be a percentage above 0 and below ", before, ", got ", weight));
    }
    before = weight;
  }
  CheckWithin(errors, "drain", rollback.drain, Duration(0), std::chrono::hours(24));
  if (rollback.min_baseline_endpoints && rollback.steps.empty()) {
    ReportAt(errors, "minBaselineEndpoints", ProblemCode::kNoEffect,
             "does nothing without rollback.steps");
  }
}

// Whether a metric with an absolute limit decides.
bool HasLimit(const RolloutAnalysis& analysis) {
  for (const RolloutMetric& metric : analysis.metrics) {
    if (!metric.dry_run && AllowedRateOf(metric)) return true;
  }
  return false;
}

// What of the plan sends requests to the canary alone, by the field that says so.
// Empty: nothing.
std::string WithoutBaseline(const RolloutPlan& plan) {
  const bool is_ab_test = plan.strategy == RolloutPlan::Strategy::kAbTest;
  if (is_ab_test && !plan.analysis.within) return "an abTest without within";
  if (plan.strategy == RolloutPlan::Strategy::kBlueGreen) return "a blueGreen after its swap";
  const bool is_watched = plan.promote || !is_ab_test;
  if (is_watched && plan.post_promotion.watch > Duration(0)) return "postPromotion.watch";
  const std::vector<RolloutStep> steps = StepsOf(plan);
  if (!steps.empty() && steps.back().weight >= 100 && HoldbackOf(plan) <= 0) {
    return "a step of 100 with holdback 0";
  }
  return "";
}

void WarnOfFewRequests(const RolloutPlan& plan, ConfigErrors& errors) {
  constexpr uint32_t kFewest = 9;  // A total outage shows by then, in 95 % of cases.
  const std::vector<RolloutStep> steps = StepsOf(plan);
  for (size_t i = 0; i < steps.size(); ++i) {
    if (*steps[i].min_requests >= kFewest) continue;
    ReportAt(errors, "minRequests", ProblemCode::kDoubtfulValue,
             absl::StrCat("is so small in step ", i, " that a canary which always fails may pass: ",
                          "at least ", kFewest, " are needed, got ", *steps[i].min_requests));
    return;
  }
}

void WarnOfStakes(const RolloutPlan& plan, ConfigErrors& errors) {
  constexpr int64_t kStakes = 120;
  int64_t stakes = 0;
  for (const RolloutStep& step : StepsOf(plan))
    stakes += *step.min_duration / plan.analysis.interval;
  if (stakes <= kStakes) return;
  ReportAt(errors, "interval", ProblemCode::kDoubtfulValue,
           absl::StrCat("makes ", stakes, " stakes in the shortest run, of which the first ",
                        kStakes, " count: later faults are found more slowly"),
           "choose a longer interval");
}

}  // namespace

void WarnOfBlindness(const RolloutPlan& plan, ConfigErrors& errors) {
  const RolloutAnalysis& analysis = plan.analysis;
  if (analysis.mode == RolloutAnalysis::Mode::kNone) return;
  const bool has_limit = HasLimit(analysis);
  if (analysis.mode == RolloutAnalysis::Mode::kClassic) {
    if (!has_limit)
      AddAt(errors, "metrics", "must have a thresholdRange, which classic mode obeys");
    return;
  }
  const std::string blind = WithoutBaseline(plan);
  if (!blind.empty() && !has_limit) {
    AddAt(errors, "metrics",
          absl::StrCat("must have a thresholdRange: ", blind,
                       " has no baseline to compare with and would be blind"));
  } else if (!blind.empty()) {
    ReportAt(errors, "metrics", ProblemCode::kDoubtfulValue,
             absl::StrCat(blind,
                          " is judged by thresholdRange alone: an incident that hits both "
                          "versions counts against the canary"));
  }
  bool decides = false;
  for (const RolloutMetric& metric : analysis.metrics) decides = decides || !metric.dry_run;
  if (!decides) {
    ReportAt(errors, "metrics", ProblemCode::kDoubtfulValue,
             "are all dryRun: nothing can roll this back");
  }
  WarnOfFewRequests(plan, errors);
  WarnOfStakes(plan, errors);
}

void ValidateRollout(const RolloutPlan& plan, ConfigErrors& errors) {
  const ConfigErrors::Scope spec(errors, "spec");
  ValidateVirtualServiceName(plan.virtual_service, errors);
  ValidateArms(plan, errors);
  ValidateFreshBaseline(plan, errors);
  ValidateReturn(plan.rollback, errors);
  {
    const ConfigErrors::Scope scope(errors, "postPromotion");
    CheckWithin(errors, "watch", plan.post_promotion.watch, Duration(0),
                std::chrono::hours(24 * 365));
  }
  if (!plan.promote && plan.strategy != RolloutPlan::Strategy::kAbTest) {
    ReportAt(errors, "promote", ProblemCode::kNoEffect, "false is for an abTest only");
  }
  ValidateRolloutAnalysis(plan, errors);
}

}  // namespace meshroute
