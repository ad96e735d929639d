// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/connection_rules.h"

#include <utility>

#include "meshroute/config/host_name.h"

namespace meshroute {

ConnectionRules::ConnectionRules(const std::vector<ConnectionCondition>& conditions,
                                 std::vector<ConnectionRoute> routes)
    : routes_(std::move(routes)) {
  // By server name; "" is any.
  std::map<Subnet, std::map<std::string, uint32_t>> by_range;
  std::map<std::string, uint32_t> of_others;
  for (const ConnectionCondition& condition : conditions) {
    for (const std::string& text : condition.subnets) {
      const std::optional<Subnet> range = Subnet::Parse(text);
      if (range) AddTo(by_range[*range], condition);  // Validate has seen to it.
    }
    if (condition.subnets.empty()) AddTo(of_others, condition);
  }
  std::map<Subnet, uint32_t> numbers;
  for (const auto& [range, names] : by_range) {
    numbers.emplace(range, static_cast<uint32_t>(names_.size()));
    names_.push_back(NamesOf(names));
  }
  ranges_ = SubnetTable(std::move(numbers));
  of_other_addresses_ = NamesOf(of_others);
}

void ConnectionRules::AddTo(std::map<std::string, uint32_t>& names,
                            const ConnectionCondition& condition) {
  if (condition.sni_hosts.empty()) names.emplace("", condition.route);
  for (const std::string& host : condition.sni_hosts) {
    names.emplace(LowerHost(host), condition.route);
  }
}

ConnectionRules::Names ConnectionRules::NamesOf(const std::map<std::string, uint32_t>& names) {
  Names result;
  std::map<std::string, uint32_t> hosts = names;
  if (const auto any = hosts.find(""); any != hosts.end()) {
    result.any = any->second;
    hosts.erase(any);
  }
  result.hosts = HostTable(hosts);
  return result;
}

const ConnectionRoute* ConnectionRules::Find(std::string_view sni,
                                             const std::optional<IpAddress>& address) const {
  const uint32_t range = address ? ranges_.Find(*address) : SubnetTable::kNone;
  const Names& names = range == SubnetTable::kNone ? of_other_addresses_ : names_[range];
  uint32_t route = HostTable::kNone;
  if (!sni.empty()) route = names.hosts.Find(sni, [](auto...) { return true; });
  if (route == HostTable::kNone) route = names.any;
  return route == kNone ? nullptr : &routes_[route];
}

}  // namespace meshroute
