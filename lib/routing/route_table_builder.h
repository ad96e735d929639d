// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_ROUTE_TABLE_BUILDER_H_
#define MESHROUTE_LIB_ROUTING_ROUTE_TABLE_BUILDER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lib/routing/destination_catalog.h"
#include "lib/routing/host_table.h"
#include "lib/routing/route_compiler.h"
#include "lib/routing/route_plan.h"
#include "lib/routing/virtual_host.h"
#include "lib/routing/virtual_services.h"
#include "meshroute/routing/route_table.h"

namespace meshroute {

// What a RouteTable consists of.
struct BuiltTables {
  std::map<std::string, uint32_t> names;  // Of hosts: numbers of virtual_hosts.
  HostTable hosts;                        // The same, to be looked up fast.
  std::vector<VirtualHost> virtual_hosts;
  std::vector<std::unique_ptr<const RuleTable>> rule_tables;
  std::unique_ptr<const ConnectionTable> connections;
  std::vector<std::string> split_problems;
};

// Joins VirtualServices and services to virtual hosts: which VirtualService
// governs which host on which port. Used once.
class RouteTableBuilder {
 public:
  explicit RouteTableBuilder(const RouteTableInputs& inputs);
  RouteTableBuilder(const RouteTableBuilder&) = delete;
  RouteTableBuilder& operator=(const RouteTableBuilder&) = delete;

  BuiltTables Build();
  std::vector<RoutedDestination> TakeDestinations() { return catalog_.Take(); }

 private:
  using Candidates = std::vector<const ApplicableVirtualService*>;

  // The tables so far of VirtualServices that govern together, mostly a single one;
  // they do not depend on the host.
  struct TablesOfServices {
    std::set<uint32_t> ports;  // RoutePlanner::InterestingPorts
    std::map<uint32_t, const RuleTable*> by_port;
    std::vector<std::pair<RoutePlan, const RuleTable*>> by_plan;
  };
  void BuildConnections();
  VirtualHost BuildHost(const std::string& name, const Service* service);
  // The candidates that govern as one, in the order in which they are asked: each by
  // itself, or all, where the mesh merges them.
  std::vector<Candidates> GoverningTogether(const Candidates& candidates) const;
  const RuleTable* RulesFor(const Candidates& candidates, const Service* service, uint32_t port);
  const RuleTable* RulesOf(const Candidates& services, uint32_t port);
  const RuleTable* DefaultRules(const Service& service, uint32_t port);
  const RuleTable* Keep(RuleTable table);
  TablesOfServices& TablesOf(const Candidates& services);
  std::map<std::string, uint32_t> NameHosts() const;

  const RouteTableInputs inputs_;
  VirtualServices virtual_services_;
  DestinationCatalog catalog_;
  RoutePlanner planner_;
  RouteCompiler compiler_;
  std::map<Candidates, TablesOfServices> tables_;        // Looked up only.
  std::map<uint32_t, const RuleTable*> default_tables_;  // By number of the destination.
  BuiltTables built_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_ROUTE_TABLE_BUILDER_H_
