// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTER_POOL_REPORT_H_
#define MESHROUTE_LIB_ROUTER_POOL_REPORT_H_

#include <cstdint>

#include "meshroute/call/traffic_tables.h"
#include "meshroute/telemetry/decision.h"
#include "meshroute/upstream/endpoint.h"

namespace meshroute {

// The state of the pool of the destination of this number for people, as of `now`.
// `chosen` is nullptr where no endpoint was picked.
Decision::Pool ReportPool(const TrafficTables& tables, uint32_t number, const Endpoint* chosen,
                          TimePoint now);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTER_POOL_REPORT_H_
