// SPDX-License-Identifier: Apache-2.0
#include "lib/config/validate_references.h"

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "meshroute/config/host_name.h"
#include "meshroute/config/mesh_options.h"

namespace meshroute {
namespace {

// What an unset maxEjectionPercent means.
constexpr int32_t kDefaultEjectionPercent = 10;

}  // namespace

References::References(const Resources& resources, const MeshOptions& mesh)
    : cluster_domain_(mesh.cluster_domain) {
  for (const ServiceEntry& entry : resources.service_entries) {
    for (const std::string& host : entry.hosts) {
      Declared& declared = services_[LowerHost(host)];
      for (const ServicePort& port : entry.ports) declared.ports.insert(port.number);
      declared.endpoints += entry.endpoints.size();
    }
  }
  for (const DestinationRule& rule : resources.destination_rules) {
    const std::string host = Complete(rule.host, rule.metadata.namespace_name);
    for (const Subset& subset : rule.subsets) hosts_by_subset_[subset.name][host] = true;
  }
}

void References::WarnOf(const Destination& destination, std::string_view namespace_name,
                        ConfigErrors& errors) const {
  const std::string host = Complete(destination.host, namespace_name);
  const Declared* const service = FindHost(services_, host);
  if (service == nullptr && !services_.empty()) {
    ReportAt(errors, "host", ProblemCode::kUnknownHost,
             absl::StrCat("is declared by no ServiceEntry: ", Quoted(host)));
  }
  if (service != nullptr && destination.port &&
      !service->ports.contains(destination.port->number)) {
    ReportAt(errors, "port", ProblemCode::kUnknownPort,
             absl::StrCat("is no port of ", Quoted(host), ": ", destination.port->number));
  }
  if (destination.subset.empty()) return;
  const auto hosts = hosts_by_subset_.find(destination.subset);
  if (hosts != hosts_by_subset_.end() && FindHost(hosts->second, host) != nullptr) return;
  ReportAt(errors, "subset", ProblemCode::kUnknownSubset,
           absl::StrCat("is defined by no DestinationRule of ", Quoted(host), ": ",
                        Quoted(destination.subset)));
}

std::string References::Complete(std::string_view host, std::string_view namespace_name) const {
  return CompleteHost(host, namespace_name, cluster_domain_);
}

template <typename Route>
void References::WarnOfRoute(const Route& route, std::string_view namespace_name,
                             ConfigErrors& errors) const {
  for (size_t i = 0; i < route.size(); ++i) {
    if (!route[i].destination) continue;
    const ConfigErrors::Scope element(errors, "route", i);
    const ConfigErrors::Scope field(errors, "destination");
    WarnOf(*route[i].destination, namespace_name, errors);
  }
}

void References::Warn(const VirtualService& service, ConfigErrors& errors) const {
  const ConfigErrors::Scope spec(errors, "spec");
  const std::string& namespace_name = service.metadata.namespace_name;
  for (size_t i = 0; i < service.http.size(); ++i) {
    const ConfigErrors::Scope rule(errors, "http", i);
    const HttpRoute& route = service.http[i];
    WarnOfRoute(route.route, namespace_name, errors);
    if (route.mirror) {
      const ConfigErrors::Scope mirror(errors, "mirror");
      WarnOf(*route.mirror, namespace_name, errors);
    }
    for (size_t j = 0; j < route.mirrors.size(); ++j) {
      if (!route.mirrors[j].destination) continue;
      const ConfigErrors::Scope mirror(errors, "mirrors", j);
      const ConfigErrors::Scope field(errors, "destination");
      WarnOf(*route.mirrors[j].destination, namespace_name, errors);
    }
  }
  for (size_t i = 0; i < service.tls.size(); ++i) {
    const ConfigErrors::Scope rule(errors, "tls", i);
    WarnOfRoute(service.tls[i].route, namespace_name, errors);
  }
  for (size_t i = 0; i < service.tcp.size(); ++i) {
    const ConfigErrors::Scope rule(errors, "tcp", i);
    WarnOfRoute(service.tcp[i].route, namespace_name, errors);
  }
}

void References::Warn(const DestinationRule& rule, ConfigErrors& errors) const {
  if (!rule.traffic_policy || !rule.traffic_policy->outlier_detection) return;
  const auto service = services_.find(Complete(rule.host, rule.metadata.namespace_name));
  if (service == services_.end() || service->second.endpoints == 0) return;
  const int32_t written = rule.traffic_policy->outlier_detection->max_ejection_percent;
  const int32_t percent = written == 0 ? kDefaultEjectionPercent : written;
  const size_t endpoints = service->second.endpoints;
  if (percent < 0 || endpoints * static_cast<size_t>(percent) >= 100) return;
  const ConfigErrors::Scope spec(errors, "spec");
  const ConfigErrors::Scope policy(errors, "trafficPolicy");
  const ConfigErrors::Scope outlier(errors, "outlierDetection");
  ReportAt(errors, "maxEjectionPercent", ProblemCode::kNeverEjects,
           absl::StrCat("allows no ejection at all: ", percent, "% of ", endpoints,
                        " endpoints is less than one"));
}

}  // namespace meshroute
