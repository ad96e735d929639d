// SPDX-License-Identifier: Apache-2.0
#include "meshroute/upstream/load_balancer.h"

#include <utility>

#include "lib/upstream/least_request_balancer.h"
#include "lib/upstream/maglev_balancer.h"
#include "lib/upstream/priority_balancer.h"
#include "lib/upstream/random_balancer.h"
#include "lib/upstream/ring_hash_balancer.h"
#include "lib/upstream/round_robin_balancer.h"
#include "lib/upstream/weighted_rotation.h"

namespace meshroute {
namespace {

std::unique_ptr<LoadBalancer> MakeHashBalancer(const ConsistentHash& settings,
                                               const EndpointList& endpoints,
                                               RandomSource& random) {
  if (settings.maglev.has_value()) {
    return std::make_unique<MaglevBalancer>(endpoints, settings.maglev->table_size, random);
  }
  const uint64_t minimum_size = settings.ring_hash.has_value()
                                    ? settings.ring_hash->minimum_ring_size
                                    : settings.minimum_ring_size;
  return std::make_unique<RingHashBalancer>(endpoints, minimum_size, random);
}

// The one place that knows which setting means which algorithm.
std::unique_ptr<LoadBalancer> MakeAlgorithm(const LoadBalancerSettings& settings,
                                            const EndpointList& endpoints, RandomSource& random,
                                            std::function<std::shared_ptr<Rotation>()> rotation) {
  if (settings.consistent_hash.has_value()) {
    return MakeHashBalancer(*settings.consistent_hash, endpoints, random);
  }
  using Simple = LoadBalancerSettings::Simple;
  switch (settings.simple.value_or(Simple::kUnspecified)) {
    case Simple::kRandom:
      return std::make_unique<RandomBalancer>(endpoints, random);
    case Simple::kRoundRobin:
      return std::make_unique<RoundRobinBalancer>(endpoints, rotation());
    case Simple::kUnspecified:
    case Simple::kLeastConn:
    case Simple::kLeastRequest:
    case Simple::kPassthrough:  // Has no endpoints to balance.
      break;
  }
  return std::make_unique<LeastRequestBalancer>(endpoints, LeastRequestSettings(), random,
                                                std::move(rotation));
}

// The embedder's own balancer that is to serve, or nullptr.
const CustomBalancers::Make* FindCustom(const CustomBalancers* custom) {
  if (custom == nullptr || custom->for_all.empty()) return nullptr;
  const auto found = custom->by_name.find(custom->for_all);
  return found == custom->by_name.end() ? nullptr : &found->second;
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
  const CustomBalancers::Make* const custom = FindCustom(environment.custom);
  RandomSource& random = environment.random;
  const PriorityBalancer::MakeBalancer make = [&](const EndpointList& list, uint32_t priority,
                                                  EndpointList::Eligible eligible) {
    if (custom != nullptr) return (*custom)(list, random);
    return MakeAlgorithm(settings, list, random,
                         [rotations = environment.rotations, priority, eligible, &random] {
                           return rotations->Of(priority, eligible, random);
                         });
  };
  PriorityBalancer::Settings levels;
  if (policy.outlier_detection.has_value()) {
    levels.panic_threshold = static_cast<uint32_t>(policy.outlier_detection->min_health_percent);
  }
  if (levels.panic_threshold == 0 && AllAlike(endpoints)) {
    const uint32_t priority = endpoints.size() == 0 ? 0 : endpoints.at(0).spec().priority;
    return make(endpoints.available(), priority, EndpointList::Eligible::kHealthy);
  }
  if (custom == nullptr && settings.consistent_hash.has_value()) {
    levels.by_hash = PriorityBalancer::ByHash::kYes;
  }
  return std::make_unique<PriorityBalancer>(endpoints, levels, make, random);
}

}  // namespace meshroute
