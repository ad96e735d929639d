// SPDX-License-Identifier: Apache-2.0
#include "lib/config/analyze_ingress.h"

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"

namespace meshroute {

IngressChecks::IngressChecks(const AnalysisFacts& facts) : facts_(facts) {
  for (const VirtualService& service : facts.resources().virtual_services) {
    if (service.hosts.empty() || !AppliesToMesh(service)) continue;
    for (const HttpRoute& rule : service.http) {
      for (const HttpRouteDestination& share : rule.route) {
        if (!share.destination || share.destination->subset.empty()) continue;
        split_.emplace(facts.Complete(share.destination->host, service.metadata), &service);
      }
    }
  }
}

void IngressChecks::Check(const VirtualService& service, ConfigErrors& errors) const {
  if (service.hosts.empty() || AppliesToMesh(service)) return;
  const ConfigErrors::Scope spec(errors, "spec");
  for (size_t i = 0; i < service.http.size(); ++i) {
    const ConfigErrors::Scope rule(errors, "http", i);
    for (size_t k = 0; k < service.http[i].route.size(); ++k) {
      const std::optional<Destination>& destination = service.http[i].route[k].destination;
      if (!destination || !destination->subset.empty()) continue;
      const auto split = split_.find(facts_.Complete(destination->host, service.metadata));
      if (split == split_.end()) continue;
      const ConfigErrors::Scope share(errors, "route", k);
      ReportAt(errors, "destination", ProblemCode::kIngressWithoutSubset,
               absl::StrCat("goes to all endpoints of ", Quoted(split->first), ", whatever ",
                            NameOf("VirtualService", split->second->metadata),
                            " says of its subsets: that one is not for gateways"),
               "name the subset here, or the gateway there");
    }
  }
}

}  // namespace meshroute
