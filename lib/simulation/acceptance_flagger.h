// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_ACCEPTANCE_FLAGGER_H_
#define MESHROUTE_LIB_SIMULATION_ACCEPTANCE_FLAGGER_H_

#include "lib/simulation/rollout_acceptance.h"

namespace meshroute {

// The rule of an interval and a threshold (classic mode) and ours on the same streams:
// how often each takes a healthy version back, how long each takes for a faulty one.
void RunFlaggerRule(const AcceptanceEffort& effort, const TellLine& tell);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_ACCEPTANCE_FLAGGER_H_
