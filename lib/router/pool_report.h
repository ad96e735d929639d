// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTER_POOL_REPORT_H_
#define MESHROUTE_LIB_ROUTER_POOL_REPORT_H_

#include <cstdint>

#include "meshroute/base/clock.h"
#include "meshroute/call/traffic_tables.h"
#include "meshroute/telemetry/decision.h"
#include "meshroute/upstream/endpoint.h"
#include "meshroute/upstream/load_balancer.h"

namespace meshroute {

// What a report tells of besides the tables.
struct ReportMoment {
  const Endpoint* chosen;            // nullptr where no endpoint was picked.
  const CustomBalancers* balancers;  // The router's; may be null.
  const Clock& clock;
  TimePoint now;
};

// The state of the pool of the destination of this number for people.
Decision::Pool ReportPool(const TrafficTables& tables, uint32_t number, const ReportMoment& moment);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTER_POOL_REPORT_H_
