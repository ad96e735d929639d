// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/cookie.h"

#include <algorithm>

namespace meshroute {
namespace {

std::string_view TrimSpace(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The first value of the cookie in one Cookie line that is not empty.
std::string_view FindCookieIn(std::string_view line, std::string_view name) {
  while (!line.empty()) {
    const std::string_view pair = TrimSpace(line.substr(0, line.find(';')));
    line.remove_prefix(std::min(line.size(), line.find(';')));
    if (!line.empty()) line.remove_prefix(1);
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos || TrimSpace(pair.substr(0, equals)) != name) continue;
    std::string_view value = TrimSpace(pair.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    if (!value.empty()) return value;
  }
  return {};
}

}  // namespace

std::string_view FindCookie(const RequestView& request, std::string_view name) {
  for (const HeaderView& header : request.headers) {
    if (!EqualsIgnoreCase(header.name, "cookie")) continue;
    const std::string_view value = FindCookieIn(header.value, name);
    if (!value.empty()) return value;
  }
  return {};
}

}  // namespace meshroute
