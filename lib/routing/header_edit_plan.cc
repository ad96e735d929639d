// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/header_edit_plan.h"

#include <algorithm>
#include <utility>

#include "lib/routing/live_shares.h"

namespace meshroute {
namespace {

void AppendTo(HeaderEditLevel& level, const std::optional<HeaderEdits>& edits,
              HeaderEditPlan::Direction direction) {
  if (!edits || !((*edits).*direction)) return;
  level.Append(*((*edits).*direction), direction == &HeaderEdits::request
                                           ? HeaderValueParts::Direction::kRequest
                                           : HeaderValueParts::Direction::kResponse);
}

}  // namespace

std::vector<const HttpRouteDestination*> LiveDestinations(const HttpRoute& rule) {
  return LiveShares(rule.route);
}

HeaderEditPlan::HeaderEditPlan(const HttpRoute& rule, Direction direction) {
  AppendTo(of_rule_, rule.headers, direction);
  if (rule.route.size() == 1) {
    AppendTo(of_rule_, rule.route.front().headers, direction);
    return;
  }
  for (const HttpRouteDestination* destination : LiveDestinations(rule)) {
    AppendTo(of_destinations_.emplace_back(), destination->headers, direction);
  }
  if (std::all_of(of_destinations_.begin(), of_destinations_.end(),
                  [](const HeaderEditLevel& level) { return level.empty(); })) {
    of_destinations_.clear();
  }
}

bool HeaderEditPlan::has_operators() const {
  return of_rule_.has_operators() ||
         std::any_of(of_destinations_.begin(), of_destinations_.end(),
                     [](const HeaderEditLevel& level) { return level.has_operators(); });
}

void HeaderEditPlan::Apply(size_t position, RequestHead& head, EditSources sources) const {
  ForEachLevel(position, [&](const HeaderEditLevel& level) {
    level.Remove(head.headers);
    std::vector<HeaderView> lines;
    if (level.has_operators()) lines = ViewsOf(head.headers);
    sources.request = {head.method, head.scheme, head.authority, head.path, lines};
    level.Write(head.headers, sources);
  });
}

void HeaderEditPlan::Apply(size_t position, Headers& response, EditSources sources) const {
  sources.response = &response;
  ForEachLevel(position, [&](const HeaderEditLevel& level) {
    level.Remove(response);
    level.Write(response, sources);
  });
}

std::vector<std::string> HeaderEditPlan::Describe(size_t position) const {
  std::vector<std::string> texts;
  ForEachLevel(position, [&texts](const HeaderEditLevel& level) {
    for (std::string& text : level.Describe()) texts.push_back(std::move(text));
  });
  return texts;
}

}  // namespace meshroute
