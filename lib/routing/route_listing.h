// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_ROUTE_LISTING_H_
#define MESHROUTE_LIB_ROUTING_ROUTE_LISTING_H_

#include <vector>

#include "lib/routing/route_table_builder.h"
#include "meshroute/routing/route_listing.h"

namespace meshroute {

// RouteTable::List.
std::vector<VirtualHostListing> ListVirtualHosts(const BuiltTables& built);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_ROUTE_LISTING_H_
