// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/route_listing.h"

#include <algorithm>
#include <string>
#include <utility>

namespace meshroute {
namespace {

std::vector<RouteListing> ListRules(const RuleTable& rules, const std::string& host,
                                    uint32_t port) {
  std::vector<RouteListing> listed;
  for (size_t i = 0; i < rules.routes.size(); ++i) {
    const RuleConditions& conditions = rules.index.rules()[i];
    RouteListing entry;
    entry.route = &rules.routes[i];
    entry.conditions.push_back("path " + conditions.path.Describe());
    for (std::string& text : conditions.others.Describe()) {
      entry.conditions.push_back(std::move(text));
    }
    if (entry.route->action != Route::Action::kForward) {
      entry.reply_status = entry.route->MakeLocalReply({.authority = host}, port).status;
    }
    listed.push_back(std::move(entry));
  }
  return listed;
}

// The names of each virtual host, its own first.
std::vector<std::vector<std::string>> DomainsOf(const BuiltTables& built) {
  std::vector<std::vector<std::string>> domains(built.virtual_hosts.size());
  for (const auto& [name, number] : built.names) {
    std::vector<std::string>& names = domains[number];
    const bool is_own = name == built.virtual_hosts[number].name();
    names.insert(is_own ? names.begin() : names.end(), name);
  }
  return domains;
}

}  // namespace

std::vector<VirtualHostListing> ListVirtualHosts(const BuiltTables& built) {
  std::vector<VirtualHostListing> listed;
  const std::vector<std::vector<std::string>> domains = DomainsOf(built);
  for (size_t i = 0; i < built.virtual_hosts.size(); ++i) {
    const VirtualHost& host = built.virtual_hosts[i];
    std::vector<std::pair<const RuleTable*, std::vector<uint32_t>>> tables;
    if (host.other_ports() != nullptr) tables.push_back({host.other_ports(), {}});
    for (const auto& [port, rules] : host.ports()) {
      if (rules == nullptr) continue;
      const RuleTable* const wanted = rules;
      auto known = std::find_if(tables.begin(), tables.end(),
                                [wanted](const auto& entry) { return entry.first == wanted; });
      if (known == tables.end()) known = tables.insert(tables.end(), {rules, {}});
      known->second.push_back(port);
    }
    for (auto& [rules, ports] : tables) {
      const uint32_t port = ports.empty() ? 0 : ports.front();
      listed.push_back(
          {host.name(), domains[i], std::move(ports), ListRules(*rules, host.name(), port)});
    }
  }
  return listed;
}

}  // namespace meshroute
