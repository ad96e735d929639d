// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/locality_sources.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "lib/upstream/locality_name.h"

namespace meshroute {
namespace {

struct ByParts {
  bool operator()(const std::string& a, const std::string& b) const {
    const LocalityName left(a);
    const LocalityName right(b);
    return std::tie(left.region, left.zone, left.subzone, a) <
           std::tie(right.region, right.zone, right.subzone, b);
  }
};

using Groups = std::map<std::string, std::vector<const Endpoint*>, ByParts>;

LocalityMembers OwnFirst(Groups groups, const std::string& own) {
  LocalityMembers members;
  if (const auto found = groups.find(own); found != groups.end()) {
    members.emplace_back(own, std::move(found->second));
    groups.erase(found);
  }
  for (auto& [name, group] : groups) members.emplace_back(name, std::move(group));
  return members;
}

std::string ZoneOf(const std::string& locality) {
  const LocalityName place(locality);
  std::string zone(place.region);
  if (!place.zone.empty()) zone.append("/").append(place.zone);
  return zone;
}

}  // namespace

LocalityMembers ByLocality(const std::vector<const Endpoint*>& members,
                           const std::string& client_locality) {
  Groups groups;
  for (const Endpoint* member : members) groups[member->spec().locality].push_back(member);
  return OwnFirst(std::move(groups), client_locality);
}

LocalityMembers ByZone(const std::vector<const Endpoint*>& members,
                       const std::string& client_locality) {
  const std::string own = ZoneOf(client_locality);
  Groups groups;
  groups[own];
  for (const Endpoint* member : members) groups[ZoneOf(member->spec().locality)].push_back(member);
  return OwnFirst(std::move(groups), own);
}

LocalityHealth HealthOf(const std::vector<const Endpoint*>& members, uint64_t weight,
                        uint64_t eligible) {
  LocalityHealth health{.weight = weight, .eligible = eligible, .counted = 0};
  for (const Endpoint* member : members) {
    if (member->spec().health != EndpointSpec::Health::kDraining) ++health.counted;
  }
  return health;
}

LocalitySources::LocalitySources(LocalityMembers members, EndpointList::Eligible eligible,
                                 const MakeBalancer& make) {
  for (auto& [name, group] : members) {
    std::unique_ptr<Source> source(
        new Source{std::move(name), EndpointList(std::move(group), eligible), nullptr});
    source->balancer = make(source->endpoints, source->name);
    sources_.push_back(std::move(source));
  }
}

const Endpoint* LocalitySources::PickFromAny(const PickContext& context) const {
  for (const std::unique_ptr<Source>& source : sources_) {
    if (const Endpoint* endpoint = source->balancer->Pick(context)) return endpoint;
  }
  return nullptr;
}

void LocalitySources::Refresh() {
  for (const std::unique_ptr<Source>& source : sources_) {
    source->endpoints.Refresh();
    source->balancer->OnAvailabilityChange();
  }
}

bool LocalitySources::hears_ends() const {
  return std::any_of(sources_.begin(), sources_.end(),
                     [](const auto& source) { return source->balancer->hears_ends(); });
}

void LocalitySources::OnEnd(const Endpoint& endpoint, const Outcome& outcome, TimePoint now) const {
  for (const std::unique_ptr<Source>& source : sources_) {
    source->balancer->OnEnd(endpoint, outcome, now);
  }
}

}  // namespace meshroute
