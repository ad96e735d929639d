// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_ROUTE_EXPLANATION_H_
#define MESHROUTE_LIB_ROUTING_ROUTE_EXPLANATION_H_

#include <cstdint>
#include <string>

#include "lib/routing/destination_catalog.h"
#include "lib/routing/route_compiler.h"
#include "lib/routing/route_plan.h"
#include "lib/routing/virtual_services.h"
#include "meshroute/message/request_view.h"
#include "meshroute/routing/route_table.h"
#include "meshroute/telemetry/decision.h"

namespace meshroute {

// Tells why a virtual host is governed as it is and why each rule up to the one
// that matched did not. Works the VirtualServices out anew by the code that
// compiled the table, so it costs what compiling them costs: for people, not for
// every request. Used once.
class RouteExplanation {
 public:
  explicit RouteExplanation(const RouteTableInputs& inputs);
  RouteExplanation(const RouteExplanation&) = delete;
  RouteExplanation& operator=(const RouteExplanation&) = delete;

  // `host` is the virtual host's name, `port` the addressed port.
  void AddCandidates(const std::string& host, uint32_t port, Decision& decision);

  // After AddCandidates: the rules that were tried for `request`. `rules` is what
  // governs, `matched` the number of the rule that matched, or RuleIndex::kNone.
  void AddRules(const RequestView& request, uint32_t port, const RuleTable& rules, uint32_t matched,
                Decision& decision);

 private:
  void AddOthers(const std::string& host, Decision& decision);
  std::string WhyNotConsidered(const VirtualService& service, const std::string& host) const;

  const RouteTableInputs inputs_;
  VirtualServices virtual_services_;
  DestinationCatalog catalog_;  // Of no use but to the planner.
  RoutePlanner planner_;
  const ApplicableVirtualService* governing_ = nullptr;  // nullptr: a default route.

  // Others govern with it. Its rules and theirs are told as they stand in the table,
  // without the blocks that cannot hold for this client and port.
  bool is_merged_ = false;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_ROUTE_EXPLANATION_H_
