// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_MESSAGE_PATH_SCAN_H_
#define MESHROUTE_LIB_MESSAGE_PATH_SCAN_H_

#include <array>
#include <cstddef>
#include <string_view>

namespace meshroute {

// Whether a path can differ from its normal form: before the first '?' or '#' it has
// a backslash, or a '.' or '%' behind a slash, or it does not begin with a slash. One
// look at each byte: every request's path is looked at.
inline bool MayNeedNormalizing(std::string_view path) {
  static constexpr auto kSpecial = [] {
    std::array<bool, 256> special{};
    for (const char c : {'\\', '.', '%', '?', '#'}) special[static_cast<unsigned char>(c)] = true;
    return special;
  }();
  if (path.empty() || path.front() != '/') return true;
  for (size_t i = 1; i < path.size(); ++i) {
    const char c = path[i];
    if (!kSpecial[static_cast<unsigned char>(c)]) continue;
    if (c == '?' || c == '#') return false;
    if (c == '\\' || path[i - 1] == '/') return true;
  }
  return false;
}

}  // namespace meshroute

#endif  // MESHROUTE_LIB_MESSAGE_PATH_SCAN_H_
