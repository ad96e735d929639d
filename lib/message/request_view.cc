// SPDX-License-Identifier: Apache-2.0
#include "meshroute/message/request_view.h"

#include <charconv>

namespace meshroute {

AuthorityParts SplitAuthority(std::string_view authority) {
  if (authority.find(':') == std::string_view::npos) return {authority, 0};
  const size_t colon = authority.rfind(':');
  // A colon inside "[...]" or in a bare IPv6 address belongs to the host.
  const size_t bracket = authority.rfind(']');
  if (bracket != std::string_view::npos && bracket > colon) return {authority, 0};
  if (bracket == std::string_view::npos && authority.find(':') != colon) return {authority, 0};

  const std::string_view digits = authority.substr(colon + 1);
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size()) port = 0;
  return {authority.substr(0, colon), port};
}

std::string_view PathWithoutQuery(std::string_view path) {
  path = path.substr(0, path.find('#'));  // Twice memchr is far faster than find_first_of.
  return path.substr(0, path.find('?'));
}

}  // namespace meshroute
