// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/query_string.h"

#include <algorithm>

namespace meshroute {

std::optional<std::string_view> FindQueryParameter(std::string_view path, std::string_view name) {
  path = path.substr(0, path.find('#'));
  const size_t question_mark = path.find('?');
  if (question_mark == std::string_view::npos) return std::nullopt;
  std::string_view rest = path.substr(question_mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const size_t equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    return equals == std::string_view::npos ? std::string_view("") : pair.substr(equals + 1);
  }
  return std::nullopt;
}

}  // namespace meshroute
