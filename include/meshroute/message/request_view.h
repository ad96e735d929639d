// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_MESSAGE_REQUEST_VIEW_H_
#define MESHROUTE_MESSAGE_REQUEST_VIEW_H_

#include <cstdint>
#include <string_view>

#include "meshroute/message/headers.h"

namespace meshroute {

// The head of a request as the caller wrote it: all that routing may look at.
// Owns nothing; every view must outlive the Call that was started with it.
struct RequestView {
  std::string_view method = "GET";

  // "http" or "https", as `:scheme` in match conditions.
  std::string_view scheme = "http";

  // Host, with the port only if the caller addressed one: "reviews:9080". The
  // virtual host is chosen without the port and without regard to case; an
  // `authority` match condition sees it raw.
  std::string_view authority;

  // Path and query, raw: "/reviews/1?verbose". Conditions on the path end at
  // the first '?' or '#'.
  std::string_view path = "/";

  // Without the pseudo headers and without Host.
  HeaderSpan headers{};
};

// An authority in parts. "[::1]:80" has host "[::1]".
struct AuthorityParts {
  std::string_view host;
  uint16_t port = 0;  // 0: none given, or not a port number.
};

// Splits "host:port"; never fails.
AuthorityParts SplitAuthority(std::string_view authority);

// The part of `path` before the first '?' or '#'.
std::string_view PathWithoutQuery(std::string_view path);

}  // namespace meshroute

#endif  // MESHROUTE_MESSAGE_REQUEST_VIEW_H_
