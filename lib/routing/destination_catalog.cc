// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/destination_catalog.h"

#include <utility>

#include "lib/config/service_names.h"
#include "meshroute/config/host_name.h"

namespace meshroute {

uint32_t ChoosePort(const Service& service, uint32_t addressed_port) {
  if (service.FindPort(addressed_port) != nullptr) return addressed_port;
  return service.ports.size() == 1 ? service.ports.front().number : 0;
}

uint32_t DestinationCatalog::Add(const Destination& destination, std::string_view namespace_name,
                                 uint32_t addressed_port) {
  DestinationKey key;
  key.host = CompleteHost(destination.host, namespace_name, inputs_.mesh.cluster_domain);
  key.subset = destination.subset;
  const Service* const service = inputs_.services.Find(key.host);
  if (destination.port) {
    key.port = destination.port->number;
  } else if (service != nullptr) {
    key.port = ChoosePort(*service, addressed_port);
  }
  return AddKey(std::move(key), service);
}

uint32_t DestinationCatalog::Add(const Service& service, uint32_t addressed_port) {
  DestinationKey key;
  key.host = service.host;
  key.port = ChoosePort(service, addressed_port);
  return AddKey(std::move(key), &service);
}

const Service* DestinationCatalog::FindService(const Destination& destination,
                                               std::string_view namespace_name) const {
  return inputs_.services.Find(
      CompleteHost(destination.host, namespace_name, inputs_.mesh.cluster_domain));
}

const DestinationRule* DestinationCatalog::FindRule(const Destination& destination,
                                                    std::string_view namespace_name) const {
  return RuleOf(CompleteHost(destination.host, namespace_name, inputs_.mesh.cluster_domain),
                FindService(destination, namespace_name));
}

const DestinationRule* DestinationCatalog::RuleOf(const std::string& host,
                                                  const Service* service) const {
  return inputs_.destination_rules.Find(host, service != nullptr
                                                  ? service->namespace_name
                                                  : NamespaceIn(host, inputs_.mesh.cluster_domain));
}

uint32_t DestinationCatalog::AddKey(DestinationKey key, const Service* service) {
  const auto [entry, is_new] =
      numbers_.emplace(std::move(key), static_cast<uint32_t>(destinations_.size()));
  if (!is_new) return entry->second;
  RoutedDestination destination;
  destination.key = entry->first;
  destination.service = service;
  destination.rule = RuleOf(destination.key.host, service);
  if (!destination.key.subset.empty()) {
    destination.subset = DestinationRules::FindSubset(destination.rule, destination.key.subset);
    destination.subset_missing = destination.subset == nullptr;
  }
  destinations_.push_back(std::move(destination));
  return entry->second;
}

}  // namespace meshroute
