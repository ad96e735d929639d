// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_ROUTE_PLAN_H_
#define MESHROUTE_LIB_ROUTING_ROUTE_PLAN_H_

#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "lib/routing/destination_catalog.h"
#include "lib/routing/virtual_services.h"
#include "meshroute/config/mesh_options.h"

namespace meshroute {

// One match block of one rule that can hold for calls to one port.
struct PlannedRoute {
  const ApplicableRule* rule = nullptr;

  // nullptr: the rule has no block and matches every request.
  const HttpMatchRequest* block = nullptr;

  std::vector<uint32_t> destinations;  // Of LiveDestinations(rule), numbered.
  std::vector<uint32_t> mirrors;       // Of MirrorsOf(rule), numbered.

  // The blocks of the rule's TrafficSplit that can hold.
  std::vector<const HttpMatchRequest*> split_match;

  bool operator==(const PlannedRoute&) const = default;
};

// The blocks to be tried for calls to one port, in order.
using RoutePlan = std::vector<PlannedRoute>;

// The mirrors of a rule whose share is above 0: `mirror` first, then `mirrors`.
std::vector<HttpMirrorPolicy> MirrorsOf(const HttpRoute& rule);

// Why a match block cannot hold for a client and a port, whatever the request.
enum class BlockVerdict : uint8_t {
  kCanHold,
  kOtherPort,
  kOtherGateways,
  kOtherSourceLabels,
  kOtherSourceNamespace,
};

// Whether a block matches everything in Istio's eyes: what follows it is left out.
bool IsCatchAll(const HttpMatchRequest& block);

// Decides what can be decided before any request: which blocks of a
// VirtualService count for a client and a port.
class RoutePlanner {
 public:
  // Both must outlive the planner.
  RoutePlanner(const RouteTableInputs& inputs, DestinationCatalog& catalog);

  // The plan for calls to `port` by the rules of several VirtualServices, one after
  // the other: what matches everything moves to the end, and only the first of that
  // stays (MeshOptions::VirtualServiceMerging::kConcatenate). Of a single one: Plan.
  RoutePlan PlanAll(const std::vector<const ApplicableVirtualService*>& services, uint32_t port);

  // The plan for calls to `port`; 0 stands for every port that InterestingPorts
  // leaves out. Empty: the VirtualService does not apply.
  RoutePlan Plan(const ApplicableVirtualService& service, uint32_t port);

  // Ports for which the plan may differ from that of other ports: those that
  // blocks ask for, and those of destinations whose port is not named.
  std::set<uint32_t> InterestingPorts(const ApplicableVirtualService& service);

  BlockVerdict Judge(const HttpMatchRequest& block, uint32_t port) const;

 private:
  PlannedRoute PlanRule(const ApplicableRule& rule, uint32_t port);
  void AddPortsOf(const Destination& destination, const ApplicableRule& rule,
                  std::set<uint32_t>& ports);
  // TrafficSplit::match of the split that manages `rule`; empty where none does.
  std::span<const HttpMatchRequest> SplitMatchOf(const ApplicableRule& rule) const;

  const ClientIdentity& client_;
  const std::span<const TrafficSplit> splits_;
  const Labels client_labels_;
  DestinationCatalog& catalog_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_ROUTE_PLAN_H_
