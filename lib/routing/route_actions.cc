// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/route_actions.h"

#include <algorithm>

namespace meshroute {
namespace {

std::string AuthorityIn(const std::optional<HeaderEdits>& edits) {
  return edits && edits->request ? AuthorityOf(*edits->request) : "";
}

// The authority per live destination: the rule's wins over the destination's,
// and its `rewrite` over its headers. Empty where none is changed.
std::vector<std::string> AuthoritiesOf(const HttpRoute& rule) {
  std::string of_rule = rule.rewrite ? rule.rewrite->authority : "";
  if (of_rule.empty()) of_rule = AuthorityIn(rule.headers);
  std::vector<std::string> authorities;
  for (const HttpRouteDestination* destination : LiveDestinations(rule)) {
    authorities.push_back(of_rule.empty() ? AuthorityIn(destination->headers) : of_rule);
  }
  if (std::all_of(authorities.begin(), authorities.end(),
                  [](const std::string& authority) { return authority.empty(); })) {
    authorities.clear();
  }
  return authorities;
}

}  // namespace

RouteActions::RouteActions(const HttpRoute& rule)
    : request_headers(rule, &HeaderEdits::request),
      response_headers(rule, &HeaderEdits::response),
      path_rewrite(rule.rewrite ? PathRewrite(*rule.rewrite) : PathRewrite()),
      authorities(AuthoritiesOf(rule)),
      redirect(rule.redirect),
      direct_response(rule.direct_response) {
  // As in Envoy, rules that answer themselves are not asked.
  if (rule.cors_policy && !redirect && !direct_response) cors.emplace(*rule.cors_policy);
}

bool RouteActions::empty() const {
  return !EditsRequest() && response_headers.empty() && !redirect && !direct_response && !cors &&
         hash.empty();
}

bool RouteActions::EditsRequest() const {
  return !request_headers.empty() || !path_rewrite.empty() || !authorities.empty();
}

const std::string& RouteActions::AuthorityFor(size_t position) const {
  static const std::string kUnchanged;
  return authorities.empty() ? kUnchanged : authorities[position];
}

}  // namespace meshroute
