// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_virtual_service.h"
#include "meshroute/config/host_name.h"

namespace meshroute {
namespace {

void ValidateSniHost(const std::string& sni, const HostIndexes& hosts, ConfigErrors& errors) {
  if (IsIpLiteral(sni)) {
    errors.Report(ProblemCode::kDoubtfulValue,
                  absl::StrCat("clients do not send addresses as SNI, got ", Quoted(sni)));
  } else if (!IsWildcardDomain(sni) && !hosts.contains(sni)) {
    errors.Add(absl::StrCat("must be a host name, got ", Quoted(sni)));
  } else if (FindHost(hosts, sni) == nullptr) {
    errors.Add(
        absl::StrCat("must be one of the object's hosts or be covered by one, got ", Quoted(sni)));
  }
}

// The conditions that TLS and TCP rules share.
template <typename Match>
void ValidateConnectionMatch(const Match& match, ConfigErrors& errors) {
  CheckSubnets(errors, "destinationSubnets", match.destination_subnets);
  if (match.port != 0) CheckPort(errors, "port", match.port);
  CheckLabels(errors, "sourceLabels", match.source_labels);
  CheckGateways(errors, match.gateways);
}

void ValidateRouteDestinations(const std::vector<RouteDestination>& route, ConfigErrors& errors) {
  if (route.empty()) AddAt(errors, "route", "must have a destination");
  std::vector<int32_t> weights;
  for (size_t i = 0; i < route.size(); ++i) {
    const ConfigErrors::Scope element(errors, "route", i);
    const ConfigErrors::Scope field(errors, "destination");
    weights.push_back(route[i].weight);
    ValidateDestination(route[i].destination, errors);
  }
  ValidateWeights(weights, errors);
}

}  // namespace

void ValidateTlsRoute(const TlsRoute& route, const HostIndexes& hosts, ConfigErrors& errors) {
  if (route.match.empty()) AddAt(errors, "match", "must have a block with sniHosts");
  for (size_t i = 0; i < route.match.size(); ++i) {
    const ConfigErrors::Scope block(errors, "match", i);
    const TlsMatchAttributes& match = route.match[i];
    if (match.sni_hosts.empty()) AddAt(errors, "sniHosts", "must name a host");
    for (size_t j = 0; j < match.sni_hosts.size(); ++j) {
      const ConfigErrors::Scope element(errors, "sniHosts", j);
      ValidateSniHost(match.sni_hosts[j], hosts, errors);
    }
    ValidateConnectionMatch(match, errors);
  }
  ValidateRouteDestinations(route.route, errors);
}

void ValidateTcpRoute(const TcpRoute& route, ConfigErrors& errors) {
  for (size_t i = 0; i < route.match.size(); ++i) {
    const ConfigErrors::Scope block(errors, "match", i);
    ValidateConnectionMatch(route.match[i], errors);
  }
  ValidateRouteDestinations(route.route, errors);
}

}  // namespace meshroute
