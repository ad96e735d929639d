// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_service_entry.h"
#include "meshroute/config/host_name.h"

namespace meshroute {
namespace {

constexpr std::string_view kUnixPrefix = "unix://";

bool IsUnix(const WorkloadEntry& entry) { return entry.address.starts_with(kUnixPrefix); }

void ValidateUnix(const WorkloadEntry& entry, ConfigErrors& errors) {
  const std::string_view path = std::string_view(entry.address).substr(kUnixPrefix.size());
  const bool is_abstract = path.starts_with('@') && path.size() > 1;
  const bool is_file = path.starts_with('/') && !path.ends_with('/');
  if (!is_abstract && !is_file) {
    AddAt(errors, "address",
          absl::StrCat("must be unix:///path/to/socket or unix://@name, got ",
                       Quoted(entry.address)));
  }
  if (!entry.ports.empty()) {
    AddAt(errors, "ports", "must be empty for an endpoint on a unix socket");
  }
}

void ValidateAddress(const WorkloadEntry& entry, ConfigErrors& errors) {
  if (entry.address.empty()) {
    if (entry.network.empty()) {
      AddAt(errors, "address", "is missing, and so is network");
    } else {
      ReportAt(errors, "address", ProblemCode::kDoubtfulValue,
               absl::StrCat("is missing: only the gateway of network ", Quoted(entry.network),
                            " could reach it"));
    }
  } else if (IsUnix(entry)) {
    ValidateUnix(entry, errors);
  } else if (!IsIpLiteral(entry.address) && !IsDomain(entry.address)) {
    AddAt(errors, "address",
          absl::StrCat("must be an address, a host name or unix://, got ", Quoted(entry.address)));
  }
}

void ValidateMaps(const WorkloadEntry& entry, ConfigErrors& errors) {
  {
    const ConfigErrors::Scope scope(errors, "ports");
    for (const auto& [name, port] : entry.ports) {
      CheckDnsLabel(errors, name, name);
      CheckPort(errors, name, port);
    }
  }
  CheckLabels(errors, "labels", entry.labels);
}

using PortNames = std::set<std::string_view, std::less<>>;

void ValidateEndpoint(const WorkloadEntry& endpoint, ServiceEntry::Resolution resolution,
                      const PortNames& port_names, ConfigErrors& errors) {
  ValidateAddress(endpoint, errors);
  ValidateMaps(endpoint, errors);
  if (resolution == ServiceEntry::Resolution::kStatic && IsDomain(endpoint.address)) {
    AddAt(errors, "address",
          absl::StrCat("must be an address or unix:// with resolution STATIC, got ",
                       Quoted(endpoint.address)));
  }
  const ConfigErrors::Scope scope(errors, "ports");
  for (const auto& [name, port] : endpoint.ports) {
    if (port_names.contains(name)) continue;
    AddAt(errors, name,
          absl::StrCat("must name a port of the ServiceEntry, got ", Quoted(name), ": ", port));
  }
}

}  // namespace

void ValidateWorkloadEntry(const WorkloadEntry& entry, ConfigErrors& errors) {
  const ConfigErrors::Scope spec(errors, "spec");
  ValidateAddress(entry, errors);
  ValidateMaps(entry, errors);
}

void ValidateEndpoints(const ServiceEntry& owner, ConfigErrors& errors) {
  PortNames port_names;
  for (const ServicePort& port : owner.ports) port_names.insert(port.name);
  for (size_t i = 0; i < owner.endpoints.size(); ++i) {
    const ConfigErrors::Scope element(errors, "endpoints", i);
    ValidateEndpoint(owner.endpoints[i], owner.resolution, port_names, errors);
  }
}

}  // namespace meshroute
