// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_VALIDATE_VIRTUAL_SERVICE_H_
#define MESHROUTE_LIB_CONFIG_VALIDATE_VIRTUAL_SERVICE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/config/errors.h"
#include "meshroute/config/virtual_service.h"

namespace meshroute {

// The checks of a VirtualService, a function per message of Istio's schema. The
// caller stands at the object that holds the message; functions that take a
// message open its field's scope themselves, ValidateHttpRoute,
// ValidateHttpMatch, ValidateTlsRoute and ValidateTcpRoute stand in it already.

// All of `spec`.
void ValidateVirtualService(const VirtualService& service, ConfigErrors& errors);

// `owner` tells whether the rule stands in a delegate and whether it applies to the mesh.
void ValidateHttpRoute(const HttpRoute& route, const VirtualService& owner, ConfigErrors& errors);
void ValidateHttpMatch(const HttpMatchRequest& match, const VirtualService& owner,
                       ConfigErrors& errors);

// `matches` are those of the redirect's rule.
void ValidateRedirect(const HttpRedirect& redirect, const std::vector<HttpMatchRequest>& matches,
                      ConfigErrors& errors);
void ValidateDirectResponse(const HttpDirectResponse& response, ConfigErrors& errors);
void ValidateRewrite(const HttpRewrite& rewrite, ConfigErrors& errors);
void ValidateRetries(const HttpRetry& retries, std::string_view field, ConfigErrors& errors);
void ValidateFault(const HttpFaultInjection& fault, ConfigErrors& errors);
void ValidateCorsPolicy(const CorsPolicy& policy, ConfigErrors& errors);

// An unset destination is an error: every field of this type is required.
void ValidateDestination(const std::optional<Destination>& destination, ConfigErrors& errors);

// The weights of one rule's destinations, in their order.
void ValidateWeights(const std::vector<int32_t>& weights, ConfigErrors& errors);

// A VirtualService's hosts and their indexes, for look-up with FindHost.
using HostIndexes = std::map<std::string, size_t, std::less<>>;

void ValidateTlsRoute(const TlsRoute& route, const HostIndexes& hosts, ConfigErrors& errors);
void ValidateTcpRoute(const TcpRoute& route, ConfigErrors& errors);

// Warns of rules and match blocks that no request can reach.
void WarnOfUnreachableRules(const VirtualService& service, ConfigErrors& errors);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_VALIDATE_VIRTUAL_SERVICE_H_
