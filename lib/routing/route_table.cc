// SPDX-License-Identifier: Apache-2.0
#include "meshroute/routing/route_table.h"

#include <algorithm>
#include <array>
#include <utility>

#include "lib/routing/default_port.h"
#include "lib/routing/host_table.h"
#include "lib/routing/path_condition.h"
#include "lib/routing/route_table_builder.h"
#include "lib/routing/virtual_host.h"

namespace meshroute {
namespace {

// No name in DNS is longer; room for those that are not in DNS.
constexpr size_t kLongestHost = 512;

// `host` in lower case, in `buffer` unless it is lower-case already. A host
// beyond the buffer's size, which no rule can name, stays as it is.
std::string_view LowerCase(std::string_view host, std::array<char, kLongestHost>& buffer) {
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (host.size() > buffer.size() || std::none_of(host.begin(), host.end(), is_upper)) return host;
  std::transform(host.begin(), host.end(), buffer.begin(), FoldCase);
  return {buffer.data(), host.size()};
}

}  // namespace

struct RouteTable::Tables {
  BuiltTables built;
};

std::unique_ptr<RouteTable> RouteTable::Compile(const RouteTableInputs& inputs) {
  RouteTableBuilder builder(inputs);
  auto tables = std::make_unique<const Tables>(Tables{builder.Build()});
  return std::unique_ptr<RouteTable>(new RouteTable(std::move(tables), builder.TakeDestinations()));
}

RouteTable::RouteTable(std::unique_ptr<const Tables> tables,
                       std::vector<RoutedDestination> destinations)
    : tables_(std::move(tables)), destinations_(std::move(destinations)) {}

RouteTable::~RouteTable() = default;

const ConnectionTable& RouteTable::connections() const { return *tables_->built.connections; }

RouteMatch RouteTable::Match(const RequestView& request) const {
  const AuthorityParts authority = SplitAuthority(request.authority);
  std::array<char, kLongestHost> buffer;
  RouteMatch match;
  const RuleTable* rules = nullptr;
  const auto knows_port = [&](uint32_t number) {
    const VirtualHost& host = tables_->built.virtual_hosts[number];
    match.port = authority.port != 0 ? authority.port : host.PortFor(request.scheme);
    rules = host.RulesFor(match.port);
    return rules != nullptr;
  };
  const uint32_t number = tables_->built.hosts.Find(LowerCase(authority.host, buffer), knows_port);
  if (number == HostTable::kNone) {
    match.port = authority.port != 0 ? authority.port : DefaultPort(request.scheme);
    return match;
  }
  match.host_known = true;
  match.virtual_host = tables_->built.virtual_hosts[number].name();
  const uint32_t rule = rules->index.FindFirst(request);
  if (rule != RuleIndex::kNone) match.route = &rules->routes[rule];
  return match;
}

}  // namespace meshroute
