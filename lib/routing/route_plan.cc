// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/route_plan.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "lib/routing/header_edit_plan.h"

namespace meshroute {
namespace {

HttpMirrorPolicy SingleMirror(const HttpRoute& rule) {
  HttpMirrorPolicy mirror;
  mirror.destination = rule.mirror;
  mirror.percentage = rule.mirror_percentage;
  if (!mirror.percentage && rule.mirror_percent) {
    mirror.percentage = Percent{static_cast<double>(*rule.mirror_percent)};
  }
  return mirror;
}

}  // namespace

bool IsCatchAll(const HttpMatchRequest& block) {
  // `uri: {}`, of no kind, asks nothing.
  const bool any_path = !block.uri || *block.uri == StringMatch() ||
                        *block.uri == StringMatch::Prefix("/") ||
                        *block.uri == StringMatch::Regex(".*");
  return any_path && !block.method && !block.scheme && !block.authority && block.headers.empty() &&
         block.without_headers.empty() && block.query_params.empty();
}

std::vector<HttpMirrorPolicy> MirrorsOf(const HttpRoute& rule) {
  std::vector<HttpMirrorPolicy> mirrors;
  if (rule.mirror) mirrors.push_back(SingleMirror(rule));
  mirrors.insert(mirrors.end(), rule.mirrors.begin(), rule.mirrors.end());
  std::erase_if(mirrors, [](const HttpMirrorPolicy& mirror) {
    return !mirror.destination || (mirror.percentage && mirror.percentage->Millionths() == 0);
  });
  return mirrors;
}

RoutePlanner::RoutePlanner(const RouteTableInputs& inputs, DestinationCatalog& catalog)
    : client_(inputs.client),
      splits_(inputs.splits),
      client_labels_(ClientLabels(inputs.client)),
      catalog_(catalog) {}

RoutePlan RoutePlanner::Plan(const ApplicableVirtualService& service, uint32_t port) {
  RoutePlan plan;
  for (const ApplicableRule& rule : service.rules) {
    if (rule.rule->match.empty()) {
      plan.push_back(PlanRule(rule, port));
      return plan;
    }
    std::optional<PlannedRoute> planned;
    for (const HttpMatchRequest& block : rule.rule->match) {
      if (Judge(block, port) != BlockVerdict::kCanHold) continue;
      if (!planned) planned = PlanRule(rule, port);
      planned->block = &block;
      plan.push_back(*planned);
      if (IsCatchAll(block)) return plan;
    }
  }
  return plan;
}

RoutePlan RoutePlanner::PlanAll(const std::vector<const ApplicableVirtualService*>& services,
                                uint32_t port) {
  RoutePlan all;
  std::optional<PlannedRoute> last;  // The first that matches everything.
  for (const ApplicableVirtualService* service : services) {
    for (PlannedRoute& planned : Plan(*service, port)) {
      if (planned.block != nullptr && !IsCatchAll(*planned.block)) {
        all.push_back(std::move(planned));
      } else if (!last) {
        last = std::move(planned);
      }
    }
  }
  if (last) all.push_back(*std::move(last));
  return all;
}

PlannedRoute RoutePlanner::PlanRule(const ApplicableRule& rule, uint32_t port) {
  PlannedRoute planned;
  planned.rule = &rule;
  for (const HttpRouteDestination* share : LiveDestinations(*rule.rule)) {
    planned.destinations.push_back(catalog_.Add(*share->destination, rule.namespace_name, port));
  }
  for (const HttpMirrorPolicy& mirror : MirrorsOf(*rule.rule)) {
    planned.mirrors.push_back(catalog_.Add(*mirror.destination, rule.namespace_name, port));
  }
  for (const HttpMatchRequest& block : SplitMatchOf(rule)) {
    if (Judge(block, port) == BlockVerdict::kCanHold) planned.split_match.push_back(&block);
  }
  return planned;
}

std::span<const HttpMatchRequest> RoutePlanner::SplitMatchOf(const ApplicableRule& rule) const {
  if (rule.split == ManagedRules::kNone) return {};
  return splits_[rule.split].match;
}

BlockVerdict RoutePlanner::Judge(const HttpMatchRequest& block, uint32_t port) const {
  if (block.port != 0 && block.port != port) return BlockVerdict::kOtherPort;
  if (!block.gateways.empty()) {
    // As in Istio, a block that names gateways is not asked for its sources.
    const bool is_for_mesh =
        std::find(block.gateways.begin(), block.gateways.end(), "mesh") != block.gateways.end();
    return is_for_mesh ? BlockVerdict::kCanHold : BlockVerdict::kOtherGateways;
  }
  if (!LabelsCover(client_labels_, block.source_labels)) return BlockVerdict::kOtherSourceLabels;
  const bool fits_namespace =
      block.source_namespace.empty() || block.source_namespace == client_.namespace_name;
  return fits_namespace ? BlockVerdict::kCanHold : BlockVerdict::kOtherSourceNamespace;
}

std::set<uint32_t> RoutePlanner::InterestingPorts(const ApplicableVirtualService& service) {
  std::set<uint32_t> ports;
  for (const ApplicableRule& rule : service.rules) {
    for (const HttpMatchRequest& block : rule.rule->match) {
      if (block.port != 0) ports.insert(block.port);
    }
    for (const HttpMatchRequest& block : SplitMatchOf(rule)) {
      if (block.port != 0) ports.insert(block.port);
    }
    for (const HttpRouteDestination* share : LiveDestinations(*rule.rule)) {
      AddPortsOf(*share->destination, rule, ports);
    }
    for (const HttpMirrorPolicy& mirror : MirrorsOf(*rule.rule)) {
      AddPortsOf(*mirror.destination, rule, ports);
    }
  }
  return ports;
}

void RoutePlanner::AddPortsOf(const Destination& destination, const ApplicableRule& rule,
                              std::set<uint32_t>& ports) {
  if (destination.port) return;
  const Service* const service = catalog_.FindService(destination, rule.namespace_name);
  if (service == nullptr || service->ports.size() == 1) return;
  for (const ServicePort& port : service->ports) ports.insert(port.number);
}

}  // namespace meshroute
