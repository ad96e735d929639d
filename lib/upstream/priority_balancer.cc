// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/priority_balancer.h"

#include <map>
#include <optional>
#include <utility>

namespace meshroute {
namespace {

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
    if (serving_.size() == kRetriedLevels) continue;
    serving_.push_back(std::make_unique<Serving>());
    serving_.back()->priority = priority;
  }
  Divide();
}

const Endpoint* PriorityBalancer::Pick(const PickContext& context) {
  if (levels_.empty()) return nullptr;
  PickContext inner = context;
  if (settings_.by_hash == ByHash::kYes && !inner.hash.has_value()) inner.hash = random_.Next();
  Source* source = nullptr;
  if (inner.tried_priorities != nullptr) source = ChooseUntried(inner);
  if (source == nullptr) source = Choose(inner);
  if (const Endpoint* endpoint = source->balancer->Pick(inner)) return endpoint;
  return PickElsewhere(source, inner);
}

uint64_t PriorityBalancer::Draw(const PickContext& context) {
  return settings_.by_hash == ByHash::kYes ? *context.hash : random_.Next();
}

PriorityBalancer::Source* PriorityBalancer::Choose(const PickContext& context) {
  Source* const sole = sole_.load(std::memory_order_acquire);
  if (sole != nullptr) return sole;
  return shares_[Draw(context) % shares_.size()].load(std::memory_order_acquire);
}

PriorityBalancer::Source* PriorityBalancer::ChooseUntried(const PickContext& context) {
  TriedPriorities& tried = *context.tried_priorities;
  if (!tried.Divides()) return nullptr;
  std::array<PriorityCapacity, kRetriedLevels> capacities{};
  std::array<PriorityLoad, kRetriedLevels> loads{};
  const auto divide = [&] {
    for (size_t i = 0; i < serving_.size(); ++i) {
      const Serving& level = *serving_[i];
      if (tried.leaves(level.priority)) continue;
      capacities[i] = {level.healthy_capacity.load(std::memory_order_relaxed),
                       level.degraded_capacity.load(std::memory_order_relaxed)};
    }
    return DivideRetryLoad(std::span(capacities).first(serving_.size()),
                           std::span(loads).first(serving_.size()));
  };
  if (!divide()) {
    tried.Forget();
    if (!divide()) return nullptr;
  }
  return Draw(std::span(loads).first(serving_.size()), context);
}

PriorityBalancer::Source* PriorityBalancer::Draw(std::span<const PriorityLoad> loads,
                                                 const PickContext& context) {
  std::optional<uint64_t> draw;
  const auto falls_to = [&](uint32_t load) {
    if (load == 0) return false;
    if (load == 100) return true;
    if (!draw.has_value()) draw = Draw(context) % 100;
    if (*draw < load) return true;
    *draw -= load;
    return false;
  };
  for (size_t i = 0; i < loads.size(); ++i) {
    if (falls_to(loads[i].healthy)) return serving_[i]->healthy.load(std::memory_order_acquire);
  }
  for (size_t i = 0; i < loads.size(); ++i) {
    if (falls_to(loads[i].degraded)) return serving_[i]->degraded.load(std::memory_order_acquire);
  }
  return nullptr;  // Not reached: loads sum up to 100.
}

// A source that has a share has an endpoint to give, but for the moment of a
// change, when its list may be empty already and its share not yet gone. Then those
// that are to have it may have none yet: all are asked.
const Endpoint* PriorityBalancer::PickElsewhere(const Source* tried, const PickContext& context) {
  for (const Level& level : levels_) {
    for (Source* source : {level.healthy.get(), level.degraded.get()}) {
      if (source == nullptr || source == tried) continue;
      if (const Endpoint* endpoint = source->balancer->Pick(context)) return endpoint;
    }
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
  for (size_t i = 0; i < serving_.size(); ++i) {
    const PriorityCapacity capacity = CapacityOf(healths[i]);
    serving_[i]->healthy.store(HealthySource(levels_[i], loads[i]), std::memory_order_release);
    serving_[i]->degraded.store(DegradedSource(levels_[i], loads[i]), std::memory_order_release);
    serving_[i]->healthy_capacity.store(capacity.healthy, std::memory_order_relaxed);
    serving_[i]->degraded_capacity.store(capacity.degraded, std::memory_order_relaxed);
  }
  bool one_serves_all = true;
  for (size_t i = 0; i < shares_.size(); ++i) {
    shares_[i].store(shares[i], std::memory_order_release);
    one_serves_all = one_serves_all && shares[i] == shares[0];
  }
  sole_.store(one_serves_all ? shares[0] : nullptr, std::memory_order_release);
}

}  // namespace meshroute
