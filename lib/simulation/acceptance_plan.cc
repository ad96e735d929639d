// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "lib/simulation/rollout_acceptance.h"
#include "meshroute/config/rollout_plan.h"

namespace meshroute {
namespace {

Destination SubsetOf(const char* subset) {
  Destination destination;
  destination.host = "reviews";
  destination.subset = subset;
  return destination;
}

}  // namespace

ValidatedPlan MakePlan(const AcceptancePlan& wanted) {
  RolloutPlan plan;
  plan.metadata.name = "reviews";
  plan.metadata.namespace_name = "default";
  plan.virtual_service = "reviews";
  plan.baseline = SubsetOf("v1");
  plan.canary = SubsetOf("v2");
  plan.revision = "1";
  RolloutAnalysis& analysis = plan.analysis;
  for (size_t i = 0; i < wanted.weights.size(); ++i) {
    RolloutStep& step = analysis.steps.emplace_back();
    step.weight = wanted.weights[i];
    const bool is_last = i + 1 == wanted.weights.size();
    step.min_duration =
        is_last && wanted.last_step > Duration::zero() ? wanted.last_step : wanted.step;
    step.min_requests = wanted.requests;
  }
  analysis.interval = wanted.interval;
  analysis.max_duration = std::chrono::hours(200);
  analysis.holdback = wanted.holdback;
  analysis.maturity = Duration::zero();
  analysis.baselining = {.min_requests = 1, .max_duration = Duration::zero()};
  if (wanted.sticky) analysis.session_affinity.emplace().key.http_header_name = "x-user";
  if (wanted.threshold > 0) {
    analysis.mode = RolloutAnalysis::Mode::kClassic;
    analysis.threshold = wanted.threshold;
  }
  RolloutMetric& metric = analysis.metrics.emplace_back();
  metric.name = kRequestSuccessRate;
  metric.threshold_range.emplace().min = 99;
  absl::StatusOr<ValidatedPlan> validated = ValidatedPlan::Create(std::move(plan));
  if (!validated.ok()) {
    std::fprintf(stderr, "%s\n", validated.status().ToString().c_str());
    std::abort();  // A mistake of ours.
  }
  return *std::move(validated);
}

}  // namespace meshroute
