// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTER_LOCALITY_REPORT_H_
#define MESHROUTE_LIB_ROUTER_LOCALITY_REPORT_H_

#include "meshroute/telemetry/decision.h"
#include "meshroute/upstream/subset_pool.h"

namespace meshroute {

// Fills in what becomes of priorities and localities in `pool`, as things are now.
void ReportLocalities(const SubsetPool& pool, Decision::Pool& report);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTER_LOCALITY_REPORT_H_
