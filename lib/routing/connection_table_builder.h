// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_CONNECTION_TABLE_BUILDER_H_
#define MESHROUTE_LIB_ROUTING_CONNECTION_TABLE_BUILDER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "lib/routing/connection_rules.h"
#include "lib/routing/connection_tables.h"
#include "lib/routing/destination_catalog.h"
#include "lib/routing/virtual_services.h"
#include "meshroute/routing/connection_table.h"
#include "meshroute/routing/route_table.h"

namespace meshroute {

// Joins the `tls` and `tcp` rules of VirtualServices and the services to a
// ConnectionTable. Used once.
class ConnectionTableBuilder {
 public:
  // All must outlive the builder; destinations are added to `catalog`.
  ConnectionTableBuilder(const RouteTableInputs& inputs, const VirtualServices& virtual_services,
                         DestinationCatalog& catalog);

  // `names` are what the hosts are called, by number of `hosts`.
  std::unique_ptr<const ConnectionTable> Build(const std::vector<std::string>& hosts,
                                               const std::map<std::string, uint32_t>& names);

 private:
  class Compiler;
  enum class Section : uint8_t { kTls, kTcp };

  // VirtualServices that have rules for a host, in order of precedence.
  using Services = std::vector<const VirtualService*>;

  // What rules depend on: two hosts with equal keys share them.
  struct RulesKey {
    Services services;
    Section section;
    uint32_t port;
    const Service* fallback;  // Of the default route; nullptr: there is none.

    auto operator<=>(const RulesKey&) const = default;
  };

  Services Overlapping(const std::string& host) const;
  std::set<uint32_t> InterestingPorts(const Services& services, const Service* service) const;
  ConnectionPort PortOf(const Services& services, const Service* service, uint32_t port);
  const ConnectionRules* RulesOf(RulesKey key);
  SubnetTable AddressesOf(const std::vector<std::string>& hosts) const;

  const RouteTableInputs inputs_;
  const Labels client_labels_;
  DestinationCatalog& catalog_;
  Services services_;  // That have a `tls` or `tcp` rule, in order of precedence ...
  std::map<std::string, std::vector<size_t>> by_host_;  // ... and their places by host.
  std::map<RulesKey, const ConnectionRules*> known_;    // Looked up only.
  std::unique_ptr<ConnectionTable::Tables> tables_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_CONNECTION_TABLE_BUILDER_H_
