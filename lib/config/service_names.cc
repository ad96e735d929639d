// SPDX-License-Identifier: Apache-2.0
#include "lib/config/service_names.h"

#include "absl/strings/str_cat.h"
#include "meshroute/config/host_name.h"

namespace meshroute {
namespace {

// "a.b" of "a.b.svc.<domain>"; "" of a host elsewhere.
std::string_view NameInCluster(std::string_view host, std::string_view cluster_domain) {
  const std::string suffix = absl::StrCat(".svc.", LowerHost(cluster_domain));
  if (cluster_domain.empty() || !host.ends_with(suffix)) return {};
  const std::string_view name = host.substr(0, host.size() - suffix.size());
  return name.find('.') == std::string_view::npos ? std::string_view() : name;
}

}  // namespace

std::string_view NamespaceIn(std::string_view host, std::string_view cluster_domain) {
  const std::string_view name = NameInCluster(host, cluster_domain);
  return name.substr(name.rfind('.') + 1);  // "" of "": npos + 1 is 0.
}

std::vector<std::string> FurtherNames(const std::string& host, std::string_view client_namespace,
                                      std::string_view cluster_domain) {
  if (IsWildcardHost(host)) return {};
  if (IsIpLiteral(host)) return {NameOfAddress(host)};
  std::vector<std::string> names;
  if (!host.ends_with('.')) names.push_back(host + ".");
  const std::string name(NameInCluster(host, cluster_domain));
  if (name.empty()) return names;
  names.push_back(name);
  names.push_back(name + ".svc");
  const std::string_view namespace_name = NamespaceIn(host, cluster_domain);
  if (namespace_name == client_namespace) {
    names.push_back(name.substr(0, name.size() - namespace_name.size() - 1));
  }
  return names;
}

std::string NameOfAddress(std::string_view address) {
  const size_t slash = address.find('/');
  if (slash != std::string_view::npos) {
    const std::string_view length = address.substr(slash + 1);
    address = address.substr(0, slash);
    const std::string_view whole = address.find(':') == std::string_view::npos ? "32" : "128";
    if (length != whole) return "";
  }
  if (address.find(':') == std::string_view::npos) return std::string(address);
  return absl::StrCat("[", LowerHost(address), "]");
}

}  // namespace meshroute
