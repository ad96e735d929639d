// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_DELEGATES_H_
#define MESHROUTE_LIB_CONFIG_DELEGATES_H_

#include <optional>
#include <string_view>

#include "meshroute/config/http_route.h"

namespace meshroute {

// Istio's merge of a rule with `delegate` (the root) and one rule of the
// VirtualService that it names: matches are combined, the delegate's members win
// as a whole, `route` and `redirect` are always the delegate's. Host names in
// both must be complete. nullopt: the rule drops out, since one of its match
// blocks conflicts with every block of the root.
std::optional<HttpRoute> MergeDelegate(const HttpRoute& root, const HttpRoute& delegate);

// Completes every destination host of `rule` with `namespace_name`.
void CompleteDestinations(HttpRoute& rule, std::string_view namespace_name,
                          std::string_view cluster_domain);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_DELEGATES_H_
