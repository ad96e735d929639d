// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTER_ENDPOINTS_H_
#define MESHROUTE_LIB_ROUTER_ENDPOINTS_H_

#include <optional>
#include <vector>

#include "meshroute/routing/route_table.h"
#include "meshroute/upstream/endpoint.h"

namespace meshroute {

// The endpoints of `destination`: those that the embedder has `given` for its
// host (may be null), else those that its service declares, of either the ones
// that carry the subset's labels, those of their place included. Nothing where the destination does
// not exist: an unknown host or port, a subset that no rule defines, or one without endpoints of a
// service that is resolved by DNS (503 NC).
std::optional<std::vector<EndpointSpec>> EndpointsOf(const RoutedDestination& destination,
                                                     const std::vector<EndpointSpec>* given);

// Whether requests to `destination` go where the caller dialled, since its
// service says so (resolution NONE, or DYNAMIC_DNS).
bool GoesWhereDialled(const RoutedDestination& destination, const std::vector<EndpointSpec>* given);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTER_ENDPOINTS_H_
