// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_LOCALITY_SOURCES_H_
#define MESHROUTE_LIB_UPSTREAM_LOCALITY_SOURCES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/upstream/locality_shares.h"
#include "meshroute/upstream/endpoint_list.h"
#include "meshroute/upstream/load_balancer.h"
#include "meshroute/upstream/locality_plan.h"

namespace meshroute {

// One list's members apart by locality: the client's own first, the others in order of
// their regions, zones and subzones.
using LocalityMembers = std::vector<std::pair<std::string, std::vector<const Endpoint*>>>;
LocalityMembers ByLocality(const std::vector<const Endpoint*>& members,
                           const std::string& client_locality);

// As ByLocality, by "region/zone". The first is the client's, perhaps without a member.
LocalityMembers ByZone(const std::vector<const Endpoint*>& members,
                       const std::string& client_locality);

// How `members` of one locality are. `eligible` of them may be picked.
LocalityHealth HealthOf(const std::vector<const Endpoint*>& members, uint64_t weight,
                        uint64_t eligible);

// The localities of one list, each with a balancer of its own. Thread-safe for readers;
// Refresh is for one thread at a time.
class LocalitySources {
 public:
  // Makes the balancer of one locality's list.
  using MakeBalancer = std::function<std::unique_ptr<LoadBalancer>(const EndpointList& endpoints,
                                                                   const std::string& locality)>;

  LocalitySources(LocalityMembers members, EndpointList::Eligible eligible,
                  const MakeBalancer& make);

  size_t size() const { return sources_.size(); }
  const std::string& name(size_t index) const { return sources_[index]->name; }
  const EndpointList& endpoints(size_t index) const { return sources_[index]->endpoints; }

  const Endpoint* Pick(size_t index, const PickContext& context) const {
    return sources_[index]->balancer->Pick(context);
  }

  // For the moment of a change, when a locality that was chosen has nobody left: the first
  // that has an endpoint to give.
  const Endpoint* PickFromAny(const PickContext& context) const;

  void Refresh();

  // As those of LoadBalancer.
  bool hears_ends() const;
  void OnEnd(const Endpoint& endpoint, const Outcome& outcome, TimePoint now) const;

 private:
  struct Source {
    std::string name;
    EndpointList endpoints;
    std::unique_ptr<LoadBalancer> balancer;
  };
  std::vector<std::unique_ptr<Source>> sources_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_LOCALITY_SOURCES_H_
