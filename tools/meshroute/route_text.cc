// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/route_text.h"

#include <algorithm>
#include <utility>

#include "tools/meshroute/json_object.h"

namespace meshroute::tool {

std::string OriginOf(const Route& route) {
  if (route.match_index < 0) return route.origin;
  return route.origin + " match[" + std::to_string(route.match_index) + "]";
}

std::string ShareText(uint64_t part, uint64_t whole) {
  if (part == whole) return "100%";
  const uint64_t tenths = part * 1000 / whole;
  if (tenths == 0 && part > 0) return "<0.1%";
  std::string text = std::to_string(tenths / 10);
  if (tenths % 10 != 0) text += "." + std::to_string(tenths % 10);
  return text + "%";
}

std::string MatchText(const RouteListing& listing) {
  std::string text;
  for (const std::string& condition : listing.conditions) {
    if (condition == "path must begin with \"/\"") continue;
    text += (text.empty() ? "" : "\n") + condition;
  }
  return text.empty() ? "every request" : text;
}

std::vector<std::string> DestinationLines(const RouteListing& listing, const RouteTable& table) {
  constexpr uint64_t kMillion = 1'000'000;
  const Route& route = *listing.route;
  if (route.action == Route::Action::kRedirect) {
    return {"redirect " + std::to_string(listing.reply_status)};
  }
  if (route.action == Route::Action::kDirectResponse) {
    return {"answer " + std::to_string(listing.reply_status)};
  }
  std::vector<std::string> lines;
  for (const Route::WeightedDestination& share : route.destinations) {
    std::string line = table.destinations()[share.destination].key.ToString();
    if (route.destinations.size() > 1) {
      line.insert(0, ShareText(share.weight, route.total_weight) + " ");
    }
    lines.push_back(std::move(line));
  }
  for (const Route::Mirror& mirror : route.mirrors) {
    lines.push_back("mirror " + ShareText(mirror.millionths, kMillion) + " " +
                    table.destinations()[mirror.destination].key.ToString());
  }
  return lines;
}

std::vector<DocumentNode> DestinationNodes(const Route& route, const RouteTable& table) {
  std::vector<DocumentNode> nodes;
  for (const Route::WeightedDestination& share : route.destinations) {
    JsonObject object;
    object.Set("cluster", table.destinations()[share.destination].key.ToString());
    object.Set("weight", uint64_t{share.weight});
    nodes.push_back(std::move(object).Take());
  }
  return nodes;
}

}  // namespace meshroute::tool
