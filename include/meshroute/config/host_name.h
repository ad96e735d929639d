// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_HOST_NAME_H_
#define MESHROUTE_CONFIG_HOST_NAME_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace meshroute {

// `host` with A..Z as a..z, the form in which hosts are compared.
std::string LowerHost(std::string_view host);

// Istio's completion of host names in VirtualServices and DestinationRules: a
// name without a dot becomes "<host>.<namespace>.svc.<domain>"; anything with a
// dot, "*" and IP literals stay. Empty parts are left out:
// CompleteHost("a", "ns", "") is "a.ns". The result is lower-case. Hosts of
// ServiceEntries are never completed.
std::string CompleteHost(std::string_view host, std::string_view namespace_name,
                         std::string_view cluster_domain);

bool IsWildcardHost(std::string_view host);  // Begins with '*'.
bool IsIpLiteral(std::string_view text);     // IPv4 or IPv6, without brackets or port.

// The functions below take hosts as they are: bytes are compared, a leading '*'
// stands for any text and the rest of a wildcard is a literal suffix.

// Whether some name fits both: "*.com" and "foo.com", but not "*.foo.com" and "foo.com".
bool HostsOverlap(std::string_view a, std::string_view b);

// Whether every name that fits `host` fits `pattern`.
bool HostCovers(std::string_view pattern, std::string_view host);

// Order of look-up: literals before wildcards, longer before shorter, then by bytes.
bool MoreSpecificHost(std::string_view a, std::string_view b);

// The value of the most specific entry of `table` that covers `host`, or
// nullptr. A wildcard `host` finds an equal or shorter wildcard, never a
// literal. As many look-ups as `host` has characters, whatever the table's size.
template <typename T>
const T* FindHost(const std::map<std::string, T, std::less<>>& table, std::string_view host) {
  if (const auto exact = table.find(host); exact != table.end()) return &exact->second;
  if (IsWildcardHost(host)) host.remove_prefix(1);
  std::string wildcard;
  for (;; host.remove_prefix(1)) {
    wildcard.assign(1, '*').append(host);
    if (const auto found = table.find(wildcard); found != table.end()) return &found->second;
    if (host.empty()) return nullptr;
  }
}

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_HOST_NAME_H_
