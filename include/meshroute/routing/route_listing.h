// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROUTING_ROUTE_LISTING_H_
#define MESHROUTE_ROUTING_ROUTE_LISTING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "meshroute/routing/route.h"

namespace meshroute {

// One rule of a virtual host: one match block of a VirtualService, or the default
// route of a service.
struct RouteListing {
  // Lives as long as the RouteTable. Its origin and match_index tell it from all
  // others.
  const Route* route = nullptr;

  // All that must hold, the path first: `path must begin with "/api"`.
  std::vector<std::string> conditions;

  // The status of a redirect or a direct response; 0 of one that forwards.
  int reply_status = 0;
};

// A virtual host with its rules on some of its ports.
struct VirtualHostListing {
  std::string name;
  std::vector<std::string> domains;  // The names it answers to, its own first.

  // The addressed ports that these rules are for; empty: all those that no other
  // listing of this host names.
  std::vector<uint32_t> ports;
  std::vector<RouteListing> routes;  // In the order in which they are tried.
};

}  // namespace meshroute

#endif  // MESHROUTE_ROUTING_ROUTE_LISTING_H_
