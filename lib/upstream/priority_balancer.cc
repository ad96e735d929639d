// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/priority_balancer.h"

#include <map>
#include <utility>

namespace meshroute {
namespace {

PriorityHealth CountHealth(const std::vector<const Endpoint*>& members) {
  PriorityHealth health;
  health.endpoints = members.size();
  for (const Endpoint* member : members) {
    if (member->spec().health == EndpointSpec::Health::kDraining) ++health.excluded;
    if (member->ejected()) continue;
    if (member->spec().health == EndpointSpec::Health::kHealthy) ++health.healthy;
    if (member->spec().health == EndpointSpec::Health::kDegraded) ++health.degraded;
  }
  return health;
}

bool HasDegraded(const std::vector<const Endpoint*>& members) {
  for (const Endpoint* member : members) {
    if (member->spec().health == EndpointSpec::Health::kDegraded) return true;
  }
  return false;
}

}  // namespace

PriorityBalancer::PriorityBalancer(const EndpointSet& endpoints, Settings settings,
                                   const MakeBalancer& make, RandomSource& random)
    : settings_(settings), random_(random) {
  std::map<uint32_t, std::vector<const Endpoint*>> members_by_priority;
  for (size_t i = 0; i < endpoints.size(); ++i) {
    const Endpoint& endpoint = endpoints.at(i);
    members_by_priority[endpoint.spec().priority].push_back(&endpoint);
  }
  for (auto& [priority, members] : members_by_priority) {
    const auto make_source = [&, number = priority,
                              &listed = members](EndpointList::Eligible eligible) {
      std::unique_ptr<Source> source(new Source{EndpointList(listed, eligible), nullptr});
      source->balancer = make(source->endpoints, number, eligible);
      if (source->balancer->hears_ends()) HearEnds();
      return source;
    };
    Level level;
    level.healthy = make_source(EndpointList::Eligible::kHealthy);
    if (settings.by_hash == ByHash::kNo && HasDegraded(members)) {
      level.degraded = make_source(EndpointList::Eligible::kDegraded);
    }
    if (settings.panic_threshold > 0) level.all = make_source(EndpointList::Eligible::kAll);
    level.members = std::move(members);
    levels_.push_back(std::move(level));
  }
  Divide();
}

const Endpoint* PriorityBalancer::Pick(const PickContext& context) {
  PickContext inner = context;
  const bool by_hash = settings_.by_hash == ByHash::kYes;
  if (by_hash && !inner.hash.has_value()) inner.hash = random_.Next();
  Source* source = sole_.load(std::memory_order_acquire);
  if (source == nullptr) {
    if (levels_.empty()) return nullptr;
    const uint64_t draw = by_hash ? *inner.hash : random_.Next();
    source = shares_[draw % shares_.size()].load(std::memory_order_acquire);
  }
  if (const Endpoint* endpoint = source->balancer->Pick(inner)) return endpoint;
  return PickElsewhere(source, inner);
}

// A source that has a share has an endpoint to give, but for the moment of a
// change, when its list may be empty already and its share not yet gone.
const Endpoint* PriorityBalancer::PickElsewhere(const Source* tried, const PickContext& context) {
  for (const std::atomic<Source*>& share : shares_) {
    Source* const source = share.load(std::memory_order_acquire);
    if (source == tried) continue;
    tried = source;
    if (const Endpoint* endpoint = source->balancer->Pick(context)) return endpoint;
  }
  return nullptr;
}

void PriorityBalancer::OnAvailabilityChange() {
  for (const Level& level : levels_) {
    for (Source* source : {level.healthy.get(), level.degraded.get()}) {
      if (source == nullptr) continue;
      source->endpoints.Refresh();
      source->balancer->OnAvailabilityChange();
    }
  }
  Divide();
}

// Which source the attempt came from is not known any more: each knows its own.
void PriorityBalancer::OnEnd(const Endpoint& endpoint, const Outcome& outcome, TimePoint now) {
  for (const Level& level : levels_) {
    for (Source* source : {level.healthy.get(), level.degraded.get(), level.all.get()}) {
      if (source != nullptr) source->balancer->OnEnd(endpoint, outcome, now);
    }
  }
}

PriorityBalancer::Source* PriorityBalancer::HealthySource(const Level& level,
                                                          const PriorityLoad& load) const {
  return load.panic ? level.all.get() : level.healthy.get();
}

PriorityBalancer::Source* PriorityBalancer::DegradedSource(const Level& level,
                                                           const PriorityLoad& load) const {
  if (settings_.by_hash == ByHash::kYes) return HealthySource(level, load);
  return load.panic ? level.all.get() : level.degraded.get();
}

void PriorityBalancer::Divide() {
  if (levels_.empty()) return;
  std::vector<PriorityHealth> healths;
  for (const Level& level : levels_) healths.push_back(CountHealth(level.members));
  const std::vector<PriorityLoad> loads = DividePriorityLoad(healths, settings_.panic_threshold);
  std::vector<Source*> shares;
  for (size_t i = 0; i < loads.size(); ++i) {
    shares.insert(shares.end(), loads[i].healthy, HealthySource(levels_[i], loads[i]));
  }
  for (size_t i = 0; i < loads.size(); ++i) {
    shares.insert(shares.end(), loads[i].degraded, DegradedSource(levels_[i], loads[i]));
  }
  bool one_serves_all = true;
  for (size_t i = 0; i < shares_.size(); ++i) {
    shares_[i].store(shares[i], std::memory_order_release);
    one_serves_all = one_serves_all && shares[i] == shares[0];
  }
  sole_.store(one_serves_all ? shares[0] : nullptr, std::memory_order_release);
}

}  // namespace meshroute
