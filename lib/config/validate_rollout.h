// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_VALIDATE_ROLLOUT_H_
#define MESHROUTE_LIB_CONFIG_VALIDATE_ROLLOUT_H_

#include <string_view>

#include "meshroute/config/errors.h"
#include "meshroute/config/rollout_plan.h"

namespace meshroute {

// The checks of a Rollout. The caller stands at the object that holds what is
// checked; a function opens the scope of its field itself, but for
// ValidateRolloutMetric, which stands in the element already.

// All of `spec`.
void ValidateRollout(const RolloutPlan& plan, ConfigErrors& errors);

// Whichever way they are written. Whether they can be looked at further.
bool ValidateRolloutSteps(const RolloutPlan& plan, ConfigErrors& errors);

void ValidateRolloutAnalysis(const RolloutPlan& plan, ConfigErrors& errors);

// `mirror` and what it needs of the rest of the analysis.
void ValidateRolloutMirror(const RolloutPlan& plan, ConfigErrors& errors);
void ValidateRolloutMetric(const RolloutMetric& metric, ConfigErrors& errors);

// What the parts of a plan say of each other: steps that nothing judges, requests
// too few to find a fault. Only of a plan whose parts are right.
void WarnOfBlindness(const RolloutPlan& plan, ConfigErrors& errors);

// `low` <= value <= `high`, both of which messages name.
void CheckWithin(ConfigErrors& errors, std::string_view field, Duration value, Duration low,
                 Duration high);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_VALIDATE_ROLLOUT_H_
