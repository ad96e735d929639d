// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_TELEMETRY_UTF8_H_
#define MESHROUTE_LIB_TELEMETRY_UTF8_H_

#include <string>
#include <string_view>

namespace meshroute {

// `text` as UTF-8: what is no UTF-8 becomes U+FFFD, byte by byte. Headers and
// paths may hold any bytes, JSON may not.
std::string ToUtf8(std::string_view text);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_TELEMETRY_UTF8_H_
