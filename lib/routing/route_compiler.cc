// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/route_compiler.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/routing/header_edit_plan.h"
#include "lib/routing/route_split.h"

namespace meshroute {
namespace {

constexpr uint32_t kAllMillionths = 1'000'000;

std::string NameOf(const HttpRoute& rule, const HttpMatchRequest* block) {
  if (block == nullptr || block->name.empty()) return rule.name;
  return absl::StrCat(rule.name, ".", block->name);
}

std::string NameOf(const Metadata& metadata) {
  return absl::StrCat(metadata.namespace_name, "/", metadata.name);
}

Route::Action ActionOf(const HttpRoute& rule) {
  if (rule.redirect) return Route::Action::kRedirect;
  return rule.direct_response ? Route::Action::kDirectResponse : Route::Action::kForward;
}

RuleConditions ConditionsOf(const HttpMatchRequest* block) {
  if (block == nullptr) return {};
  return {PathCondition(*block), RequestConditions(*block)};
}

}  // namespace

RuleTable RouteCompiler::Compile(const RoutePlan& plan) const {
  std::vector<RuleConditions> conditions;
  std::vector<Route> routes;
  const ApplicableRule* current = nullptr;
  for (const PlannedRoute& planned : plan) {
    RuleConditions block = ConditionsOf(planned.block);
    // The blocks of a rule follow each other and have all but this in common.
    Route route = planned.rule == current ? routes.back() : CompileRule(planned);
    route.name = NameOf(*planned.rule->rule, planned.block);
    route.stat_prefix = planned.block == nullptr ? "" : planned.block->stat_prefix;
    route.matched_length_ = block.path.matched_length();
    if (planned.block != nullptr) {
      route.match_index = static_cast<int32_t>(planned.block - planned.rule->rule->match.data());
    }
    conditions.push_back(std::move(block));
    routes.push_back(std::move(route));
    current = planned.rule;
  }
  return {RuleIndex(std::move(conditions)), std::move(routes)};
}

RuleTable RouteCompiler::CompileDefault(const Service& service, uint32_t destination) const {
  Route route;
  route.name = "default";
  route.origin = absl::StrCat("default route of ", service.host);
  route.destinations.push_back({destination, 1});
  route.total_weight = 1;
  RouteActions actions;
  const ConsistentHash* const hash = HashOf(destination, catalog_.at(destination).key.port);
  if (hash != nullptr) AppendHash(destination, *hash, actions.hash);
  route.retry = RetryOf(std::nullopt, hash != nullptr ? RetryPolicy::Hashing::kSingleDestination
                                                      : RetryPolicy::Hashing::kNone);
  SetActions(std::move(actions), route);
  std::vector<RuleConditions> conditions(1);
  std::vector<Route> routes(1, std::move(route));
  return {RuleIndex(std::move(conditions)), std::move(routes)};
}

Route RouteCompiler::CompileRule(const PlannedRoute& planned) const {
  const HttpRoute& rule = *planned.rule->rule;
  Route route;
  route.action = ActionOf(rule);
  route.origin = planned.rule->origin;
  route.timeout = rule.timeout.value_or(Duration(0));
  if (rule.fault) route.fault = FaultPolicy::Compile(*rule.fault);
  SetDestinations(planned, route);
  route.split = SplitOf(planned);

  RouteActions actions(rule);
  auto hashing = RetryPolicy::Hashing::kNone;
  const std::vector<const HttpRouteDestination*> live = LiveDestinations(rule);
  for (size_t i = 0; i < live.size(); ++i) {
    const std::optional<PortSelector>& port = live[i]->destination->port;
    const ConsistentHash* const hash =
        HashOf(planned.destinations[i], port ? std::optional(port->number) : std::nullopt);
    if (hash == nullptr) continue;
    AppendHash(planned.destinations[i], *hash, actions.hash);
    if (rule.route.size() == 1) hashing = RetryPolicy::Hashing::kSingleDestination;
  }
  route.retry = RetryOf(rule.retries, hashing);
  SetActions(std::move(actions), route);
  return route;
}

void RouteCompiler::SetDestinations(const PlannedRoute& planned, Route& route) const {
  const HttpRoute& rule = *planned.rule->rule;
  const std::vector<const HttpRouteDestination*> live = LiveDestinations(rule);
  for (size_t i = 0; i < live.size(); ++i) {
    const uint32_t weight = rule.route.size() == 1 ? 1 : static_cast<uint32_t>(live[i]->weight);
    route.destinations.push_back({planned.destinations[i], weight});
    route.total_weight += weight;
  }
  // Validate asks for a destination, with a weight above 0 among several.
  assert(route.action != Route::Action::kForward || !route.destinations.empty());
  const std::vector<HttpMirrorPolicy> mirrors = MirrorsOf(rule);
  for (size_t i = 0; i < mirrors.size(); ++i) {
    const std::optional<Percent>& share = mirrors[i].percentage;
    route.mirrors.push_back({planned.mirrors[i], share ? share->Millionths() : kAllMillionths});
  }
}

std::shared_ptr<const RouteSplit> RouteCompiler::SplitOf(const PlannedRoute& planned) const {
  const uint32_t number = planned.rule->split;
  if (number == ManagedRules::kNone) return StickyOf(planned);
  auto parts = std::make_unique<RouteSplit::Parts>();
  if (splits_[number].sticky) parts->sticky.emplace(*splits_[number].sticky);
  for (const HttpMatchRequest* block : planned.split_match) {
    parts->match.push_back(ConditionsOf(block));
  }
  return std::shared_ptr<const RouteSplit>(new RouteSplit(number, std::move(parts)));
}

std::shared_ptr<const RouteSplit> RouteCompiler::StickyOf(const PlannedRoute& planned) const {
  const VirtualService* const owner = planned.rule->owner;
  if (!owner->sticky_split || planned.destinations.size() < 2) return nullptr;
  StickySplit sticky = *owner->sticky_split;
  if (sticky.salt.empty()) sticky.salt = NameOf(owner->metadata);
  auto parts = std::make_unique<RouteSplit::Parts>();
  parts->sticky.emplace(sticky);
  return std::shared_ptr<const RouteSplit>(
      new RouteSplit(RouteSplit::kUnmanaged, std::move(parts)));
}

RetryPolicy RouteCompiler::RetryOf(const std::optional<HttpRetry>& retries,
                                   RetryPolicy::Hashing hashing) const {
  if (retries) return RetryPolicy::Compile(*retries, hashing);
  return RetryPolicy::Compile(mesh_.default_http_retry_policy.value_or(HttpRetry::BuiltIn()),
                              hashing);
}

const ConsistentHash* RouteCompiler::HashOf(uint32_t destination,
                                            std::optional<uint32_t> port) const {
  const RoutedDestination& routed = catalog_.at(destination);
  const bool by_field =
      mesh_.destination_rule_merging == MeshOptions::DestinationRuleMerging::kByField;
  return ResolveHashKey(routed.rule, routed.subset, by_field ? routed.key.port : port,
                        mesh_.destination_rule_merging);
}

void RouteCompiler::AppendHash(uint32_t destination, const ConsistentHash& settings,
                               HashPolicies& policies) const {
  const DestinationRule* const rule = catalog_.at(destination).rule;
  const std::optional<LoadBalancerExtension>& extension = rule->load_balancer_extension;
  if (!extension || extension->hash_policies.empty()) {
    policies.Append(settings);
    return;
  }
  for (const HashPolicySettings& key : extension->hash_policies) policies.Append(key);
}

void RouteCompiler::SetActions(RouteActions actions, Route& route) const {
  route.has_request_edits = actions.EditsRequest();
  route.has_response_edits = !actions.response_headers.empty();
  route.edits_read_context =
      actions.request_headers.has_operators() || actions.response_headers.has_operators();
  route.has_hash_policy = !actions.hash.empty();
  route.has_cors_policy = actions.cors.has_value();
  // Most rules do nothing but choose a destination.
  route.actions_ =
      actions.empty() ? no_actions_ : std::make_shared<const RouteActions>(std::move(actions));
}

}  // namespace meshroute
