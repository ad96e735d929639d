// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_SCENARIO_STREAM_H_
#define MESHROUTE_LIB_SIMULATION_SCENARIO_STREAM_H_

#include "meshroute/rollout/validated_plan.h"
#include "meshroute/simulation/rollout_stream.h"
#include "meshroute/simulation/scenario_reader.h"

namespace meshroute {

// What the requests of `plan` look like in a scenario, as far as shares of bad ones tell
// it: the average of the baseline's endpoints and of the fresh one's, and each of the
// canary's; and which of them an abTest is about.
RolloutStream StreamOf(const LoadedScenario& loaded, const ValidatedPlan& plan);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_SCENARIO_STREAM_H_
