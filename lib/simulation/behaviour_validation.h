// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_BEHAVIOUR_VALIDATION_H_
#define MESHROUTE_LIB_SIMULATION_BEHAVIOUR_VALIDATION_H_

#include <string_view>

#include "meshroute/base/clock.h"
#include "meshroute/config/errors.h"
#include "meshroute/simulation/behaviour.h"

namespace meshroute {

// Adds what is wrong to `errors`, under the open scopes.
void CheckBehaviour(const EndpointBehaviour& behaviour, ConfigErrors& errors);
void CheckIncident(const Incident& incident, ConfigErrors& errors);

void CheckPositive(std::string_view field, Duration value, ConfigErrors& errors);
void CheckNotNegative(std::string_view field, Duration value, ConfigErrors& errors);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_BEHAVIOUR_VALIDATION_H_
