// SPDX-License-Identifier: Apache-2.0
#include "meshroute/upstream/load_balancer.h"

#include <utility>

#include "lib/upstream/bounded_load_balancer.h"
#include "lib/upstream/endpoint_shares.h"
#include "lib/upstream/latency_aware_balancer.h"
#include "lib/upstream/least_request_balancer.h"
#include "lib/upstream/locality_balancers.h"
#include "lib/upstream/maglev_balancer.h"
#include "lib/upstream/peak_ewma_balancer.h"
#include "lib/upstream/priority_balancer.h"
#include "lib/upstream/random_balancer.h"
#include "lib/upstream/ring_hash_balancer.h"
#include "lib/upstream/round_robin_balancer.h"
#include "lib/upstream/weighted_rotation.h"

namespace meshroute {
namespace {

std::unique_ptr<LoadBalancer> MakeHashTable(const ConsistentHash& settings,
                                            const EndpointList& endpoints, RandomSource& random,
                                            EndpointShares shares) {
  if (settings.maglev.has_value()) {
    return std::make_unique<MaglevBalancer>(endpoints, settings.maglev->table_size, random, shares);
  }
  const uint64_t minimum_size = settings.ring_hash.has_value()
                                    ? settings.ring_hash->minimum_ring_size
                                    : settings.minimum_ring_size;
  return std::make_unique<RingHashBalancer>(endpoints, minimum_size, random, shares);
}

// The table, under the bound that `extension` asks for.
std::unique_ptr<LoadBalancer> MakeHashBalancer(const ConsistentHash& settings,
                                               const LoadBalancerExtension& extension,
                                               const EndpointList& endpoints,
                                               const BalancerEnvironment& environment,
                                               EndpointShares shares) {
  auto table = MakeHashTable(settings, endpoints, environment.random, shares);
  if (extension.hash_balance_factor == 0 || environment.breaker == nullptr) return table;
  return std::make_unique<BoundedLoadBalancer>(
      std::move(table), endpoints,
      BoundedLoadBalancer::Settings{extension.hash_balance_factor, *environment.breaker, shares},
      environment.random);
}

// What serves one list, besides the policy.
struct ListParts {
  RotationSource source;
  EndpointShares shares;
};

// The one place that knows which setting means which algorithm.
std::unique_ptr<LoadBalancer> MakeAlgorithm(const EffectivePolicy& policy,
                                            const EndpointList& endpoints,
                                            const BalancerEnvironment& environment,
                                            ListParts parts) {
  const LoadBalancerSettings settings = policy.load_balancer.value_or(LoadBalancerSettings());
  const LoadBalancerExtension extension =
      policy.load_balancer_extension.value_or(LoadBalancerExtension());
  RandomSource& random = environment.random;
  if (settings.consistent_hash.has_value()) {
    return MakeHashBalancer(*settings.consistent_hash, extension, endpoints, environment,
                            parts.shares);
  }
  if (extension.peak_ewma.has_value()) {
    return std::make_unique<PeakEwmaBalancer>(endpoints, *extension.peak_ewma, random);
  }
  if (extension.latency_aware.has_value()) {
    return std::make_unique<LatencyAwareBalancer>(endpoints, *extension.latency_aware, random);
  }
  using Simple = LoadBalancerSettings::Simple;
  switch (settings.simple.value_or(Simple::kUnspecified)) {
    case Simple::kRandom:
      return std::make_unique<RandomBalancer>(endpoints, random);
    case Simple::kRoundRobin:
      return std::make_unique<RoundRobinBalancer>(endpoints, parts.source);
    case Simple::kUnspecified:
    case Simple::kLeastConn:
    case Simple::kLeastRequest:
    case Simple::kPassthrough:  // Has no endpoints to balance.
      break;
  }
  return std::make_unique<LeastRequestBalancer>(
      endpoints, extension.least_request.value_or(LeastRequestSettings()), random,
      std::move(parts.source));
}

// For the name of a balancer that nobody has: a silent replacement would do what nobody
// has asked for.
class Nobody final : public LoadBalancer {
 public:
  const Endpoint* Pick(const PickContext&) override { return nullptr; }
};

// The embedder's own balancer that is to serve; empty: none.
CustomBalancers::Make FindCustom(const EffectivePolicy& policy, const CustomBalancers* custom) {
  std::string name = custom == nullptr ? "" : custom->for_all;
  if (const auto& extension = policy.load_balancer_extension; extension.has_value()) {
    if (extension->peak_ewma.has_value() || extension->latency_aware.has_value()) return {};
    name = extension->custom.value_or(name);
  }
  if (name.empty()) return {};
  if (custom != nullptr) {
    const auto found = custom->by_name.find(name);
    if (found != custom->by_name.end()) return found->second;
  }
  return [](const EndpointList&, RandomSource&) { return std::make_unique<Nobody>(); };
}

// Whether every endpoint is of one priority and none is declared degraded.
bool AllAlike(const EndpointSet& endpoints) {
  for (size_t i = 0; i < endpoints.size(); ++i) {
    const EndpointSpec& spec = endpoints.at(i).spec();
    if (spec.priority != endpoints.at(0).spec().priority) return false;
    if (spec.health == EndpointSpec::Health::kDegraded) return false;
  }
  return true;
}

}  // namespace

std::shared_ptr<Rotations> MakeRotations() { return std::make_shared<Rotations>(); }

std::unique_ptr<LoadBalancer> MakeLoadBalancer(const EffectivePolicy& policy,
                                               const EndpointSet& endpoints,
                                               BalancerEnvironment environment) {
  const LoadBalancerSettings settings = policy.load_balancer.value_or(LoadBalancerSettings());
  const CustomBalancers::Make custom = FindCustom(policy, environment.custom);
  RandomSource& random = environment.random;
  const bool by_hash = !custom && settings.consistent_hash.has_value();
  const SlowStart slow_start(settings, environment.clock);
  const MakeListBalancer make_one = [&](const EndpointList& list, const Rotations::List& which) {
    if (custom) return custom(list, random);
    RotationSource source{[rotations = environment.rotations, which, &random] {
                            return rotations->Of(which, random);
                          },
                          slow_start};
    return MakeAlgorithm(policy, list, environment,
                         {std::move(source), EndpointShares(endpoints.plan())});
  };
  // A ring or a table has the localities' weights in its shares.
  const PriorityBalancer::MakeBalancer make = [&](const EndpointList& list, uint32_t priority,
                                                  EndpointList::Eligible eligible) {
    const Rotations::List which{priority, eligible};
    if (by_hash) return make_one(list, which);
    return MakeLocalityBalancer(endpoints.plan(), list, which, make_one, random);
  };
  PriorityBalancer::Settings levels;
  if (policy.outlier_detection.has_value()) {
    levels.panic_threshold = static_cast<uint32_t>(policy.outlier_detection->min_health_percent);
  }
  if (levels.panic_threshold == 0 && AllAlike(endpoints)) {
    const uint32_t priority = endpoints.size() == 0 ? 0 : endpoints.at(0).spec().priority;
    return make(endpoints.available(), priority, EndpointList::Eligible::kHealthy);
  }
  if (by_hash) levels.by_hash = PriorityBalancer::ByHash::kYes;
  return std::make_unique<PriorityBalancer>(endpoints, levels, make, random);
}

}  // namespace meshroute
