// SPDX-License-Identifier: Apache-2.0
#include "meshroute/message/request_view.h"

namespace meshroute {
namespace {

constexpr uint32_t kHighestPort = 65535;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// What stands behind the colon, as a port; 0: it is none.
uint16_t PortOf(std::string_view digits) {
  uint32_t port = 0;
  for (const char digit : digits) {
    port = port * 10 + static_cast<uint32_t>(digit - '0');
    if (!IsDigit(digit) || port > kHighestPort) return 0;
  }
  return static_cast<uint16_t>(port);
}

}  // namespace

AuthorityParts SplitAuthority(std::string_view authority) {
  // From the end, since a port is short.
  size_t end = authority.size();
  while (end > 0 && IsDigit(authority[end - 1])) --end;
  const bool is_plain = end > 0 && authority[end - 1] == ':';
  const size_t colon = is_plain ? end - 1 : authority.rfind(':');
  if (colon == std::string_view::npos) return {authority, 0};
  const std::string_view host = authority.substr(0, colon);
  // A colon inside "[...]" or in a bare IPv6 address belongs to the host.
  if (!host.ends_with(']') && host.find(':') != std::string_view::npos) return {authority, 0};
  return {host, PortOf(authority.substr(colon + 1))};
}

std::string_view PathWithoutQuery(std::string_view path) {
  path = path.substr(0, path.find('#'));  // Twice memchr is far faster than find_first_of.
  return path.substr(0, path.find('?'));
}

}  // namespace meshroute
