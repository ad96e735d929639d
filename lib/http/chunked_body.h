// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_CHUNKED_BODY_H_
#define MESHROUTE_LIB_HTTP_CHUNKED_BODY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "meshroute/message/headers.h"

namespace meshroute {

// Takes the chunked framing (RFC 9112, 7.1) off a body, and reads the trailers behind it:
// cpp-httplib knows none. Strict: every line ends in CRLF, a size is hexadecimal digits, a
// trailer has the form of a header. What is kept of the peer's is bounded.
// Thread-compatible.
class ChunkedBody {
 public:
  // Longest line: a chunk's size with its extensions, a trailer.
  static constexpr size_t kMaximumLineBytes = size_t{8} << 10;
  // Most that all trailers may have together, and how many there may be.
  static constexpr size_t kMaximumTrailerBytes = size_t{16} << 10;
  static constexpr size_t kMaximumTrailers = 100;

  // Takes bytes off the front of `bytes` until there is a piece of the body, which goes to
  // `buffer`, at most `size`; returns its length. 0: they are used up, or the body has
  // ended, or it makes no sense.
  size_t Take(std::string_view& bytes, char* buffer, size_t size);

  bool done() const { return state_ == State::kDone; }  // With the trailers.
  bool broken() const { return state_ == State::kBroken; }

  // Of a body that is done: as received, in order.
  const Headers& trailers() const { return trailers_; }

 private:
  enum class State : uint8_t { kSize, kData, kDataEnd, kTrailer, kDone, kBroken };

  bool TakeLine(std::string_view& bytes);
  State AfterLine(std::string_view line);
  State AfterTrailer(std::string_view line);

  State state_ = State::kSize;
  std::string line_;   // As far as it has come.
  uint64_t left_ = 0;  // Of the chunk.
  size_t trailer_bytes_ = 0;
  Headers trailers_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_CHUNKED_BODY_H_
