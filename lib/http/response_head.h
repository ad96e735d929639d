// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_RESPONSE_HEAD_H_
#define MESHROUTE_LIB_HTTP_RESPONSE_HEAD_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "meshroute/message/headers.h"

namespace meshroute {

// The head of one HTTP/1.x response, and what it says of the bytes that follow.
struct ResponseHead {
  // How the end of the body is told (RFC 9112, 6.3).
  enum class Framing : uint8_t { kNone, kLength, kChunked, kUntilClose };

  int status = 0;
  Headers headers;  // As received, in order.
  Framing framing = Framing::kUntilClose;
  uint64_t content_length = 0;  // Of kLength.

  // The connection may carry another request once the body has been read.
  bool keep_alive = false;
};

// Reads a whole head, "HTTP/1.1 200 OK\r\n...\r\n\r\n"; a bare LF ends a line as
// well. nullopt where it is not HTTP/1.x or its length is ambiguous: lengths
// that differ, transfer codings other than chunked, a name that is no token,
// control characters, folded lines. `method` is the request's: a response to HEAD has
// no body. An answer that is both chunked and has a length is read as chunked
// and its connection not kept.
std::optional<ResponseHead> ParseResponseHead(std::string_view text, std::string_view method);

// Reads one header or trailer, "name: value" without the line's end, into `headers`; false
// where the name is no token or the value has control characters.
bool ReadHeader(std::string_view line, Headers& headers);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_RESPONSE_HEAD_H_
