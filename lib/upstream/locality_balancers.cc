// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/locality_balancers.h"

#include <utility>
#include <vector>

#include "lib/upstream/locality_sources.h"
#include "lib/upstream/own_zone_balancer.h"
#include "lib/upstream/weighted_locality_balancer.h"

namespace meshroute {
namespace {

using Choice = LocalityPlan::Choice;
using Eligible = EndpointList::Eligible;

// The zone is preferred where a client's requests go first, and among healthy endpoints.
bool PrefersOwnZone(const LocalityPlan& plan, const Rotations::List& list) {
  return plan.choice == Choice::kOwnZone && list.priority == 0 &&
         list.eligible == Eligible::kHealthy;
}

bool ChoosesByWeight(const LocalityPlan& plan, const Rotations::List& list) {
  return plan.choice == Choice::kByWeight && list.eligible != Eligible::kAll;
}

std::vector<uint64_t> WeightsOf(const LocalityPlan& plan, uint32_t priority,
                                const LocalityMembers& localities) {
  std::vector<uint64_t> weights;
  for (const auto& [name, members] : localities) {
    const auto found = plan.weights.find({priority, name});
    weights.push_back(found == plan.weights.end() ? 0 : found->second);
  }
  return weights;
}

}  // namespace

std::unique_ptr<LoadBalancer> MakeLocalityBalancer(const LocalityPlan& plan,
                                                   const EndpointList& endpoints,
                                                   const Rotations::List& list,
                                                   const MakeListBalancer& make,
                                                   RandomSource& random) {
  const LocalitySources::MakeBalancer make_part = [&](const EndpointList& part,
                                                      const std::string& locality) {
    return make(part, {list.priority, list.eligible, locality});
  };
  if (PrefersOwnZone(plan, list)) {
    LocalitySources zones(ByZone(endpoints.members(), plan.client_locality), list.eligible,
                          make_part);
    return std::make_unique<OwnZoneBalancer>(std::move(zones), make(endpoints, list),
                                             plan.minimum_zone_aware, random);
  }
  if (ChoosesByWeight(plan, list)) {
    LocalityMembers localities = ByLocality(endpoints.members(), plan.client_locality);
    if (localities.size() > 1) {
      std::vector<uint64_t> weights = WeightsOf(plan, list.priority, localities);
      return std::make_unique<WeightedLocalityBalancer>(
          LocalitySources(std::move(localities), list.eligible, make_part), std::move(weights),
          random);
    }
  }
  return make(endpoints, list);
}

}  // namespace meshroute
