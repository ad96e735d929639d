// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/check_coverage.h"

#include <algorithm>

#include "meshroute/routing/route_listing.h"

namespace meshroute::tool {
namespace {

bool IsOfVirtualService(const Route& route) { return route.origin.starts_with("VirtualService "); }

std::set<std::string, std::less<>> AssertableFields(const Route& route) {
  switch (route.action) {
    case Route::Action::kForward:
      return {"cluster_name", "virtual_host_name", "host_rewrite", "path_rewrite"};
    case Route::Action::kRedirect:
      return {"virtual_host_name", "code_redirect", "path_redirect"};
    case Route::Action::kDirectResponse:
      break;
  }
  return {"virtual_host_name", "code_redirect"};
}

}  // namespace

std::string CheckCoverage::KeyOf(const Route& route, size_t position) {
  return route.origin + "\n" + std::to_string(route.match_index) + "\n" + std::to_string(position);
}

void CheckCoverage::AddRules(const RouteTable& table) {
  for (const VirtualHostListing& host : table.List()) {
    for (const RouteListing& listing : host.routes) {
      const Route& route = *listing.route;
      if (!IsOfVirtualService(route)) continue;
      std::string name = route.origin;
      if (route.match_index >= 0) name += " match[" + std::to_string(route.match_index) + "]";
      for (size_t i = 0; i < std::max<size_t>(route.destinations.size(), 1); ++i) {
        const std::string key = KeyOf(route, i);
        if (!fields_.try_emplace(key, Fields{AssertableFields(route), {}}).second) continue;
        std::string& shown = names_[key] = name;
        if (route.destinations.size() > 1) {
          shown += " -> " + table.destinations()[route.destinations[i].destination].key.ToString();
        }
      }
    }
  }
}

void CheckCoverage::Mark(const Route& route, size_t position, std::string_view field) {
  const auto found = fields_.find(KeyOf(route, position));
  if (found != fields_.end()) found->second.marked.emplace(field);
}

size_t CheckCoverage::covered_count() const {
  return static_cast<size_t>(std::count_if(fields_.begin(), fields_.end(), [](const auto& entry) {
    return !entry.second.marked.empty();
  }));
}

double CheckCoverage::Percent() const {
  if (fields_.empty()) return 100;
  return 100.0 * static_cast<double>(covered_count()) / static_cast<double>(fields_.size());
}

double CheckCoverage::PercentOfFields() const {
  if (fields_.empty()) return 100;
  double sum = 0;
  for (const auto& entry : fields_) {
    const Fields& fields = entry.second;
    const auto marked =
        std::count_if(fields.assertable.begin(), fields.assertable.end(),
                      [&](const std::string& field) { return fields.marked.contains(field); });
    sum += static_cast<double>(marked) / static_cast<double>(fields.assertable.size());
  }
  return 100 * sum / static_cast<double>(fields_.size());
}

std::vector<std::string> CheckCoverage::NotCovered() const {
  std::vector<std::string> names;
  for (const auto& [key, fields] : fields_) {
    if (fields.marked.empty()) names.push_back(names_.at(key));
  }
  return names;
}

}  // namespace meshroute::tool
