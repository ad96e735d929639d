// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_rollout.h"

namespace meshroute {
namespace {

constexpr size_t kMaximumSteps = 100;

// A share of requests is a whole number of thousandths of a percent.
bool IsFineEnough(double percent) {
  const double thousandths = percent * 1000;
  return std::abs(thousandths - std::round(thousandths)) < 1e-6;
}

void CheckWeight(ConfigErrors& errors, double weight, double before) {
  if (!(weight > 0 && weight <= 100)) {
    errors.Add(absl::StrCat("must be a percentage above 0, at most 100, got ", weight));
  } else if (!IsFineEnough(weight)) {
    errors.Add(absl::StrCat("must have at most three decimals, got ", weight));
  } else if (weight <= before) {
    errors.Add(absl::StrCat("must be above the step before, which is ", before, ", got ", weight));
  }
}

void ValidateStep(const RolloutStep& step, const RolloutAnalysis& analysis, ConfigErrors& errors) {
  constexpr Duration kYear = std::chrono::hours(24 * 365);
  if (step.min_duration) CheckWithin(errors, "minDuration", *step.min_duration, Duration(0), kYear);
  if (step.pause && step.pause->duration) {
    const ConfigErrors::Scope pause(errors, "pause");
    CheckWithin(errors, "duration", *step.pause->duration, std::chrono::milliseconds(1), kYear);
  }
  if (step.gate.empty()) return;
  for (const RolloutGate& gate : analysis.gates) {
    if (gate.name != step.gate) continue;
    if (gate.type == RolloutGate::Type::kConfirmTrafficIncrease) return;
    AddAt(errors, "gate",
          absl::StrCat("must be a gate of type confirm-traffic-increase, got ", Quoted(step.gate)));
    return;
  }
  AddAt(errors, "gate", absl::StrCat("is not among spec.analysis.gates: ", Quoted(step.gate)));
}

// The pair of Flagger.
void ValidateStepWeight(const RolloutAnalysis& analysis, ConfigErrors& errors) {
  if (analysis.max_weight) {
    const ConfigErrors::Scope field(errors, "maxWeight");
    CheckWeight(errors, *analysis.max_weight, 0);
    if (!analysis.step_weight) errors.Add("needs stepWeight beside it");
  }
  if (!analysis.step_weight) return;
  const ConfigErrors::Scope field(errors, "stepWeight");
  CheckWeight(errors, *analysis.step_weight, 0);
  if (analysis.max_weight.value_or(100) / *analysis.step_weight > kMaximumSteps) {
    errors.Add(
        absl::StrCat("makes more than ", kMaximumSteps, " steps, got ", *analysis.step_weight));
  }
}

// A last step of 100 is watched at less, and must be a step forward all the same.
void CheckHoldback(const RolloutPlan& plan, ConfigErrors& errors) {
  const std::vector<RolloutStep> steps = StepsOf(plan);
  if (steps.size() < 2 || steps.back().weight < 100) return;
  const double before = steps[steps.size() - 2].weight;
  const double last = 100 - plan.analysis.holdback.value_or(kUsualHoldback);
  if (last > before) return;
  if (!plan.analysis.holdback) {
    const double holdback = HoldbackOf(plan);
    return ReportAt(errors, "holdback", ProblemCode::kDoubtfulValue,
                    absl::StrCat("is ", holdback, " instead of ", kUsualHoldback,
                                 ", so that the last step, watched at ", 100 - holdback,
                                 ", is above the step before, ", before),
                    "set holdback, or leave out that step");
  }
  AddAt(errors, "holdback",
        absl::StrCat("leaves ", last, " to the last step, which must be above the step before, ",
                     before, ": leave out that step, or lower holdback, got ",
                     *plan.analysis.holdback));
}

void CheckNumberOfSteps(ConfigErrors& errors, std::string_view field, size_t number) {
  if (number <= kMaximumSteps) return;
  AddAt(errors, field, absl::StrCat("must have at most ", kMaximumSteps, " steps, got ", number));
}

}  // namespace

bool ValidateRolloutSteps(const RolloutPlan& plan, ConfigErrors& errors) {
  const size_t errors_before = errors.error_count();
  const RolloutAnalysis& analysis = plan.analysis;
  const bool any =
      !analysis.step_weights.empty() || !analysis.steps.empty() || analysis.step_weight.has_value();
  if (plan.strategy != RolloutPlan::Strategy::kCanary) {
    if (any) errors.Add("must not have steps unless the strategy is canary");
    return errors.error_count() == errors_before;
  }
  const bool needs_none = analysis.mode == RolloutAnalysis::Mode::kNone;
  if (!any && !needs_none) errors.Add("must have stepWeights, steps or stepWeight");
  CheckNumberOfSteps(errors, "stepWeights", analysis.step_weights.size());
  CheckNumberOfSteps(errors, "steps", analysis.steps.size());
  double before = 0;
  for (size_t i = 0; i < analysis.step_weights.size(); ++i) {
    const ConfigErrors::Scope element(errors, "stepWeights", i);
    CheckWeight(errors, analysis.step_weights[i], before);
    before = analysis.step_weights[i];
  }
  before = 0;
  for (size_t i = 0; i < analysis.steps.size(); ++i) {
    const ConfigErrors::Scope element(errors, "steps", i);
    {
      const ConfigErrors::Scope weight(errors, "weight");
      CheckWeight(errors, analysis.steps[i].weight, before);
    }
    before = analysis.steps[i].weight;
    ValidateStep(analysis.steps[i], analysis, errors);
  }
  ValidateStepWeight(analysis, errors);
  if (errors.error_count() == errors_before) CheckHoldback(plan, errors);
  return errors.error_count() == errors_before;
}

}  // namespace meshroute
