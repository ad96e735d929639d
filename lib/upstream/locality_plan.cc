// SPDX-License-Identifier: Apache-2.0
#include "meshroute/upstream/locality_plan.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "lib/upstream/locality_name.h"
#include "lib/upstream/locality_order.h"

namespace meshroute {
namespace {

constexpr uint64_t kDefaultMinimumZoneAware = 6;

using Choice = LocalityPlan::Choice;

bool IsEnabled(const std::optional<bool>& enabled) { return enabled.value_or(true); }

uint64_t WeightOf(const EndpointSpec& endpoint) { return std::max<uint32_t>(1, endpoint.weight); }

// Whether the policy's own setting decides, not the mesh's.
bool IsOfRule(const EffectivePolicy& policy) {
  return policy.load_balancer.has_value() &&
         (policy.load_balancer->zone_aware_lb_setting || policy.load_balancer->locality_lb_setting);
}

// The two numbers by which an endpoint's priority is ranked.
using Rank = std::pair<uint32_t, uint64_t>;

// What one plan is made from, and the plan as far as it is made.
class Planner {
 public:
  Planner(const EffectivePolicy& policy, const ClientIdentity& client,
          const std::vector<EndpointSpec>& endpoints)
      : policy_(policy), client_(client), endpoints_(endpoints), place_(client.locality) {
    plan_.client_locality = client.locality;
  }

  LocalityPlan Make(const LocalitySetting& setting) {
    RankByDeclared();
    std::visit([this](const auto& chosen) { Follow(chosen); }, setting);
    return std::move(plan_);
  }

 private:
  void Follow(std::monostate) { plan_.reason = "not enabled"; }
  void Follow(const LocalityLbSetting& setting);
  void Follow(const ZoneAwareLbSetting& setting);

  void Distribute(const LocalityLbSetting& setting);
  void Share(const LocalityLbSetting::Distribute& entry);

  template <typename Setting>
  bool OrderByLabels(const Setting& setting);
  bool OrderByPlace(const std::vector<LocalityLbSetting::Failover>& failover,
                    PlaceOrder::Detail detail);

  bool has_outlier_detection() const { return policy_.outlier_detection.has_value(); }
  void Because(std::string_view what);
  void RankByDeclared();
  uint32_t PriorityOf(size_t endpoint) const;
  void ClosePriorities();
  void WeighByEndpoints();

  const EffectivePolicy& policy_;
  const ClientIdentity& client_;
  const std::vector<EndpointSpec>& endpoints_;
  const LocalityName place_;
  std::vector<Rank> ranks_;  // By endpoint.
  std::vector<bool> left_out_;
  LocalityPlan plan_;
};

void Planner::Because(std::string_view what) {
  if (!plan_.reason.empty()) plan_.reason += "; ";
  absl::StrAppend(&plan_.reason, std::string(what));
}

void Planner::Follow(const LocalityLbSetting& setting) {
  if (!setting.distribute.empty()) {
    Distribute(setting);
    return;
  }
  if (!has_outlier_detection()) {
    plan_.reason = "no outlierDetection, so nothing fails over";
    return;
  }
  const bool by_labels = OrderByLabels(setting);
  bool by_place = false;
  if (setting.failover_priority.empty() || !setting.failover.empty()) {
    by_place = OrderByPlace(setting.failover, PlaceOrder::Detail::kSubzones);
  }
  if (by_labels || by_place) ClosePriorities();
  if (!setting.failover.empty() || !setting.failover_priority.empty()) WeighByEndpoints();
}

void Planner::Follow(const ZoneAwareLbSetting& setting) {
  if (has_outlier_detection()) {
    const bool by_labels = OrderByLabels(setting);
    const bool by_place = OrderByPlace(setting.failover, PlaceOrder::Detail::kRegions);
    if (by_labels || by_place) ClosePriorities();
  } else {
    Because("no outlierDetection, so nothing fails over");
  }
  if (place_.zone.empty()) {
    Because("the client's zone is not known");
    return;
  }
  Because("its own zone");
  plan_.choice = Choice::kOwnZone;
  plan_.minimum_zone_aware = setting.min_cluster_size.value_or(kDefaultMinimumZoneAware);
}

// A weight choice is made even where no entry is for the client, as in Istio.
void Planner::Distribute(const LocalityLbSetting& setting) {
  WeighByEndpoints();
  for (size_t i = 0; i < setting.distribute.size(); ++i) {
    const LocalityLbSetting::Distribute& entry = setting.distribute[i];
    if (!place_.Fits(LocalityName(entry.from))) continue;
    Because(absl::StrCat("distribute[", i, "] (from ", entry.from, ")"));
    Share(entry);
    return;
  }
  Because("distribute has no entry for the client");
}

// Gives each locality its part of the share that is meant for it, in each of the
// embedder's priorities apart.
void Planner::Share(const LocalityLbSetting::Distribute& entry) {
  LocalityPlan::Weights shares;
  for (const auto& [to, share] : entry.to) {
    std::map<uint32_t, uint64_t> totals;
    for (const auto& [place, weight] : plan_.weights) {
      if (LocalityName(place.second).Fits(LocalityName(to))) totals[place.first] += weight;
    }
    for (const auto& [place, weight] : plan_.weights) {
      if (!LocalityName(place.second).Fits(LocalityName(to)) || shares.contains(place)) continue;
      const uint64_t total = totals[place.first];
      shares[place] = (weight * share + total - 1) / total;
    }
  }
  left_out_.resize(endpoints_.size());
  std::vector<std::pair<uint32_t, std::string>> places;  // By endpoint, as shares name them.
  for (size_t i = 0; i < endpoints_.size(); ++i) {
    places.emplace_back(PriorityOf(i), endpoints_[i].locality);
    left_out_[i] = !shares.contains(places[i]);
  }
  ClosePriorities();
  plan_.weights.clear();
  for (size_t i = 0; i < endpoints_.size(); ++i) {
    if (!left_out_[i]) plan_.weights[{PriorityOf(i), places[i].second}] = shares[places[i]];
  }
}

template <typename Setting>
bool Planner::OrderByLabels(const Setting& setting) {
  if (setting.failover_priority.empty()) return false;
  const Labels labels = ClientLabels(client_);
  if (labels.empty()) {
    Because("failoverPriority does nothing for a client without labels");
    return false;
  }
  const LabelOrder order(setting.failover_priority, labels);
  for (size_t i = 0; i < endpoints_.size(); ++i) ranks_[i].second = order.Of(endpoints_[i]);
  Because("failoverPriority");
  return true;
}

bool Planner::OrderByPlace(const std::vector<LocalityLbSetting::Failover>& failover,
                           PlaceOrder::Detail detail) {
  if (client_.locality.empty()) {
    Because("the client's locality is not known");
    return false;
  }
  const PlaceOrder order(place_, failover, detail);
  for (size_t i = 0; i < endpoints_.size(); ++i) {
    ranks_[i].second = ranks_[i].second * PlaceOrder::kPlaces + order.Of(endpoints_[i].locality);
  }
  Because(failover.empty() ? "nearest first" : "nearest first with failover");
  return true;
}

void Planner::RankByDeclared() {
  ranks_.resize(endpoints_.size());
  bool differ = false;
  for (size_t i = 0; i < endpoints_.size(); ++i) {
    ranks_[i] = {endpoints_[i].priority, 0};
    differ = differ || endpoints_[i].priority != 0;
  }
  if (differ) ClosePriorities();
}

uint32_t Planner::PriorityOf(size_t endpoint) const {
  return plan_.priorities.empty() ? 0 : plan_.priorities[endpoint].value_or(0);
}

// Ranks become priorities 0, 1, 2 ...
void Planner::ClosePriorities() {
  std::vector<Rank> used;
  for (size_t i = 0; i < ranks_.size(); ++i) {
    if (left_out_.empty() || !left_out_[i]) used.push_back(ranks_[i]);
  }
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  plan_.priorities.assign(ranks_.size(), std::nullopt);
  for (size_t i = 0; i < ranks_.size(); ++i) {
    if (!left_out_.empty() && left_out_[i]) continue;
    const auto found = std::lower_bound(used.begin(), used.end(), ranks_[i]);
    plan_.priorities[i] = static_cast<uint32_t>(found - used.begin());
  }
}

void Planner::WeighByEndpoints() {
  plan_.choice = Choice::kByWeight;
  for (size_t i = 0; i < endpoints_.size(); ++i) {
    plan_.weights[{PriorityOf(i), endpoints_[i].locality}] += WeightOf(endpoints_[i]);
  }
}

}  // namespace

LocalitySetting ChooseLocalitySetting(const EffectivePolicy& policy) {
  const auto choose = [](const auto& zone_aware, const auto& locality) -> LocalitySetting {
    if (zone_aware) {
      return IsEnabled(zone_aware->enabled) ? LocalitySetting(*zone_aware) : LocalitySetting();
    }
    if (locality && IsEnabled(locality->enabled)) return *locality;
    return {};
  };
  if (IsOfRule(policy)) {
    return choose(policy.load_balancer->zone_aware_lb_setting,
                  policy.load_balancer->locality_lb_setting);
  }
  return choose(policy.mesh_zone_aware_lb_setting, policy.mesh_locality_lb_setting);
}

LocalityPlan PlanLocalities(const EffectivePolicy& policy, const ClientIdentity& client,
                            const std::vector<EndpointSpec>& endpoints) {
  LocalityPlan plan = Planner(policy, client, endpoints).Make(ChooseLocalitySetting(policy));
  const bool of_rule = IsOfRule(policy);
  const bool zone_aware = of_rule ? policy.load_balancer->zone_aware_lb_setting.has_value()
                                  : policy.mesh_zone_aware_lb_setting.has_value();
  plan.reason =
      absl::StrCat(of_rule ? "" : "mesh-wide ",
                   zone_aware ? "zoneAwareLbSetting: " : "localityLbSetting: ", plan.reason);
  return plan;
}

size_t LocalityPlan::left_out() const {
  return static_cast<size_t>(std::count(priorities.begin(), priorities.end(), std::nullopt));
}

std::vector<EndpointSpec> FollowPlan(const LocalityPlan& plan,
                                     std::vector<EndpointSpec> endpoints) {
  if (plan.priorities.empty()) return endpoints;
  size_t kept = 0;
  for (size_t i = 0; i < endpoints.size(); ++i) {
    if (!plan.priorities[i]) continue;
    if (kept != i) endpoints[kept] = std::move(endpoints[i]);
    endpoints[kept++].priority = *plan.priorities[i];
  }
  endpoints.resize(kept);
  return endpoints;
}

}  // namespace meshroute
