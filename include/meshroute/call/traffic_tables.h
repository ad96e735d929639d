// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CALL_TRAFFIC_TABLES_H_
#define MESHROUTE_CALL_TRAFFIC_TABLES_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "meshroute/config/destination_rules.h"
#include "meshroute/config/mesh_options.h"
#include "meshroute/config/services.h"
#include "meshroute/config/validated_config.h"
#include "meshroute/routing/route_table.h"
#include "meshroute/upstream/subset_pool.h"

namespace meshroute {

// Everything that a call reads, compiled together and published as one value:
// a request that has begun on one sees nothing of another. Immutable but for
// the state inside the pools.
struct TrafficTables {
  uint64_t version = 0;

  // What the table below was compiled from, and points into.
  ValidatedConfig config;
  ClientIdentity client;
  MeshOptions mesh;
  std::unique_ptr<const Services> services;
  std::unique_ptr<const DestinationRules> destination_rules;

  std::unique_ptr<const RouteTable> routes;

  // By index of routes->destinations(); nullptr where the destination does not
  // exist (503 NC).
  std::vector<std::shared_ptr<SubsetPool>> pools;
};

}  // namespace meshroute

#endif  // MESHROUTE_CALL_TRAFFIC_TABLES_H_
