// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_HTTP_ROUTE_H_
#define MESHROUTE_CONFIG_HTTP_ROUTE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/config/http_actions.h"
#include "meshroute/config/http_match.h"

namespace meshroute {

// Names a VirtualService without hosts whose rules take this rule's place.
struct Delegate {
  std::string name;
  std::string namespace_name;  // `namespace`; empty: that of the root.

  bool operator==(const Delegate&) const = default;
};

// VirtualService http[]: one rule. The first rule that matches decides; its
// action is exactly one of `route`, `redirect`, `direct_response`, `delegate`.
struct HttpRoute {
  std::string name;

  // Alternatives; empty: the rule matches every request.
  std::vector<HttpMatchRequest> match;

  std::vector<HttpRouteDestination> route;
  std::optional<HttpRedirect> redirect;
  std::optional<HttpDirectResponse> direct_response;
  std::optional<Delegate> delegate;

  std::optional<HttpRewrite> rewrite;

  // Budget of the whole call with all attempts and back-offs, not counting
  // injected delays; 504 UT when it runs out. Unset: no limit. At least 1ms.
  std::optional<Duration> timeout;

  // Unset: the mesh default (HttpRetry::BuiltIn). Set but empty: no retries.
  std::optional<HttpRetry> retries;

  std::optional<HttpFaultInjection> fault;

  // A copy of the request goes here too, fire and forget.
  std::optional<Destination> mirror;
  std::optional<uint32_t> mirror_percent;    // Deprecated spelling, 0..100.
  std::optional<Percent> mirror_percentage;  // Unset: 100 %.
  std::vector<HttpMirrorPolicy> mirrors;

  std::optional<CorsPolicy> cors_policy;
  std::optional<HeaderEdits> headers;

  bool operator==(const HttpRoute&) const = default;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_HTTP_ROUTE_H_
