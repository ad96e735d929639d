// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_QUERY_STRING_H_
#define MESHROUTE_LIB_ROUTING_QUERY_STRING_H_

#include <optional>
#include <string_view>

namespace meshroute {

// The first value of a query parameter of `path`, or nothing where it is absent.
// Nothing is decoded; "?key" gives "". Names compare byte by byte.
std::optional<std::string_view> FindQueryParameter(std::string_view path, std::string_view name);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_QUERY_STRING_H_
