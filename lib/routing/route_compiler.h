// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_ROUTE_COMPILER_H_
#define MESHROUTE_LIB_ROUTING_ROUTE_COMPILER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "lib/routing/destination_catalog.h"
#include "lib/routing/route_actions.h"
#include "lib/routing/route_plan.h"
#include "lib/routing/rule_index.h"
#include "meshroute/config/mesh_options.h"
#include "meshroute/routing/route.h"

namespace meshroute {

// The rules of one virtual host for one port, ready to be matched. Immutable.
struct RuleTable {
  RuleIndex index;
  std::vector<Route> routes;  // By number in `index`.
};

// Turns plans into routes.
class RouteCompiler {
 public:
  // Both must outlive the compiler.
  RouteCompiler(const RouteTableInputs& inputs, const DestinationCatalog& catalog)
      : mesh_(inputs.mesh), splits_(inputs.splits), catalog_(catalog) {}

  RuleTable Compile(const RoutePlan& plan) const;

  // One route for every request, to the destination with this number.
  RuleTable CompileDefault(const Service& service, uint32_t destination) const;

 private:
  Route CompileRule(const PlannedRoute& planned) const;
  void SetDestinations(const PlannedRoute& planned, Route& route) const;
  std::shared_ptr<const RouteSplit> SplitOf(const PlannedRoute& planned) const;
  std::shared_ptr<const RouteSplit> StickyOf(const PlannedRoute& planned) const;
  RetryPolicy RetryOf(const std::optional<HttpRetry>& retries, RetryPolicy::Hashing hashing) const;
  const ConsistentHash* HashOf(uint32_t destination, std::optional<uint32_t> port) const;
  // Adds the keys of a destination whose consistentHash is `settings`.
  void AppendHash(uint32_t destination, const ConsistentHash& settings,
                  HashPolicies& policies) const;
  void SetActions(RouteActions actions, Route& route) const;

  const MeshOptions& mesh_;
  const std::span<const TrafficSplit> splits_;
  const DestinationCatalog& catalog_;
  const std::shared_ptr<const RouteActions> no_actions_ = std::make_shared<RouteActions>();
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_ROUTE_COMPILER_H_
