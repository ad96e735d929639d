// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/route_weights.h"

#include <utility>

namespace meshroute {
namespace {

// A short host means the Rollout's namespace, not that of the VirtualService.
Destination InNamespace(Destination destination, const std::string& namespace_name) {
  if (destination.host.find('.') == std::string::npos) {
    destination.host += "." + namespace_name + ".svc.cluster.local";
  }
  return destination;
}

}  // namespace

TrafficSplit SplitOf(const RouteWeights& weights) {
  const RolloutPlan& plan = *weights.plan;
  TrafficSplit split;
  const size_t slash = plan.virtual_service.find('/');
  const bool is_elsewhere = slash != std::string::npos;
  split.namespace_name =
      is_elsewhere ? plan.virtual_service.substr(0, slash) : plan.metadata.namespace_name;
  split.virtual_service =
      is_elsewhere ? plan.virtual_service.substr(slash + 1) : plan.virtual_service;
  split.route = plan.route;
  split.baseline = *plan.baseline;
  split.canary = *plan.canary;
  split.fresh_baseline = plan.fresh_baseline;
  if (split.namespace_name != plan.metadata.namespace_name) {
    split.baseline = InNamespace(std::move(split.baseline), plan.metadata.namespace_name);
    split.canary = InNamespace(std::move(split.canary), plan.metadata.namespace_name);
    if (split.fresh_baseline) {
      split.fresh_baseline =
          InNamespace(*std::move(split.fresh_baseline), plan.metadata.namespace_name);
    }
  }
  split.weight = weights.weight;
  split.fresh_weight = weights.fresh_weight;
  split.rollout = weights.rollout;
  split.generation = weights.generation;
  split.step = weights.step;
  if (plan.analysis.session_affinity) {
    split.sticky = StickySplit{.key = plan.analysis.session_affinity->key, .salt = weights.salt};
  }
  split.match = plan.analysis.match;
  split.obeys_match = weights.obeys_match;
  split.match_weight = weights.match_weight;
  // Where all requests are the canary's, the baseline may be gone tomorrow.
  split.retry_on_baseline = plan.retry_on_baseline && weights.weight < 1;
  split.mirror = weights.mirror;
  return split;
}

}  // namespace meshroute
