// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_HEADER_EDIT_PLAN_H_
#define MESHROUTE_LIB_ROUTING_HEADER_EDIT_PLAN_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "lib/routing/header_edits.h"
#include "meshroute/config/http_route.h"

namespace meshroute {

// The destinations of `rule` that get traffic, in order: all but those of weight
// 0, except that a single one gets everything whatever its weight.
std::vector<const HttpRouteDestination*> LiveDestinations(const HttpRoute& rule);

// The header edits of a rule in one direction, request or response, in Istio's
// order. The operations of a single destination join the rule's in one level, so
// the destination's `set` wins; of several, the destination's level is done
// first and the rule's after it, so the rule's wins. Immutable once built.
class HeaderEditPlan {
 public:
  // &HeaderEdits::request or &HeaderEdits::response.
  using Direction = std::optional<HeaderOperations> HeaderEdits::*;

  HeaderEditPlan() = default;  // Edits nothing.
  HeaderEditPlan(const HttpRoute& rule, Direction direction);

  bool empty() const { return of_rule_.empty() && of_destinations_.empty(); }

  // Edits the headers of a message to or from LiveDestinations(rule)[position].
  void Apply(size_t position, Headers& headers) const;

 private:
  HeaderEditLevel of_rule_;
  std::vector<HeaderEditLevel> of_destinations_;  // Empty where none has edits.
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_HEADER_EDIT_PLAN_H_
