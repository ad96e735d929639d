// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_REQUEST_CHECK_H_
#define MESHROUTE_LIB_HTTP_REQUEST_CHECK_H_

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"
#include "meshroute/message/headers.h"
#include "meshroute/routing/route.h"

namespace meshroute {

// "host", "host:port", "[v6]" or "[v6]:port", with a port from 1 to 65535.
bool IsAuthority(std::string_view text);

// Begins with '/', or is "*"; no space, no control character, no '#'.
bool IsRequestPath(std::string_view text);

// Whether the head can be written as HTTP/1.1 without being read as anything
// else: method and names are tokens, values hold no control character, path and
// authority are well-formed, no CONNECT. InvalidArgument names the part.
absl::Status CheckRequest(const RequestHead& head);

// Whether a header concerns one connection or frames one message, so that it is
// ours to write and nobody else's: Host, Content-Length, Connection, Keep-Alive,
// Proxy-Connection, Transfer-Encoding, TE, Trailer, Upgrade, Expect.
bool IsConnectionHeader(std::string_view name);

// Takes such headers out of what a caller wrote. A Host goes to `authority`.
// InvalidArgument for a Content-Length other than `body_size`, and for two Hosts.
absl::Status TakeConnectionHeaders(Headers& headers, size_t body_size, std::string& authority);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_REQUEST_CHECK_H_
