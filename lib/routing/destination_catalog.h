// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_DESTINATION_CATALOG_H_
#define MESHROUTE_LIB_ROUTING_DESTINATION_CATALOG_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "meshroute/config/destination_key.h"
#include "meshroute/config/http_actions.h"
#include "meshroute/routing/route_table.h"

namespace meshroute {

// Gathers the destinations of a table that is being compiled, each key once.
class DestinationCatalog {
 public:
  explicit DestinationCatalog(const RouteTableInputs& inputs) : inputs_(inputs) {}

  // The number of the destination that a rule names. `namespace_name` completes
  // its host; `addressed_port` is what the caller dialled, 0: some port that no
  // rule and no service mentions.
  uint32_t Add(const Destination& destination, std::string_view namespace_name,
               uint32_t addressed_port);

  // The number of the destination of a service's default route.
  uint32_t Add(const Service& service, uint32_t addressed_port);

  // The service that a rule's destination names, or nullptr.
  const Service* FindService(const Destination& destination, std::string_view namespace_name) const;

  // The DestinationRule chosen for the host that a rule's destination names, or nullptr.
  const DestinationRule* FindRule(const Destination& destination,
                                  std::string_view namespace_name) const;

  const RoutedDestination& at(uint32_t number) const { return destinations_[number]; }
  std::vector<RoutedDestination> Take() { return std::move(destinations_); }

 private:
  uint32_t AddKey(DestinationKey key, const Service* service);
  const DestinationRule* RuleOf(const std::string& host, const Service* service) const;

  const RouteTableInputs inputs_;
  std::vector<RoutedDestination> destinations_;
  std::map<DestinationKey, uint32_t> numbers_;
};

// The service port that a call to `service` goes to where no rule names one: the
// addressed one if the service has it, else its only port, else 0.
uint32_t ChoosePort(const Service& service, uint32_t addressed_port);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_DESTINATION_CATALOG_H_
