// SPDX-License-Identifier: Apache-2.0
#include "lib/router/locality_report.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "lib/upstream/locality_shares.h"
#include "lib/upstream/locality_sources.h"
#include "lib/upstream/priority_loads.h"

namespace meshroute {
namespace {

using Choice = LocalityPlan::Choice;
using Localities = std::vector<Decision::PriorityShare::Locality>;
using Members = std::vector<const Endpoint*>;

size_t CountEligible(const Members& members) {
  return static_cast<size_t>(std::count_if(members.begin(), members.end(),
                                           [](const Endpoint* one) { return one->available(); }));
}

bool ByHash(const SubsetPool& pool) {
  const auto& settings = pool.policy().load_balancer;
  return settings.has_value() && settings->consistent_hash.has_value();
}

// A ring has the weights as they are of those that have an endpoint left.
double ShareOf(const LocalityHealth& health, bool by_hash) {
  if (!by_hash) return EffectiveWeight(health);
  return health.eligible == 0 ? 0 : static_cast<double>(health.weight);
}

Localities ByWeight(const SubsetPool& pool, uint32_t priority, const Members& members) {
  const LocalityPlan& plan = pool.endpoints().plan();
  Localities localities;
  double sum = 0;
  for (const auto& [name, group] : ByLocality(members, plan.client_locality)) {
    const auto weight = plan.weights.find({priority, name});
    const uint64_t known = weight == plan.weights.end() ? 0 : weight->second;
    const size_t eligible = CountEligible(group);
    const double share = ShareOf(HealthOf(group, known, eligible), ByHash(pool));
    localities.push_back({name, known, share, group.size(), eligible});
    sum += share;
  }
  for (auto& locality : localities) locality.percent *= sum > 0 ? 100 / sum : 0;
  return localities;
}

Localities ByOwnZone(const LocalityPlan& plan, const Members& members) {
  Localities localities;
  std::vector<uint64_t> eligible;
  for (const auto& [name, group] : ByZone(members, plan.client_locality)) {
    eligible.push_back(CountEligible(group));
    localities.push_back({name, 0, 0, group.size(), eligible.back()});
  }
  const ZoneShares shares = DivideByZone(eligible, plan.minimum_zone_aware);
  if (shares.pooled) return {};
  localities.front().percent = shares.own * 100.0 / ZoneShares::kAll;
  const double rest = 100 - localities.front().percent;
  for (size_t i = 1; i < localities.size() && rest > 0; ++i) {
    const uint32_t part = shares.others[i] - shares.others[i - 1];
    localities[i].percent = rest * part / shares.others.back();
  }
  return localities;
}

Localities LocalitiesOf(const SubsetPool& pool, uint32_t priority, const Members& members) {
  const LocalityPlan& plan = pool.endpoints().plan();
  if (plan.choice == Choice::kByWeight) {
    Localities localities = ByWeight(pool, priority, members);
    if (localities.size() > 1) return localities;
  }
  const bool prefers = plan.choice == Choice::kOwnZone && priority == 0 && !ByHash(pool);
  return prefers ? ByOwnZone(plan, members) : Localities();
}

}  // namespace

void ReportLocalities(const SubsetPool& pool, Decision::Pool& report) {
  const EndpointSet& endpoints = pool.endpoints();
  report.locality_reason = endpoints.plan().reason;
  report.client_locality = endpoints.plan().client_locality;
  report.left_out_count = endpoints.plan().left_out();

  std::map<uint32_t, Members> by_priority;
  for (size_t i = 0; i < endpoints.size(); ++i) {
    by_priority[endpoints.at(i).spec().priority].push_back(&endpoints.at(i));
  }
  std::vector<PriorityHealth> healths;
  for (const auto& [priority, members] : by_priority) healths.push_back(CountHealth(members));
  const auto& detection = pool.policy().outlier_detection;
  const std::vector<PriorityLoad> loads = DividePriorityLoad(
      healths, detection ? static_cast<uint32_t>(detection->min_health_percent) : 0);
  for (const auto& [priority, members] : by_priority) {
    const PriorityLoad& load = loads[report.priorities.size()];
    report.priorities.push_back(
        {.priority = priority,
         .percent = load.healthy,
         .degraded_percent = load.degraded,
         .panic = load.panic,
         .localities = load.panic ? Localities() : LocalitiesOf(pool, priority, members)});
  }
}

}  // namespace meshroute
