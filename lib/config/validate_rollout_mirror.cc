// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_rollout.h"

namespace meshroute {
namespace {

// Whether a metric can be told of a request and of its copy: of what is reported later
// only the request is known.
bool IsOfBoth(const RolloutMetric& metric) {
  return !metric.dry_run && (metric.name == kRequestSuccessRate || metric.name == kRequestDuration);
}

}  // namespace

void ValidateRolloutMirror(const RolloutPlan& plan, ConfigErrors& errors) {
  const RolloutAnalysis& analysis = plan.analysis;
  if (analysis.mirror_weight) {
    const double weight = *analysis.mirror_weight;
    const ConfigErrors::Scope field(errors, "mirrorWeight");
    if (!(weight > 0 && weight <= 100)) {
      errors.Add(absl::StrCat("must be a percentage above 0, at most 100, got ", weight));
    }
    if (!analysis.mirror) errors.Add("needs mirror: true beside it");
  }
  if (!analysis.mirror) return;
  if (plan.strategy == RolloutPlan::Strategy::kAbTest) {
    AddAt(errors, "mirror", "must not be true of an abTest: it is for canary and blueGreen");
  }
  if (plan.fresh_baseline) {
    AddAt(errors, "mirror",
          "must not be true beside spec.freshBaseline: pairs would compare the canary with the "
          "warm pods of the old baseline");
  }
  if (analysis.mode != RolloutAnalysis::Mode::kSequential) {
    AddAt(errors, "mirror", "needs mode sequential: no other mode compares pairs");
  }
  if (std::none_of(analysis.metrics.begin(), analysis.metrics.end(), IsOfBoth)) {
    AddAt(errors, "mirror",
          "needs the metric request-success-rate or request-duration, without dryRun: nothing "
          "else is known of a copy");
  }
  const ConfigErrors::Scope baselining(errors, "baselining");
  if (analysis.baselining.min_requests == 0) {
    AddAt(errors, "minRequests", "must be 1 or more beside mirror, got 0: no pair would be seen");
  }
  if (analysis.baselining.max_duration == Duration(0)) {
    AddAt(errors, "maxDuration", "must be above 0s beside mirror, got 0s: no pair would be seen");
  }
}

}  // namespace meshroute
