// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_ROUTE_ACTIONS_H_
#define MESHROUTE_LIB_ROUTING_ROUTE_ACTIONS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "lib/routing/cors_answer.h"
#include "lib/routing/hash_policy.h"
#include "lib/routing/header_edit_plan.h"
#include "lib/routing/path_rewrite.h"
#include "meshroute/config/http_route.h"

namespace meshroute {

// What a rule does to a request and its answer besides choosing a destination.
// Immutable once built.
struct RouteActions {
  RouteActions() = default;  // Of a default route: nothing.
  explicit RouteActions(const HttpRoute& rule);

  // Nothing at all is to be done.
  bool empty() const;
  bool EditsRequest() const;

  // The authority for destinations[position]; empty: as the caller wrote it.
  const std::string& AuthorityFor(size_t position) const;

  HeaderEditPlan request_headers;
  HeaderEditPlan response_headers;
  PathRewrite path_rewrite;
  std::vector<std::string> authorities;  // By position; empty where none is changed.
  std::optional<HttpRedirect> redirect;
  std::optional<HttpDirectResponse> direct_response;
  std::optional<CorsAnswer> cors;  // Of rules that forward.
  HashPolicies hash;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_ROUTE_ACTIONS_H_
