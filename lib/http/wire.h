// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_WIRE_H_
#define MESHROUTE_LIB_HTTP_WIRE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/http/byte_channel.h"
#include "lib/http/chunked_body.h"
#include "lib/http/io_limits.h"
#include "lib/http/response_head.h"

namespace meshroute {

// The bytes of one exchange on one connection, under its limits: every wait ends at
// the deadline however the peer behaves, what is not asked for is bounded, and it
// is known what was sent, what came, and why it ended. Never raises SIGPIPE.
//
//   Wire wire(socket, channel, limits);
//   wire.Write(request);
//   std::optional<ResponseHead> head = wire.ReadHead("GET", until);
//   wire.Read(buffer, size);   // the body's bytes as they are on the wire
//
// Thread-compatible.
class Wire {
 public:
  // Longest response head, interim ones apart.
  static constexpr size_t kMaximumHeadBytes = size_t{64} << 10;
  // Most bytes of framing (chunk lines) between two pieces of a body.
  static constexpr size_t kMaximumFramingBytes = size_t{64} << 10;
  // Longest silence of both sides within an exchange.
  static constexpr std::chrono::seconds kLongestSilence = std::chrono::minutes(5);

  // Why there are no more bytes.
  enum class End : uint8_t {
    kNone,     // There may be more.
    kClosed,   // The peer has closed, or the connection broke.
    kReset,    // As kClosed, by a reset in place of an orderly end.
    kTimeout,  // The limits' deadline has passed.
    kStopped,
    kProtocol,  // What came is no HTTP/1.x, or too much of it.
  };

  // `socket` is waited on, `channel` (which stays the caller's) moves the bytes.
  Wire(int socket, ByteChannel& channel, const IoLimits& limits)
      : socket_(socket), channel_(channel), limits_(limits) {}
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  // Sends all of `data`; false where the exchange is over. A peer that stops
  // listening is no end yet: what it has answered can still be read, so the
  // rest is dropped. Takes in what the peer sends meanwhile.
  bool Write(std::string_view data);

  // Reads the head of the final response, past interim ones, by `until`.
  std::optional<ResponseHead> ReadHead(std::string_view method, TimePoint until);

  // Reads up to `size` bytes of body; 0 at the peer's end, -1 where the exchange
  // is over for another reason.
  ptrdiff_t Read(char* buffer, size_t size);

  // As Read, of a chunked body: what is in its chunks; 0 at its end, behind the trailers,
  // and -1 where the peer's end comes before.
  ptrdiff_t Read(ChunkedBody& body, char* buffer, size_t size);

  // Tells that bytes of the body were of use: begins the count of framing anew.
  void NoteProgress() { framing_bytes_ = 0; }

  End end() const { return end_; }
  uint64_t bytes_sent() const { return bytes_sent_; }
  uint64_t bytes_received() const { return bytes_received_; }

  // Nothing is left over, and the socket is as good as new.
  bool clean() const {
    return end_ == End::kNone && !peer_deaf_ && !peer_done_ && buffered().empty();
  }

 private:
  std::string_view buffered() const { return std::string_view(buffer_).substr(consumed_); }
  bool Wait(short events, TimePoint until);
  bool Fill(TimePoint until);
  ByteChannel::Step Receive();
  size_t FindHeadEnd(size_t from) const;
  bool Fail(End end) {
    if (end_ == End::kNone) end_ = end;
    return false;
  }

  const int socket_;
  ByteChannel& channel_;
  const IoLimits limits_;
  std::string buffer_;
  size_t consumed_ = 0;
  size_t framing_bytes_ = 0;
  uint64_t bytes_sent_ = 0;
  uint64_t bytes_received_ = 0;
  bool peer_deaf_ = false;  // Takes no more of the request.
  bool peer_done_ = false;  // Will send no more.
  End end_ = End::kNone;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_WIRE_H_
