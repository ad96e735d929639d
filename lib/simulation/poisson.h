// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_POISSON_H_
#define MESHROUTE_LIB_SIMULATION_POISSON_H_

#include <cstdint>

#include "meshroute/base/random_source.h"

namespace meshroute {

// How many of many independent rare things happen, `mean` on average. Exact: by
// multiplication where few are expected, else by rejection (Hoermann's PTRS).
uint64_t DrawPoisson(double mean, RandomSource& random);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_POISSON_H_
