// SPDX-License-Identifier: Apache-2.0
#include "lib/router/endpoints.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "meshroute/config/host_name.h"
#include "meshroute/config/metadata.h"
#include "meshroute/config/services.h"

namespace meshroute {
namespace {

using Resolution = ServiceEntry::Resolution;

bool IsUnixSocket(std::string_view address) { return address.substr(0, 7) == "unix://"; }

// "10.0.0.1:80", "[::1]:80", "name:80", or the path of a socket as it is.
std::string AddressOf(const std::string& host, uint32_t port) {
  if (IsUnixSocket(host)) return host;
  const bool is_ipv6 = IsIpLiteral(host) && host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool IsResolvedByDns(const Service& service) {
  return service.resolution == Resolution::kDns || service.resolution == Resolution::kDnsRoundRobin;
}

// Whether `destination` names a port of its service; any, where none declares the host.
bool PortExists(const RoutedDestination& destination) {
  return destination.service == nullptr ||
         destination.service->FindPort(destination.key.port) != nullptr;
}

EndpointSpec SpecOf(const WorkloadEntry& entry, const ServicePort& port) {
  EndpointSpec spec;
  spec.address = AddressOf(entry.address, Service::TargetPort(entry, port));
  spec.labels = entry.labels;
  spec.locality = entry.locality;
  spec.weight = entry.weight == 0 ? 1 : entry.weight;
  return spec;
}

std::vector<EndpointSpec> DeclaredEndpoints(const Service& service, const ServicePort& port) {
  std::vector<EndpointSpec> specs;
  for (const WorkloadEntry& entry : service.endpoints) specs.push_back(SpecOf(entry, port));
  if (IsResolvedByDns(service) && specs.empty() && !service.has_workload_selector) {
    // The host itself is the name to resolve, which the transport does when it
    // connects.
    WorkloadEntry itself;
    itself.address = service.host;
    specs.push_back(SpecOf(itself, port));
  }
  return specs;
}

// As a ServiceEntry's endpoints have it: a locality that only labels tell, and the labels
// that follow from the locality.
std::vector<EndpointSpec> WithTheirPlaces(std::vector<EndpointSpec> specs) {
  for (EndpointSpec& spec : specs) {
    if (spec.locality.empty()) spec.locality = LocalityOfLabels(spec.labels);
    if (spec.locality.empty()) continue;
    spec.labels = WithTopologyLabels(std::move(spec.labels), spec.locality, "", "");
  }
  return specs;
}

}  // namespace

std::optional<std::vector<EndpointSpec>> EndpointsOf(const RoutedDestination& destination,
                                                     const std::vector<EndpointSpec>* given) {
  if (destination.subset_missing || !PortExists(destination)) return std::nullopt;
  const Service* const service = destination.service;
  if (given == nullptr && service == nullptr) return std::nullopt;
  std::vector<EndpointSpec> specs =
      given != nullptr ? WithTheirPlaces(*given)
                       : DeclaredEndpoints(*service, *service->FindPort(destination.key.port));
  if (destination.subset != nullptr) {
    std::erase_if(specs, [&](const EndpointSpec& spec) {
      return !LabelsCover(spec.labels, destination.subset->labels);
    });
  }
  // As in Istio, there is no cluster that resolves no name at all.
  if (given == nullptr && IsResolvedByDns(*service) && specs.empty()) return std::nullopt;
  return specs;
}

bool GoesWhereDialled(const RoutedDestination& destination,
                      const std::vector<EndpointSpec>* given) {
  if (given != nullptr || destination.service == nullptr) return false;
  const Resolution resolution = destination.service->resolution;
  return resolution == Resolution::kNone || resolution == Resolution::kDynamicDns;
}

}  // namespace meshroute
