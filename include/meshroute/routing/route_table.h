// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROUTING_ROUTE_TABLE_H_
#define MESHROUTE_ROUTING_ROUTE_TABLE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/config/destination_key.h"
#include "meshroute/config/destination_rules.h"
#include "meshroute/config/mesh_options.h"
#include "meshroute/config/services.h"
#include "meshroute/config/validated_config.h"
#include "meshroute/message/request_view.h"
#include "meshroute/routing/connection_table.h"
#include "meshroute/routing/route.h"
#include "meshroute/routing/route_listing.h"
#include "meshroute/routing/traffic_split.h"

namespace meshroute {

struct Decision;  // telemetry/decision.h

// What a RouteTable is compiled from. Views for the time of the compilation.
struct RouteTableInputs {
  const ValidatedConfig& config;
  const ClientIdentity& client;
  const MeshOptions& mesh;
  const Services& services;
  const DestinationRules& destination_rules;

  // Passed ValidateSplits. Their weights and tags do not matter here.
  std::span<const TrafficSplit> splits{};
};

// A destination that some rule, mirror or default route names, with what its
// pool is to be made of. Pointers lead into the table's inputs.
struct RoutedDestination {
  // Its port: the one the rule names; else the addressed one if the service has
  // it; else the service's only port. 0: none of these, which for a declared
  // service means that calls are answered 503 NC.
  DestinationKey key;

  // nullptr where nothing declares the host: calls are answered 503 NC, unless
  // the embedder gives it endpoints.
  const Service* service = nullptr;

  // The DestinationRule chosen for the host, or nullptr.
  const DestinationRule* rule = nullptr;

  // The subset's definition; nullptr without a subset. A named subset that the
  // rule does not define leaves `subset_missing` set: 503 NC.
  const Subset* subset = nullptr;
  bool subset_missing = false;
};

// The result of a look-up. Pointers live as long as the table.
struct RouteMatch {
  // The authority is known: some VirtualService or service answers for it.
  bool host_known = false;

  // The name of the virtual host: "reviews.default.svc.cluster.local".
  std::string_view virtual_host;

  // The addressed port: from the authority; else the scheme's, unless a service
  // is declared for the host that has another single port, which it then is.
  uint32_t port = 0;

  // nullptr where the host is known and no rule matches: 404 NR.
  const Route* route = nullptr;
};

// All VirtualServices that apply to one client, compiled: which rule governs a
// request.
//
//   std::unique_ptr<RouteTable> table = RouteTable::Compile(inputs);
//   RouteMatch match = table->Match({.authority = "reviews:9080", .path = "/reviews/1"});
//   if (match.route != nullptr) {
//     size_t position = match.route->PickDestination(random.Next());
//     table->destinations()[match.route->destinations[position].destination].key;
//   }
//
// Host by one hash look-up (then wildcards, longest first), then the first rule
// that matches. A service without a VirtualService, or whose VirtualService has
// no rule for this client and port, gets one default route to itself. Unlike a
// sidecar, a VirtualService's host counts on every port even if nothing declares
// it as a service. Immutable, thread-safe; Match does not allocate.
class RouteTable {
 public:
  // Never fails: what cannot be routed answers as Istio's sidecar would.
  // `inputs` must outlive the table.
  static std::unique_ptr<RouteTable> Compile(const RouteTableInputs& inputs);

  ~RouteTable();
  RouteTable(const RouteTable&) = delete;
  RouteTable& operator=(const RouteTable&) = delete;

  // The rule for `request`, whose path is normalised already.
  RouteMatch Match(const RequestView& request) const;

  // As Match, and tells in `decision` why: its host, rules and route. For people:
  // costs what compiling the VirtualServices costs.
  RouteMatch Explain(const RequestView& request, Decision& decision) const;

  // Every virtual host with its rules, by name, for people and tools.
  std::vector<VirtualHostListing> List() const;

  // The `tls` and `tcp` rules, for callers that open connections of their own.
  const ConnectionTable& connections() const;

  // Every destination of any rule, those of connections too; Route and
  // ConnectionRoute refer to them by index. No two have the same key. The port of a
  // host that nothing declares is 0 unless a rule names it: whatever is dialled.
  const std::vector<RoutedDestination>& destinations() const { return destinations_; }

  // Of each of the inputs' splits, why it manages no rule: "VirtualService
  // prod/reviews does not exist". Empty: it manages one.
  const std::vector<std::string>& split_problems() const;

 private:
  struct Tables;
  struct Found;

  Found Find(const RequestView& request) const;

  RouteTable(std::unique_ptr<const Tables> tables, std::vector<RoutedDestination> destinations);

  std::unique_ptr<const Tables> tables_;
  std::vector<RoutedDestination> destinations_;
};

// RFC 3986 normalisation as the sidecar does it before matching: resolves dot
// segments ("%2e" is a dot too), turns '\' into '/', does not merge slashes or
// decode; the query stays. An empty path becomes "/". Empty where `path` is
// normal already, which is the common case and allocates nothing.
std::optional<std::string> NormalizePath(std::string_view path);

}  // namespace meshroute

#endif  // MESHROUTE_ROUTING_ROUTE_TABLE_H_
