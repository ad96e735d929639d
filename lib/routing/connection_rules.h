// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_CONNECTION_RULES_H_
#define MESHROUTE_LIB_ROUTING_CONNECTION_RULES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/routing/host_table.h"
#include "lib/routing/subnet_table.h"
#include "meshroute/routing/connection_table.h"

namespace meshroute {

// What a connection must look like to take a route.
struct ConnectionCondition {
  std::vector<std::string> subnets{};    // Empty: any address that no range has.
  std::vector<std::string> sni_hosts{};  // Empty: any server name, or none.
  uint32_t route = 0;
};

// The `tls` or `tcp` rules of one host for one port, as a proxy looks for a filter
// chain: the smallest range of addresses first, and inside it the most specific
// server name. What a range has no name for is not looked for in wider ranges. Of
// equal conditions the first stands. Immutable.
class ConnectionRules {
 public:
  ConnectionRules(const std::vector<ConnectionCondition>& conditions,
                  std::vector<ConnectionRoute> routes);

  // The route of a connection, or nullptr. `sni` is lower-case.
  const ConnectionRoute* Find(std::string_view sni, const std::optional<IpAddress>& address) const;

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  // Routes by server name.
  struct Names {
    HostTable hosts;
    uint32_t any = kNone;
  };

  static void AddTo(std::map<std::string, uint32_t>& names, const ConnectionCondition& condition);
  static Names NamesOf(const std::map<std::string, uint32_t>& names);

  std::vector<ConnectionRoute> routes_;
  SubnetTable ranges_;  // Numbers of names_.
  std::vector<Names> names_;
  Names of_other_addresses_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_CONNECTION_RULES_H_
