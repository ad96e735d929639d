// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_ROUTE_TEXT_H_
#define MESHROUTE_TOOLS_MESHROUTE_ROUTE_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "meshroute/config/document.h"
#include "meshroute/routing/route_listing.h"
#include "meshroute/routing/route_table.h"

namespace meshroute::tool {

// "VirtualService prod/reviews http[2] match[1]".
std::string OriginOf(const Route& route);

// `part` of `whole` as "33.3%"; never "0%" of something nor "100%" of less than all.
std::string ShareText(uint64_t part, uint64_t whole);

// What must hold, a line each, without what always does: "every request".
std::string MatchText(const RouteListing& listing);

// Where a rule sends its requests, a line each: "90% outbound|9080|v1|reviews...",
// or "redirect 301", with its mirrors behind.
std::vector<std::string> DestinationLines(const RouteListing& listing, const RouteTable& table);

// The same as objects {cluster, weight}.
std::vector<DocumentNode> DestinationNodes(const Route& route, const RouteTable& table);

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_ROUTE_TEXT_H_
