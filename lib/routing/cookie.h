// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_COOKIE_H_
#define MESHROUTE_LIB_ROUTING_COOKIE_H_

#include <string_view>

#include "meshroute/message/request_view.h"

namespace meshroute {

// The first value of the cookie in the request's Cookie lines that is not empty,
// without quotes around it; empty where there is none.
std::string_view FindCookie(const RequestView& request, std::string_view name);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_COOKIE_H_
