// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTER_BALANCER_REPORT_H_
#define MESHROUTE_LIB_ROUTER_BALANCER_REPORT_H_

#include <string>

#include "lib/upstream/slow_start.h"
#include "meshroute/base/clock.h"
#include "meshroute/config/destination_rules.h"
#include "meshroute/upstream/load_balancer.h"

namespace meshroute {

// The balancer that a pool of this policy has, where `balancers` (may be null) are the
// embedder's: "ROUND_ROBIN", "peak EWMA", "custom, first".
std::string NameOfBalancer(const EffectivePolicy& policy, const CustomBalancers* balancers);

// The slow start that this balancer obeys: none but for ROUND_ROBIN and LEAST_REQUEST.
SlowStart SlowStartOf(const EffectivePolicy& policy, const CustomBalancers* balancers,
                      const Clock& clock);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTER_BALANCER_REPORT_H_
