// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_HEADER_EDIT_PLAN_H_
#define MESHROUTE_LIB_ROUTING_HEADER_EDIT_PLAN_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "lib/routing/header_edits.h"
#include "meshroute/config/http_route.h"

namespace meshroute {

// The destinations of `rule` that get traffic, in order (LiveShares).
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

  // Some value has an operator.
  bool has_operators() const;

  // What is done to a message to or from there, for people.
  std::vector<std::string> Describe(size_t position) const;

  // Edits a request to LiveDestinations(rule)[position]; of `sources` its request is
  // `head`, whatever is given.
  void Apply(size_t position, RequestHead& head, EditSources sources) const;

  // Edits the headers of a response from there.
  void Apply(size_t position, Headers& response, EditSources sources) const;

 private:
  // Calls `edit` with each level that has edits, in order.
  template <typename Edit>
  void ForEachLevel(size_t position, Edit edit) const {
    if (!of_destinations_.empty()) edit(of_destinations_[position]);
    if (!of_rule_.empty()) edit(of_rule_);
  }

  HeaderEditLevel of_rule_;
  std::vector<HeaderEditLevel> of_destinations_;  // Empty where none has edits.
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_HEADER_EDIT_PLAN_H_
