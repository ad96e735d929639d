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
  const std::vector<KnownEndpoint> baseline =
      EndpointsOf(*plan.plan().baseline, plan.plan(), router);
  const std::vector<KnownEndpoint> canary = EndpointsOf(*plan.plan().canary, plan.plan(), router);
  return [baseline, canary, &scenario = loaded.scenario](const StreamTime& time) {
    const Duration at = time.since_start;
    StreamMoment moment;
    moment.rate = RateAt(scenario.arrivals, at);
    for (const KnownEndpoint& endpoint : baseline) {
      moment.baseline_bad += BadShareAt(scenario, endpoint.address, endpoint.labels, at) /
                             static_cast<double>(baseline.size());
    }
    for (const KnownEndpoint& endpoint : canary) {
      moment.canary_bad.push_back(BadShareAt(scenario, endpoint.address, endpoint.labels, at));
    }
    return moment;
  };
}

}  // namespace meshroute
