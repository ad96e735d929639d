// SPDX-License-Identifier: Apache-2.0
#include "meshroute/routing/route_table.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/routing/default_port.h"
#include "lib/routing/host_table.h"
#include "lib/routing/lower_host.h"
#include "lib/routing/route_explanation.h"
#include "lib/routing/route_listing.h"
#include "lib/routing/route_table_builder.h"
#include "lib/routing/virtual_host.h"
#include "meshroute/config/host_name.h"
#include "meshroute/telemetry/decision.h"

namespace meshroute {
struct RouteTable::Tables {
  RouteTableInputs inputs;
  BuiltTables built;
};

// What a look-up found.
struct RouteTable::Found {
  RouteMatch match;
  const VirtualHost* host = nullptr;
  const RuleTable* rules = nullptr;
  uint32_t rule = RuleIndex::kNone;

  // Of the wildcard that the authority fits, without its '*'; the exact name's
  // does not exist.
  static constexpr size_t kExactName = static_cast<size_t>(-1);
  size_t suffix_length = kExactName;
};

std::unique_ptr<RouteTable> RouteTable::Compile(const RouteTableInputs& inputs) {
  RouteTableBuilder builder(inputs);
  auto tables = std::make_unique<const Tables>(Tables{inputs, builder.Build()});
  return std::unique_ptr<RouteTable>(new RouteTable(std::move(tables), builder.TakeDestinations()));
}

RouteTable::RouteTable(std::unique_ptr<const Tables> tables,
                       std::vector<RoutedDestination> destinations)
    : tables_(std::move(tables)), destinations_(std::move(destinations)) {}

RouteTable::~RouteTable() = default;

const ConnectionTable& RouteTable::connections() const { return *tables_->built.connections; }

const std::vector<std::string>& RouteTable::split_problems() const {
  return tables_->built.split_problems;
}

inline RouteTable::Found RouteTable::Find(const RequestView& request) const {
  const AuthorityParts authority = SplitAuthority(request.authority);
  Found found;
  RouteMatch& match = found.match;
  const auto knows_port = [&](uint32_t number, std::string_view suffix) {
    const VirtualHost& host = tables_->built.virtual_hosts[number];
    match.port = authority.port != 0 ? authority.port : host.PortFor(request.scheme);
    found.rules = host.RulesFor(match.port);
    found.suffix_length = suffix.data() == nullptr ? Found::kExactName : suffix.size();
    return found.rules != nullptr;
  };
  const uint32_t number =
      tables_->built.hosts.Find(LowerHostView(authority.host).view(), knows_port);
  if (number == HostTable::kNone) {
    match.port = authority.port != 0 ? authority.port : DefaultPort(request.scheme);
    return found;
  }
  found.host = &tables_->built.virtual_hosts[number];
  match.host_known = true;
  match.virtual_host = found.host->name();
  found.rule = found.rules->index.FindFirst(request);
  if (found.rule != RuleIndex::kNone) match.route = &found.rules->routes[found.rule];
  return found;
}

RouteMatch RouteTable::Match(const RequestView& request) const { return Find(request).match; }

RouteMatch RouteTable::Explain(const RequestView& request, Decision& decision) const {
  const Found found = Find(request);
  const RouteMatch& match = found.match;
  const AuthorityParts authority = SplitAuthority(request.authority);
  Decision::Host& host = decision.host;
  host.known = match.host_known;
  host.port = match.port;
  host.port_reason = authority.port != 0 ? "in the authority" : "default of the scheme";
  if (!match.host_known) {
    host.reason = "no VirtualService and no service knows this host";
    return match;
  }
  if (authority.port == 0 && match.port != DefaultPort(request.scheme)) {
    host.port_reason = "the service's only port";
  }
  host.name = match.virtual_host;
  host.matched_name = LowerHost(authority.host);
  host.reason = "exact name";
  if (found.suffix_length != Found::kExactName) {
    host.matched_name.replace(0, host.matched_name.size() - found.suffix_length, "*");
    host.reason = "wildcard, the longest that fits";
  }
  if (const Service* service = tables_->inputs.services.Find(host.name)) {
    host.service = absl::StrCat(service->host, " in namespace ", service->namespace_name);
  }
  RouteExplanation explanation(tables_->inputs);
  explanation.AddCandidates(host.name, match.port, decision);
  explanation.AddRules(request, match.port, *found.rules, found.rule, decision);
  if (match.route != nullptr) {
    decision.route_name = match.route->name;
    decision.route_origin = decision.rules.back().origin;
  }
  return match;
}

std::vector<VirtualHostListing> RouteTable::List() const {
  return ListVirtualHosts(tables_->built);
}

}  // namespace meshroute
