// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_VALIDATE_REFERENCES_H_
#define MESHROUTE_LIB_CONFIG_VALIDATE_REFERENCES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "meshroute/config/errors.h"
#include "meshroute/config/mesh_options.h"
#include "meshroute/config/resources.h"

namespace meshroute {

// What the objects of one load say about each other. Nothing here is an error:
// Istio takes objects in any order, and what is missing answers 503 until it
// comes. Immutable.
class References {
 public:
  References(const Resources& resources, const MeshOptions& mesh);

  // Warns of destinations whose host, port or subset nothing declares. Hosts
  // and ports only if there is any ServiceEntry: services may be known elsewhere.
  void Warn(const VirtualService& service, ConfigErrors& errors) const;

  // Warns of a maxEjectionPercent that allows no ejection at all.
  void Warn(const DestinationRule& rule, ConfigErrors& errors) const;

 private:
  struct Declared {
    std::set<uint32_t> ports;
    size_t endpoints = 0;
  };
  using HostSet = std::map<std::string, bool, std::less<>>;

  std::string Complete(std::string_view host, std::string_view namespace_name) const;
  void WarnOf(const Destination& destination, std::string_view namespace_name,
              ConfigErrors& errors) const;
  template <typename Route>
  void WarnOfRoute(const Route& route, std::string_view namespace_name, ConfigErrors& errors) const;

  std::string cluster_domain_;
  std::map<std::string, Declared, std::less<>> services_;

  // The hosts of DestinationRules, by the names of the subsets they define.
  std::map<std::string, HostSet, std::less<>> hosts_by_subset_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_VALIDATE_REFERENCES_H_
