// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_UPSTREAM_LOCALITY_PLAN_H_
#define MESHROUTE_UPSTREAM_LOCALITY_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "meshroute/config/destination_rules.h"
#include "meshroute/config/mesh_options.h"
#include "meshroute/upstream/endpoint.h"

namespace meshroute {

// What decides where a destination's requests go, seen from one client; nothing:
// endpoints are picked without regard to their locality.
using LocalitySetting = std::variant<std::monostate, LocalityLbSetting, ZoneAwareLbSetting>;

// The first that there is of: the rule's zoneAwareLbSetting, its localityLbSetting, the
// mesh's zone-aware setting, the mesh's locality setting. None is merged with another,
// and one that says `enabled: false` ends the search with nothing.
LocalitySetting ChooseLocalitySetting(const EffectivePolicy& policy);

// Where the requests of one client go, by the locality of each endpoint: what Istio's
// control plane works out for a sidecar. Made by PlanLocalities.
//
// - `distribute` gives each locality that the first entry for the client names its share;
//   one that several localities fit is divided by their endpoints' weights, rounded up.
//   Endpoints elsewhere are left out, even if all that are named are down.
// - Otherwise, and only with outlierDetection (nothing else tells that a locality fails):
//   `failoverPriority` orders endpoints by how many of its labels, from the first on, are
//   as the client's or as the constant written behind '='; a network label that comes
//   first does not end the comparison where it differs, but sets the endpoint behind all
//   of the client's network. `failover`, or no more than `enabled`, orders them by place:
//   0 the client's subzone, 1 its zone, 2 its region, 3 elsewhere; with an entry for the
//   client's region 3 is the region that it leads to and 4 elsewhere. With both, place
//   orders what the labels leave equal.
// - zoneAwareLbSetting: `failoverPriority`, then 0 the client's region, 1 the one that
//   `failover` leads to, 2 elsewhere, all with outlierDetection only; and with or without
//   it the client's own zone is preferred in the first priority.
//
// A client without a locality has no order by place, one without labels none by labels.
// Numbers that nobody has are closed up: priorities are 0, 1, 2 ... An
// EndpointSpec::priority of the embedder comes first: all of its 0 before all of its 1,
// and the plan orders inside each.
struct LocalityPlan {
  // How one of the localities of a priority is chosen.
  enum class Choice : uint8_t {
    kPooled,    // Not at all: its endpoints are one list.
    kByWeight,  // By `weights`: with distribute, and with a failover or failoverPriority
                // that is in force.
    kOwnZone,   // The client's zone as far as its endpoints reach, then the others.
  };

  // By priority and locality.
  using Weights = std::map<std::pair<uint32_t, std::string>, uint64_t>;

  // Of each endpoint, in the given order; nullopt: it is left out. Empty: all are of
  // priority 0, as they were declared.
  std::vector<std::optional<uint32_t>> priorities{};
  Choice choice = Choice::kPooled;
  Weights weights{};                // Of kByWeight; each 1 or more.
  std::string client_locality{};    // Of the client for whom this is.
  uint64_t minimum_zone_aware = 0;  // Of kOwnZone: so few healthy endpoints are pooled.

  // What decided, for people: "localityLbSetting.distribute[1] (from us/*)".
  std::string reason{};

  // How many endpoints are left out.
  size_t left_out() const;
};

// Pure. `policy` has passed Validate.
LocalityPlan PlanLocalities(const EffectivePolicy& policy, const ClientIdentity& client,
                            const std::vector<EndpointSpec>& endpoints);

// `endpoints`, for which `plan` was made, with the priorities that it gives them and
// without those that it leaves out.
std::vector<EndpointSpec> FollowPlan(const LocalityPlan& plan, std::vector<EndpointSpec> endpoints);

}  // namespace meshroute

#endif  // MESHROUTE_UPSTREAM_LOCALITY_PLAN_H_
