// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_DEFAULT_PORT_H_
#define MESHROUTE_LIB_ROUTING_DEFAULT_PORT_H_

#include <cstdint>
#include <string_view>

namespace meshroute {

// The port of a scheme: 80 of "http", 443 of "https", 0 of any other.
constexpr uint32_t DefaultPort(std::string_view scheme) {
  if (scheme == "http") return 80;
  return scheme == "https" ? 443 : 0;
}

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_DEFAULT_PORT_H_
