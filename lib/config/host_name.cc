// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/host_name.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace meshroute {

std::string LowerHost(std::string_view host) {
  std::string lower(host);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string CompleteHost(std::string_view host, std::string_view namespace_name,
                         std::string_view cluster_domain) {
  std::string complete = LowerHost(host);
  if (host.empty() || host == "*" || IsIpLiteral(host) ||
      host.find('.') != std::string_view::npos) {
    return complete;
  }
  if (!namespace_name.empty()) complete.append(".").append(LowerHost(namespace_name));
  if (!cluster_domain.empty()) complete.append(".svc.").append(LowerHost(cluster_domain));
  return complete;
}

bool IsWildcardHost(std::string_view host) { return !host.empty() && host.front() == '*'; }

bool IsIpLiteral(std::string_view text) {
  // inet_pton reads up to a NUL, which must not hide what follows it.
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) return false;
  const std::string terminated(text);
  in6_addr address;
  return inet_pton(AF_INET, terminated.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, terminated.c_str(), &address) == 1;
}

bool HostsOverlap(std::string_view a, std::string_view b) {
  return HostCovers(a, b) || HostCovers(b, a);
}

bool HostCovers(std::string_view pattern, std::string_view host) {
  if (!IsWildcardHost(pattern)) return pattern == host;
  if (IsWildcardHost(host)) host.remove_prefix(1);
  return host.ends_with(pattern.substr(1));
}

bool MoreSpecificHost(std::string_view a, std::string_view b) {
  if (IsWildcardHost(a) != IsWildcardHost(b)) return IsWildcardHost(b);
  if (a.size() != b.size()) return a.size() > b.size();
  return a < b;
}

}  // namespace meshroute
