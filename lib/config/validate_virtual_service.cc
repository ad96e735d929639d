// SPDX-License-Identifier: Apache-2.0
#include "lib/config/validate_virtual_service.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/config/extension_annotations.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_sticky_split.h"
#include "meshroute/config/host_name.h"

namespace meshroute {
namespace {

// "outbound_.80_._.reviews.example.com": how a gateway's SNI names a service.
bool IsSniClusterName(std::string_view host) {
  static constexpr std::string_view kPrefix = "outbound_.";
  static constexpr std::string_view kMiddle = "_._.";
  if (!host.starts_with(kPrefix)) return false;
  host.remove_prefix(kPrefix.size());
  const size_t digits = std::min(host.find_first_not_of("0123456789"), host.size());
  if (digits == 0 || host.substr(digits, kMiddle.size()) != kMiddle) return false;
  return IsWildcardDomain(host.substr(digits + kMiddle.size()));
}

// Whether every host is a legal one.
bool ValidateEachHost(const VirtualService& service, ConfigErrors& errors) {
  bool all_valid = true;
  for (size_t i = 0; i < service.hosts.size(); ++i) {
    const ConfigErrors::Scope element(errors, "hosts", i);
    const std::string& host = service.hosts[i];
    if (host == "*" && AppliesToMesh(service)) {
      errors.Add("must not be \"*\" for the mesh: name the hosts, or the gateways");
      all_valid = false;
    }
    const bool is_for_sni = !AppliesToMesh(service) && !service.tls.empty();
    if (IsWildcardDomain(host) || IsIpLiteral(host) || (is_for_sni && IsSniClusterName(host))) {
      continue;
    }
    errors.Add(
        absl::StrCat("must be a host name, a wildcard such as *.example.com or an address, "
                     "got ",
                     Quoted(host)));
    all_valid = false;
  }
  return all_valid;
}

// The wildcard among `wildcards` that covers `host` and is not `host` itself.
const size_t* FindShorterWildcard(const HostIndexes& wildcards, std::string_view host) {
  if (host == "*") return nullptr;
  if (IsWildcardHost(host)) host.remove_prefix(2);
  return FindHost(wildcards, host);
}

void AddDuplicate(const VirtualService& service, size_t a, size_t b, ConfigErrors& errors) {
  const ConfigErrors::Scope element(errors, "hosts", std::max(a, b));
  errors.Add(absl::StrCat("overlaps with another host of this object: ", Quoted(service.hosts[a]),
                          " and ", Quoted(service.hosts[b])));
}

void ValidateOverlaps(const VirtualService& service, ConfigErrors& errors) {
  HostIndexes wildcards;
  HostIndexes literals;
  for (size_t i = 0; i < service.hosts.size(); ++i) {
    HostIndexes& group = IsWildcardHost(service.hosts[i]) ? wildcards : literals;
    const auto [first, is_new] = group.emplace(service.hosts[i], i);
    if (!is_new) AddDuplicate(service, first->second, i, errors);
  }
  if (wildcards.empty()) return;
  for (size_t i = 0; i < service.hosts.size(); ++i) {
    const size_t* const wildcard = FindShorterWildcard(wildcards, service.hosts[i]);
    if (wildcard != nullptr) AddDuplicate(service, *wildcard, i, errors);
  }
}

void ValidateDelegate(const VirtualService& service, ConfigErrors& errors) {
  static constexpr std::string_view kMessage =
      "must be empty in an object without hosts, which only lends its http rules to others";
  if (!service.gateways.empty()) AddAt(errors, "gateways", kMessage);
  if (!service.tls.empty()) AddAt(errors, "tls", kMessage);
  if (!service.tcp.empty()) AddAt(errors, "tcp", kMessage);
}

void ValidateRules(const VirtualService& service, ConfigErrors& errors) {
  for (size_t i = 0; i < service.http.size(); ++i) {
    const ConfigErrors::Scope rule(errors, "http", i);
    ValidateHttpRoute(service.http[i], service, errors);
  }
  HostIndexes hosts;
  for (size_t i = 0; i < service.hosts.size(); ++i) hosts.emplace(service.hosts[i], i);
  for (size_t i = 0; i < service.tls.size(); ++i) {
    const ConfigErrors::Scope rule(errors, "tls", i);
    ValidateTlsRoute(service.tls[i], hosts, errors);
  }
  for (size_t i = 0; i < service.tcp.size(); ++i) {
    const ConfigErrors::Scope rule(errors, "tcp", i);
    ValidateTcpRoute(service.tcp[i], errors);
  }
}

void ValidateExtensions(const VirtualService& service, ConfigErrors& errors) {
  const ConfigErrors::Scope metadata(errors, "metadata");
  const ConfigErrors::Scope annotations(errors, "annotations");
  for (const auto& [key, value] : service.metadata.annotations) {
    if (!IsExtensionKey(key)) continue;
    AddAt(errors, key, "is no annotation in code: set the member of VirtualService");
  }
  if (!service.sticky_split) return;
  const ConfigErrors::Scope scope(errors, "meshroute.io/sticky-split");
  ValidateStickySplit(*service.sticky_split, errors);
  if (std::none_of(service.http.begin(), service.http.end(),
                   [](const HttpRoute& rule) { return rule.route.size() > 1; })) {
    errors.Report(ProblemCode::kNoEffect,
                  "is for http rules with several destinations, and none here has several");
  }
}

}  // namespace

void ValidateVirtualService(const VirtualService& service, ConfigErrors& errors) {
  ValidateExtensions(service, errors);
  const ConfigErrors::Scope spec(errors, "spec");
  if (service.hosts.empty()) ValidateDelegate(service, errors);
  if (ValidateEachHost(service, errors)) ValidateOverlaps(service, errors);
  CheckGateways(errors, service.gateways);
  if (service.http.empty() && service.tls.empty() && service.tcp.empty()) {
    errors.Add("must have a rule in http, tls or tcp");
  }
  ValidateRules(service, errors);
  CheckExportTo(errors, service.export_to, service.metadata.namespace_name,
                ExportToNobody::kRefused);
  WarnOfUnreachableRules(service, errors);
}

}  // namespace meshroute
