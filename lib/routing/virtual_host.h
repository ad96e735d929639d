// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_VIRTUAL_HOST_H_
#define MESHROUTE_LIB_ROUTING_VIRTUAL_HOST_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/routing/route_compiler.h"
#include "meshroute/config/services.h"

namespace meshroute {

// One host that callers may address, with its rules by port. Immutable once
// built; the tables belong to the RouteTable.
class VirtualHost {
 public:
  // `service` is what declares the host, or nullptr.
  VirtualHost(std::string name, const Service* service);

  // The rules for calls to every port that SetRules does not name, and for one
  // port. nullptr: the host is not known on that port.
  void SetRulesOfOtherPorts(const RuleTable* rules) { other_ports_ = rules; }
  void SetRules(uint32_t port, const RuleTable* rules);

  const std::string& name() const { return name_; }
  const std::vector<std::pair<uint32_t, const RuleTable*>>& ports() const { return ports_; }
  const RuleTable* other_ports() const { return other_ports_; }

  // The port that a call without a port in its authority addresses.
  uint32_t PortFor(std::string_view scheme) const;

  const RuleTable* RulesFor(uint32_t port) const {
    for (const auto& [number, rules] : ports_) {
      if (number == port) return rules;
    }
    return other_ports_;
  }

 private:
  std::string name_;
  uint32_t http_port_;
  uint32_t https_port_;
  uint32_t unknown_scheme_port_;
  std::vector<std::pair<uint32_t, const RuleTable*>> ports_;  // That differ from the others.
  const RuleTable* other_ports_ = nullptr;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_VIRTUAL_HOST_H_
