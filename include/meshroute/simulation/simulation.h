// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_SIMULATION_SIMULATION_H_
#define MESHROUTE_SIMULATION_SIMULATION_H_

#include <cstdint>

#include "meshroute/simulation/result.h"
#include "meshroute/simulation/scenario_reader.h"

namespace meshroute {

// Runs a scenario on a virtual clock: the Router, Calls, pools, detectors and rollouts
// are those of production, the endpoints are scripted, and no time passes.
//
//   absl::StatusOr<LoadedScenario> loaded = LoadScenario(scenario, "late.yaml", read);
//   const SimulationResult result = Simulate(*loaded, loaded->scenario.seed);
//   std::cout << ToText(result);                                     // report.h
//
// Nothing but the scenario and the seed decides: two runs are equal to the last bit.
// Everything ends at the scenario's duration; calls that are then under way count as
// in flight. Uses one thread, the caller's.
SimulationResult Simulate(const LoadedScenario& loaded, uint64_t seed);

}  // namespace meshroute

#endif  // MESHROUTE_SIMULATION_SIMULATION_H_
