// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/part_origins.h"

#include <utility>

namespace meshroute {

void PartOrigins::Add(std::string path, std::string_view origin) {
  origins_.insert_or_assign(std::move(path), std::string(origin));
}

std::string_view PartOrigins::Of(std::string_view path) const {
  for (;;) {
    if (const auto found = origins_.find(path); found != origins_.end()) return found->second;
    if (path.empty()) return {};
    const size_t dot = path.rfind('.');
    path = path.substr(0, dot == std::string_view::npos ? 0 : dot);
  }
}

bool PartOrigins::IsDivided(std::string_view path) const {
  const std::string below = std::string(path) + ".";
  const auto first = origins_.lower_bound(below);
  return first != origins_.end() && first->first.starts_with(below);
}

std::string PartOrigins::Join(std::string_view path, std::string_view name) {
  std::string joined(path);
  if (!path.empty() && !name.empty()) joined += '.';
  return joined.append(name);
}

}  // namespace meshroute
