// SPDX-License-Identifier: Apache-2.0
#include "lib/config/analyze_virtual_service.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/config/validate_primitives.h"
#include "meshroute/config/host_name.h"
#include "meshroute/config/virtual_service.h"

namespace meshroute {
namespace {

constexpr char kMesh[] = "mesh";

bool Contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::string PortsOf(const Service& service) {
  return absl::StrCat("its ports are ",
                      absl::StrJoin(service.ports, ", ", [](std::string* out, const auto& port) {
                        absl::StrAppend(out, port.number);
                      }));
}

// Which DestinationRule decides, and what it has.
std::string SubsetsOf(const DestinationRule* rule) {
  if (rule == nullptr) return "no DestinationRule applies to this host here";
  const std::string names = absl::StrJoin(
      rule->subsets, ", ",
      [](std::string* out, const Subset& subset) { absl::StrAppend(out, Quoted(subset.name)); });
  return absl::StrCat(NameOf("DestinationRule", rule->metadata), " applies here and has ",
                      names.empty() ? "no subsets" : names);
}

}  // namespace

VirtualServiceCheck::VirtualServiceCheck(const AnalysisFacts& facts, const VirtualService& service,
                                         ConfigErrors& errors)
    : facts_(facts), service_(service), errors_(errors), view_(facts.ViewOf(service.metadata)) {}

void VirtualServiceCheck::Run() {
  const ConfigErrors::Scope spec(errors_, "spec");
  CheckHosts();
  CheckGateways();
  CheckHttpRules();
  for (size_t i = 0; i < service_.tls.size(); ++i) {
    const ConfigErrors::Scope rule(errors_, "tls", i);
    CheckRule(service_.tls[i]);
  }
  for (size_t i = 0; i < service_.tcp.size(); ++i) {
    const ConfigErrors::Scope rule(errors_, "tcp", i);
    CheckRule(service_.tcp[i]);
  }
}

void VirtualServiceCheck::CheckHosts() {
  for (size_t i = 0; i < service_.hosts.size(); ++i) {
    if (hosts_.insert(facts_.Complete(service_.hosts[i], service_.metadata)).second) continue;
    const ConfigErrors::Scope host(errors_, "hosts", i);
    errors_.Report(ProblemCode::kNoEffect, absl::StrCat("is the host of an earlier entry, written "
                                                        "another way: ",
                                                        Quoted(service_.hosts[i])));
  }
}

void VirtualServiceCheck::CheckGateways() {
  for (size_t i = 0; i < service_.gateways.size(); ++i) {
    if (!facts_.IsMissingGateway(service_.gateways[i], service_.metadata)) continue;
    const ConfigErrors::Scope gateway(errors_, "gateways", i);
    errors_.Report(ProblemCode::kUnknownGateway,
                   absl::StrCat("is no Gateway that is there: ", Quoted(service_.gateways[i])),
                   "a name without a namespace is looked for in the VirtualService's own");
  }
  if (AppliesToMesh(service_)) return;
  ReportAt(errors_, "gateways", ProblemCode::kNotForMesh,
           "has no \"mesh\": the rules are for gateways alone",
           "add \"mesh\" if clients inside the mesh shall follow these rules too");
}

void VirtualServiceCheck::CheckHttpRules() {
  for (size_t i = 0; i < service_.http.size(); ++i) {
    const ConfigErrors::Scope scope(errors_, "http", i);
    const HttpRoute& rule = service_.http[i];
    CheckRule(rule);
    if (rule.mirror) {
      const ConfigErrors::Scope mirror(errors_, "mirror");
      CheckDestination(*rule.mirror);
    }
    for (size_t j = 0; j < rule.mirrors.size(); ++j) {
      if (!rule.mirrors[j].destination) continue;
      const ConfigErrors::Scope mirror(errors_, "mirrors", j);
      const ConfigErrors::Scope field(errors_, "destination");
      CheckDestination(*rule.mirrors[j].destination);
    }
  }
}

template <typename Rule>
void VirtualServiceCheck::CheckRule(const Rule& rule) {
  for (size_t i = 0; i < rule.match.size(); ++i) {
    const ConfigErrors::Scope block(errors_, "match", i);
    CheckMatch(rule.match[i]);
  }
  CheckShares(rule.route);
}

template <typename Match>
void VirtualServiceCheck::CheckMatch(const Match& match) {
  const std::vector<std::string>& attached = service_.gateways;
  const auto is_attached = [&attached](const std::string& gateway) {
    return attached.empty() ? gateway == kMesh : Contains(attached, gateway);
  };
  const bool is_root = !service_.hosts.empty();
  if (is_root && !match.gateways.empty() &&
      std::none_of(match.gateways.begin(), match.gateways.end(), is_attached)) {
    ReportAt(errors_, "gateways", ProblemCode::kImpossibleMatch,
             "names none of the VirtualService's own gateways, so the block never holds",
             "a match can narrow spec.gateways and not widen it");
  }
  const Visibility seen(service_.export_to, service_.metadata.namespace_name,
                        facts_.mesh().default_virtual_service_export_to);
  if (is_root && !match.source_namespace.empty() && !seen.Includes(match.source_namespace)) {
    ReportAt(errors_, "sourceNamespace", ProblemCode::kImpossibleMatch,
             absl::StrCat("never holds: exportTo hides this VirtualService from namespace ",
                          Quoted(match.source_namespace)));
  }
  if (match.port != 0) CheckMatchPort(match.port);
}

// Only where every host is known can it be said that none has the port.
void VirtualServiceCheck::CheckMatchPort(uint32_t port) {
  for (const std::string& host : hosts_) {
    const Service* const service = IsWildcardHost(host) ? nullptr : facts_.FindService(host, view_);
    if (service == nullptr || service->FindPort(port) != nullptr) return;
  }
  if (hosts_.empty()) return;
  ReportAt(errors_, "port", ProblemCode::kImpossibleMatch,
           absl::StrCat("never holds: no host of this VirtualService has the port ", port));
}

template <typename Share>
void VirtualServiceCheck::CheckShares(const std::vector<Share>& route) {
  for (size_t i = 0; i < route.size(); ++i) {
    if (!route[i].destination) continue;
    const ConfigErrors::Scope element(errors_, "route", i);
    const ConfigErrors::Scope field(errors_, "destination");
    CheckDestination(*route[i].destination);
  }
  if (route.size() != 1 || route[0].weight <= 1 || route[0].weight == 100) return;
  const ConfigErrors::Scope element(errors_, "route", 0);
  ReportAt(
      errors_, "weight", ProblemCode::kIgnoredWeight,
      absl::StrCat("is ignored: the only destination takes everything, not ", route[0].weight, "%"),
      "a second destination takes the rest; without one leave the weight out");
}

void VirtualServiceCheck::CheckDestination(const Destination& destination) {
  const std::string host = facts_.Complete(destination.host, service_.metadata);
  const Service* const service = facts_.FindService(host, view_);
  if (service != nullptr) {
    CheckPort(destination, *service);
  } else if (!facts_.resources().service_entries.empty()) {
    ReportAt(errors_, "host", ProblemCode::kUnknownHost,
             absl::StrCat("is declared by no ServiceEntry: ", Quoted(host)), facts_.HintFor(host));
  }
  if (!destination.subset.empty()) CheckSubset(destination, host);
}

void VirtualServiceCheck::CheckPort(const Destination& destination, const Service& service) {
  if (destination.port && service.FindPort(destination.port->number) == nullptr) {
    ReportAt(errors_, "port", ProblemCode::kUnknownPort,
             absl::StrCat("is no port of ", Quoted(service.host), ": ", destination.port->number),
             PortsOf(service));
  }
  // The addressed port is one of the service's where it is the one addressed.
  if (destination.port || service.ports.size() <= 1 || hosts_.contains(service.host)) return;
  ReportAt(errors_, "port", ProblemCode::kPortRequired,
           absl::StrCat("is missing, and ", Quoted(service.host),
                        " has several ports: a call to "
                        "a port that it does not have fails"),
           PortsOf(service));
}

void VirtualServiceCheck::CheckSubset(const Destination& destination, const std::string& host) {
  const DestinationRule* const rule = facts_.FindRule(host, view_);
  if (DestinationRules::FindSubset(rule, destination.subset) != nullptr) return;
  ReportAt(errors_, "subset", ProblemCode::kUnknownSubset,
           absl::StrCat("is defined by no DestinationRule of ", Quoted(host), ": ",
                        Quoted(destination.subset)),
           SubsetsOf(rule));
}

}  // namespace meshroute
