// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_BYTE_CHANNEL_H_
#define MESHROUTE_LIB_HTTP_BYTE_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace meshroute {

// What carries the bytes of one connection: its socket, or TLS on that socket. Moves
// what can be moved at once, never waits, never raises SIGPIPE. Thread-compatible.
class ByteChannel {
 public:
  // What came of one step.
  struct Step {
    enum class State : uint8_t {
      kMoved,   // `bytes` were sent or received, at least one.
      kLater,   // None can be now: wait for `events` (poll's).
      kClosed,  // The peer has ended the bytes as it should.
      kBroken,  // The connection is of no use any more.
    };
    State state = State::kBroken;
    size_t bytes = 0;
    short events = 0;
  };

  virtual ~ByteChannel() = default;

  virtual Step Receive(char* buffer, size_t size) = 0;

  // What was not taken is to be sent again, from the same place on.
  virtual Step Send(std::string_view data) = 0;

  // Between two exchanges: the peer has not closed, nor sent what nobody asked for.
  virtual bool IsQuiet() = 0;
};

// The socket alone. It stays the caller's, and may be one that blocks.
class PlainChannel final : public ByteChannel {
 public:
  explicit PlainChannel(int socket) : socket_(socket) {}

  Step Receive(char* buffer, size_t size) override;
  Step Send(std::string_view data) override;
  bool IsQuiet() override;

 private:
  const int socket_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_BYTE_CHANNEL_H_
