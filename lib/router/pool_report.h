// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTER_POOL_REPORT_H_
#define MESHROUTE_LIB_ROUTER_POOL_REPORT_H_

#include "meshroute/routing/route_table.h"
#include "meshroute/telemetry/decision.h"
#include "meshroute/upstream/endpoint.h"
#include "meshroute/upstream/subset_pool.h"

namespace meshroute {

// The state of `destination`'s pool for people. `pool` is nullptr where the
// destination does not exist; `chosen` where no endpoint was picked. As of `now`.
Decision::Pool ReportPool(const RoutedDestination& destination, SubsetPool* pool,
                          const Endpoint* chosen, TimePoint now);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTER_POOL_REPORT_H_
