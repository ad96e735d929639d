// SPDX-License-Identifier: Apache-2.0
#include "meshroute/call/connection_target.h"

#include <utility>

namespace meshroute {

ConnectionTarget ConnectionTarget::Choose(SnapshotPin<TrafficTables> tables,
                                          const ConnectionView& connection, RandomSource& random) {
  ConnectionTarget target{.tables = std::move(tables)};
  target.match = target.tables->routes->connections().Match(connection);
  if (!target.match.host_known) {
    const bool is_let_through = target.tables->mesh.outbound_traffic_policy ==
                                MeshOptions::OutboundTrafficPolicy::kAllowAny;
    if (is_let_through) target.verdict = Verdict::kAsDialled;
    return target;
  }
  if (target.match.route == nullptr) {
    target.flags.Add(Flag::kNoRoute);
    return target;
  }
  const ConnectionRoute& route = *target.match.route;
  const size_t position =
      route.destinations.size() > 1 ? route.PickDestination(random.Next()) : size_t{0};
  target.pool = target.tables->pools[route.destinations[position].destination].get();
  if (target.pool == nullptr) {
    target.flags.Add(Flag::kNoCluster);
  } else {
    target.verdict = Verdict::kPool;
  }
  return target;
}

std::string_view ConnectionTarget::destination() const {
  return pool == nullptr ? std::string_view() : std::string_view(pool->name());
}

}  // namespace meshroute
