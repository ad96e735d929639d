// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/rollout_plan.h"

#include <algorithm>

namespace meshroute {
namespace {

// The largest weight, in percent; everything to the canary.
constexpr double kAll = 100;

// A step of this weight, and what the analysis says of every step.
RolloutStep StepOf(double weight, const RolloutAnalysis& analysis) {
  return {.weight = weight,
          .min_duration = analysis.min_duration,
          .min_requests = analysis.min_requests,
          .pause = std::nullopt,
          .gate = ""};
}

std::vector<double> WeightsOf(const RolloutAnalysis& analysis) {
  if (!analysis.step_weight) return analysis.step_weights;
  std::vector<double> weights;
  const double last = analysis.max_weight.value_or(kAll);
  // None that the last one, less its holdback, would fall behind.
  const double end = last >= kAll ? kAll - analysis.holdback.value_or(kUsualHoldback) : last;
  for (double n = 1; n * *analysis.step_weight < end; ++n) {
    weights.push_back(n * *analysis.step_weight);
  }
  weights.push_back(last);
  return weights;
}

}  // namespace

std::vector<RolloutStep> StepsOf(const RolloutPlan& plan) {
  const RolloutAnalysis& analysis = plan.analysis;
  if (plan.strategy == RolloutPlan::Strategy::kBlueGreen) return {StepOf(kProbeWeight, analysis)};
  if (plan.strategy == RolloutPlan::Strategy::kAbTest) return {StepOf(0, analysis)};
  std::vector<RolloutStep> steps = analysis.steps;
  for (RolloutStep& step : steps) {
    if (!step.min_duration) step.min_duration = analysis.min_duration;
    if (!step.min_requests) step.min_requests = analysis.min_requests;
  }
  if (!steps.empty()) return steps;
  for (const double weight : WeightsOf(analysis)) steps.push_back(StepOf(weight, analysis));
  return steps;
}

double HoldbackOf(const RolloutPlan& plan) {
  if (plan.analysis.holdback) return *plan.analysis.holdback;
  const std::vector<RolloutStep> steps = StepsOf(plan);
  if (steps.size() < 2 || steps.back().weight < kAll) return kUsualHoldback;
  const double left = kAll - steps[steps.size() - 2].weight;
  return left > kUsualHoldback ? kUsualHoldback : left / 2;
}

double CanaryShareOf(const RolloutPlan& plan, const std::vector<RolloutStep>& steps, size_t step) {
  const double weight = steps[step].weight;
  const bool is_watched = step + 1 == steps.size() && weight >= kAll;
  return (is_watched ? kAll - HoldbackOf(plan) : weight) / kAll;
}

double MatchShareOf(const RolloutPlan& plan) {
  const bool is_ab_test = plan.strategy == RolloutPlan::Strategy::kAbTest;
  return is_ab_test ? plan.analysis.within.value_or(kAll) / kAll : 1;
}

double FreshShareOf(const RolloutPlan& plan, double canary_share) {
  return plan.fresh_baseline ? std::min(canary_share, 1 - canary_share) : 0;
}

double MirrorShareOf(const RolloutPlan& plan) {
  return plan.analysis.mirror ? plan.analysis.mirror_weight.value_or(kAll) / kAll : 0;
}

Duration WatchOf(const RolloutPlan& plan) {
  const bool swaps = plan.strategy == RolloutPlan::Strategy::kBlueGreen;
  const Duration watch = plan.post_promotion.watch;
  return swaps && watch == Duration(0) ? plan.analysis.min_duration : watch;
}

RolloutMargins MarginsOf(const RolloutMetric& metric) {
  const bool is_latency = metric.name == kRequestDuration;
  const double slack_points = metric.baseline.slack.value_or(is_latency ? 0.2 : 0.1);
  return {.ratio = metric.baseline.max_ratio.value_or(is_latency ? 1.25 : 1.5),
          .slack = slack_points / 100,
          .increase = metric.baseline.max_increase.value_or(10) / 100};
}

double WeightOf(const RolloutMetric& metric) {
  return metric.weight.value_or(metric.name == kRequestSuccessRate ? 2 : 1);
}

std::optional<double> AllowedRateOf(const RolloutMetric& metric) {
  if (!metric.threshold_range) return std::nullopt;
  if (metric.name == kRequestDuration) {
    if (!metric.threshold_range->max) return std::nullopt;
    return 1 - metric.percentile / 100;
  }
  if (!metric.threshold_range->min) return std::nullopt;
  return 1 - *metric.threshold_range->min / 100;
}

}  // namespace meshroute
