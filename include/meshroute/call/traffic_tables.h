// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CALL_TRAFFIC_TABLES_H_
#define MESHROUTE_CALL_TRAFFIC_TABLES_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "meshroute/base/shared_list.h"
#include "meshroute/config/destination_rules.h"
#include "meshroute/config/mesh_options.h"
#include "meshroute/config/services.h"
#include "meshroute/config/validated_config.h"
#include "meshroute/routing/route_table.h"
#include "meshroute/routing/traffic_split.h"
#include "meshroute/upstream/subset_pool.h"

namespace meshroute {

// Everything that a call reads, compiled together and published as one value:
// a request that has begun on one sees nothing of another. Immutable but for
// the state inside the pools.
struct TrafficTables {
  uint64_t version = 0;

  // In force on the rules that they manage, by the numbers that `routes` knows them
  // by. Weights and tags are looked up here, call by call.
  std::vector<TrafficSplit> splits;

  // What the table below was compiled from, and points into.
  ValidatedConfig config;
  ClientIdentity client;
  MeshOptions mesh;
  std::shared_ptr<const Services> services;
  std::shared_ptr<const DestinationRules> destination_rules;

  std::shared_ptr<const RouteTable> routes;

  // By index of routes->destinations(); nullptr where the destination does not
  // exist (503 NC).
  SharedList<std::shared_ptr<SubsetPool>> pools;

  // Set where these differ from others in `version` and `splits` alone: the ones that
  // were compiled, which everything above is shared with and points into.
  std::shared_ptr<const TrafficTables> compiled{};
};

}  // namespace meshroute

#endif  // MESHROUTE_CALL_TRAFFIC_TABLES_H_
