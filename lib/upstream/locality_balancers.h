// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_LOCALITY_BALANCERS_H_
#define MESHROUTE_LIB_UPSTREAM_LOCALITY_BALANCERS_H_

#include <functional>
#include <memory>

#include "lib/upstream/weighted_rotation.h"
#include "meshroute/base/random_source.h"
#include "meshroute/upstream/endpoint_list.h"
#include "meshroute/upstream/load_balancer.h"
#include "meshroute/upstream/locality_plan.h"

namespace meshroute {

// Makes the balancer that the policy asks for over `endpoints`, which are `list`.
using MakeListBalancer = std::function<std::unique_ptr<LoadBalancer>(const EndpointList& endpoints,
                                                                     const Rotations::List& list)>;

// The balancer of one priority's `endpoints`: one that chooses a locality first where
// `plan` asks for it, else what `make` makes. Never by locality in panic. All but `make`
// must outlive it.
std::unique_ptr<LoadBalancer> MakeLocalityBalancer(const LocalityPlan& plan,
                                                   const EndpointList& endpoints,
                                                   const Rotations::List& list,
                                                   const MakeListBalancer& make,
                                                   RandomSource& random);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_LOCALITY_BALANCERS_H_
