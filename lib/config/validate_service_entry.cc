// SPDX-License-Identifier: Apache-2.0
#include "lib/config/validate_service_entry.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "meshroute/config/host_name.h"
#include "meshroute/config/services.h"

namespace meshroute {
namespace {

using Resolution = ServiceEntry::Resolution;

constexpr size_t kMaximumHosts = 256;
constexpr size_t kMaximumEndpoints = 4096;

bool IsOneOf(std::string_view protocol, std::initializer_list<std::string_view> upper) {
  const std::string folded = absl::AsciiStrToUpper(std::string(protocol));
  return std::find(upper.begin(), upper.end(), folded) != upper.end();
}

bool IsKnownProtocol(std::string_view protocol) {
  return IsOneOf(protocol, {"", "HTTP", "HTTPS", "HTTP2", "GRPC", "GRPC-WEB", "HTTP_PROXY", "TCP",
                            "TLS", "UDP", "MONGO", "REDIS", "MYSQL"});
}

// Whether a connection says which host it is for.
bool NamesItsHost(std::string_view protocol) {
  return !protocol.empty() && (IsHttpProtocol(protocol) || IsOneOf(protocol, {"HTTPS", "TLS"}));
}

bool IsDns(Resolution resolution) {
  return resolution == Resolution::kDns || resolution == Resolution::kDnsRoundRobin;
}

void ValidateHost(const ServiceEntry& entry, std::string_view host, ConfigErrors& errors) {
  if (host == "*") {
    errors.Add("must not be \"*\": name the hosts");
    return;
  }
  if (!IsWildcardDomain(host)) {
    errors.Add(absl::StrCat("must be a host name or a wildcard such as *.example.com, got ",
                            Quoted(host)));
    return;
  }
  const bool is_wildcard = IsWildcardHost(host);
  if (entry.resolution == Resolution::kDynamicDns) {
    if (!is_wildcard) {
      errors.Add(
          absl::StrCat("must be a wildcard with resolution DYNAMIC_DNS, got ", Quoted(host)));
    }
  } else if (is_wildcard && !host.starts_with("*.")) {
    errors.Report(
        ProblemCode::kDoubtfulValue,
        absl::StrCat("is a wildcard that begins inside a label, which few proxies serve: ",
                     Quoted(host)));
  }
  if (is_wildcard && IsDns(entry.resolution) && entry.endpoints.empty()) {
    errors.Add(
        absl::StrCat("cannot be looked up in DNS: a wildcard needs endpoints, got ", Quoted(host)));
  }
}

void ValidateHosts(const ServiceEntry& entry, ConfigErrors& errors) {
  if (entry.hosts.empty()) AddAt(errors, "hosts", "must name a host");
  if (entry.hosts.size() > kMaximumHosts) {
    AddAt(errors, "hosts",
          absl::StrCat("must have at most ", kMaximumHosts, " entries, got ", entry.hosts.size()));
  }
  for (size_t i = 0; i < entry.hosts.size(); ++i) {
    const ConfigErrors::Scope element(errors, "hosts", i);
    ValidateHost(entry, entry.hosts[i], errors);
  }
}

void ValidateAddresses(const ServiceEntry& entry, ConfigErrors& errors) {
  CheckSubnets(errors, "addresses", entry.addresses);
  if (entry.resolution == Resolution::kDynamicDns && !entry.addresses.empty()) {
    AddAt(errors, "addresses", "must be empty with resolution DYNAMIC_DNS");
  }
  if (entry.resolution == Resolution::kNone || entry.resolution == Resolution::kStatic) return;
  for (size_t i = 0; i < entry.addresses.size(); ++i) {
    if (entry.addresses[i].find('/') == std::string::npos) continue;
    const ConfigErrors::Scope element(errors, "addresses", i);
    errors.Add(absl::StrCat("must be a single address unless resolution is NONE or STATIC, got ",
                            Quoted(entry.addresses[i])));
  }
}

void ValidateProtocol(const ServiceEntry& entry, const ServicePort& port, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "protocol");
  if (!IsKnownProtocol(port.protocol)) {
    errors.Add(
        absl::StrCat("must be one of HTTP, HTTPS, HTTP2, GRPC, GRPC-WEB, HTTP_PROXY, TCP, TLS, "
                     "UDP, MONGO, REDIS and MYSQL, got ",
                     Quoted(port.protocol)));
  } else if (entry.resolution == Resolution::kDynamicDns &&
             !IsOneOf(port.protocol, {"HTTP", "TLS", "GRPC", "HTTP2"})) {
    errors.Add(absl::StrCat("must be HTTP, HTTP2, GRPC or TLS with resolution DYNAMIC_DNS, got ",
                            Quoted(port.protocol)));
  } else if (entry.hosts.size() > 1 && entry.resolution != Resolution::kNone &&
             !NamesItsHost(port.protocol)) {
    errors.Add(absl::StrCat("must be an HTTP or TLS protocol where there are several hosts, got ",
                            Quoted(port.protocol)));
  }
}

void ValidatePorts(const ServiceEntry& entry, ConfigErrors& errors) {
  std::set<std::string_view, std::less<>> names;
  std::set<uint32_t> numbers;
  for (size_t i = 0; i < entry.ports.size(); ++i) {
    const ConfigErrors::Scope element(errors, "ports", i);
    const ServicePort& port = entry.ports[i];
    CheckPort(errors, "number", port.number);
    if (!numbers.insert(port.number).second) {
      AddAt(errors, "number", absl::StrCat("is used by an earlier port: ", port.number));
    }
    CheckDnsLabel(errors, "name", port.name);
    if (!names.insert(port.name).second) {
      AddAt(errors, "name", absl::StrCat("is used by an earlier port: ", Quoted(port.name)));
    }
    if (port.target_port != 0) CheckPort(errors, "targetPort", port.target_port);
    ValidateProtocol(entry, port, errors);
  }
}

// How many endpoints there may be, and of which kind, hangs on the resolution.
void ValidateEndpointList(const ServiceEntry& entry, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "endpoints");
  const size_t count = entry.endpoints.size();
  if (count == 0) return;
  if (entry.workload_selector) errors.Add("must not stand beside workloadSelector");
  if (entry.resolution == Resolution::kNone) {
    errors.Add("must be empty with resolution NONE, the default: STATIC or DNS uses them");
  } else if (entry.resolution == Resolution::kDynamicDns) {
    errors.Add("must be empty with resolution DYNAMIC_DNS");
  } else if (entry.resolution == Resolution::kDnsRoundRobin && count > 1) {
    errors.Add(absl::StrCat("must be at most one with resolution DNS_ROUND_ROBIN, got ", count));
  }
  if (count > kMaximumEndpoints) {
    errors.Add(absl::StrCat("must be at most ", kMaximumEndpoints, ", got ", count));
  }
}

}  // namespace

void ValidateServiceEntry(const ServiceEntry& entry, ConfigErrors& errors) {
  const ConfigErrors::Scope spec(errors, "spec");
  ValidateHosts(entry, errors);
  ValidateAddresses(entry, errors);
  ValidatePorts(entry, errors);
  ValidateEndpointList(entry, errors);
  ValidateEndpoints(entry, errors);
  if (entry.workload_selector) {
    const ConfigErrors::Scope selector(errors, "workloadSelector");
    CheckSelectorLabels(errors, "labels", entry.workload_selector->labels);
    if (entry.resolution == Resolution::kNone) {
      errors.Report(ProblemCode::kNoEffect, "does nothing with resolution NONE, the default");
    }
  }
  CheckExportTo(errors, entry.export_to, entry.metadata.namespace_name, ExportToNobody::kAllowed);
}

}  // namespace meshroute
