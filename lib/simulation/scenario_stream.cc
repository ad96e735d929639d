// SPDX-License-Identifier: Apache-2.0
#include "lib/simulation/scenario_stream.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/simulation/arrival_stream.h"
#include "lib/simulation/scripted_endpoint.h"
#include "lib/simulation/simulation_clock.h"
#include "meshroute/config/host_name.h"
#include "meshroute/rollout/route_weights.h"
#include "meshroute/router.h"
#include "meshroute/routing/route_split.h"

namespace meshroute {
namespace {

struct KnownEndpoint {
  std::string address;
  Labels labels;
};

// The endpoints of a destination, as a router sees them.
std::vector<KnownEndpoint> EndpointsOf(const Destination& destination, const RolloutPlan& plan,
                                       const Router& router) {
  const std::string host = CompleteHost(destination.host, plan.metadata.namespace_name,
                                        router.options().mesh.cluster_domain);
  std::vector<KnownEndpoint> endpoints;
  const std::shared_ptr<const TrafficTables> tables = router.tables();
  for (const std::shared_ptr<SubsetPool>& pool : tables->pools) {
    if (pool == nullptr || pool->key().host != host || pool->key().subset != destination.subset) {
      continue;
    }
    for (size_t i = 0; i < pool->endpoints().size(); ++i) {
      const EndpointSpec& spec = pool->endpoints().at(i).spec();
      endpoints.push_back({spec.address, spec.labels});
    }
    break;
  }
  return endpoints;
}

// The average share of bad requests of `endpoints` at `at`.
double BadShareOf(const std::vector<KnownEndpoint>& endpoints, const Scenario& scenario,
                  Duration at) {
  double sum = 0;
  for (const KnownEndpoint& endpoint : endpoints) {
    sum += BadShareAt(scenario, endpoint.address, endpoint.labels, at);
  }
  return endpoints.empty() ? 0 : sum / static_cast<double>(endpoints.size());
}

// The share of a scenario's requests, by their weights, that the match of the only split
// of `router` holds for.
double MatchedShare(const Scenario& scenario, const Router& router) {
  const std::shared_ptr<const TrafficTables> tables = router.tables();
  double all = 0;
  double matched = 0;
  for (const SimulatedRequest& kind : scenario.requests) {
    std::vector<HeaderView> headers;
    for (const auto& [name, value] : kind.headers) headers.push_back({name, value});
    const RequestView request{kind.method, kind.scheme, kind.authority, kind.path, headers};
    const RouteMatch match = tables->routes->Match(request);
    if (match.route == nullptr || match.route->split == nullptr) continue;
    all += kind.weight;
    if (match.route->split->Matches(request)) matched += kind.weight;
  }
  return all > 0 ? matched / all : 0;
}

}  // namespace

RolloutStream StreamOf(const LoadedScenario& loaded, const ValidatedPlan& plan) {
  SimulationClock clock;
  SeededRandom random(1);
  RouterOptions options;
  options.client.namespace_name = loaded.scenario.client.namespace_name;
  options.clock = &clock;
  options.random = &random;
  Router router(options);
  router.Apply(loaded.rules);
  // A version that the rules give no weight has a pool only while it is steered.
  RouteWeights weights;
  weights.plan = plan.shared();
  weights.weight = 0.5;
  weights.rollout = plan.name();
  (void)router.SetSplits({SplitOf(weights)});
  const RolloutPlan& rules = plan.plan();
  const auto endpoints = [&](const Destination& arm) { return EndpointsOf(arm, rules, router); };
  const std::vector<KnownEndpoint> baseline = endpoints(*rules.baseline);
  const std::vector<KnownEndpoint> canary = endpoints(*rules.canary);
  std::vector<KnownEndpoint> fresh;
  if (rules.fresh_baseline) fresh = endpoints(*rules.fresh_baseline);
  const double matched = MatchedShare(loaded.scenario, router);
  return [baseline, canary, fresh, matched, &scenario = loaded.scenario](const StreamTime& time) {
    const Duration at = time.since_start;
    StreamMoment moment;
    moment.rate = RateAt(scenario.arrivals, at);
    moment.baseline_bad = BadShareOf(baseline, scenario, at);
    for (const KnownEndpoint& endpoint : canary) {
      moment.canary_bad.push_back(BadShareAt(scenario, endpoint.address, endpoint.labels, at));
    }
    moment.fresh_bad = BadShareOf(fresh, scenario, at);
    moment.matched = matched;
    return moment;
  };
}

}  // namespace meshroute
