// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_CONNECTION_TABLES_H_
#define MESHROUTE_LIB_ROUTING_CONNECTION_TABLES_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/routing/connection_rules.h"
#include "lib/routing/host_table.h"
#include "lib/routing/subnet_table.h"
#include "meshroute/routing/connection_table.h"

namespace meshroute {

// The rules of one host for one port. Without any the host is not known there.
struct ConnectionPort {
  const ConnectionRules* with_sni = nullptr;     // Of connections with a server name ...
  const ConnectionRules* without_sni = nullptr;  // ... and of others.

  bool operator==(const ConnectionPort&) const = default;
};

// One host that callers may dial.
struct ConnectionHost {
  std::string name;
  std::map<uint32_t, ConnectionPort> ports{};  // That differ from the others.
  ConnectionPort other_ports{};

  const ConnectionRules* Find(const ConnectionView& connection) const {
    const auto own = ports.find(connection.port);
    const ConnectionPort& port = own == ports.end() ? other_ports : own->second;
    return connection.sni.empty() ? port.without_sni : port.with_sni;
  }
};

// What a ConnectionTable consists of.
struct ConnectionTable::Tables {
  std::vector<ConnectionHost> hosts;
  HostTable names;        // Numbers of `hosts`.
  SubnetTable addresses;  // The same, by virtual IP.
  std::vector<std::unique_ptr<const ConnectionRules>> rules;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_CONNECTION_TABLES_H_
