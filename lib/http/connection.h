// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_CONNECTION_H_
#define MESHROUTE_LIB_HTTP_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "lib/http/connection_setup.h"
#include "lib/http/io_limits.h"
#include "meshroute/base/clock.h"
#include "meshroute/call/transport.h"

namespace meshroute {

// One HTTP/1.1 connection: one client of cpp-httplib, which connects with the
// first exchange and carries one at a time, for as long as the connection is
// `reusable`. Thread-compatible.
//
// cpp-httplib writes requests and takes bodies apart; between it and the socket
// stands a Wire, which keeps the deadline against any peer. The response's head
// is read by ResponseHead, and cpp-httplib is shown only what frames the body:
// Debian's release decodes %0d%0a in header values, sets no limit to a head, and
// matches a status line by a regular expression that a long one drives off
// the stack.
class Connection {
 public:
  // What one exchange may take.
  struct Limits {
    IoLimits io;
    Duration connect_timeout{0};  // TLS handshake included.
    Duration per_try_timeout{0};  // From ready to the response's head; 0: none.
    size_t maximum_response_bytes = 0;
    bool last = false;  // Tells the peer that no further request will come.
    // Called when the connection stands; false: nothing is to be sent on it after all
    // (kOverflow), and it stays for others.
    std::function<bool()> admit;
  };

  // Does not connect yet.
  explicit Connection(ConnectionSettings settings);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Sends the request, which has passed CheckRequest, and waits for the whole
  // answer. What has no answer is told by outcome.kind; outcome.elapsed is left
  // to the caller.
  ExchangeResult Exchange(const RequestHead& head, std::string_view body, const Limits& limits);

  // May carry another exchange, as far as the last one tells, and by certificates that
  // are still in use.
  bool reusable() const;

  // Of an idle connection: the peer has not closed it, nor sent what nobody
  // asked for. Does not block.
  bool IsQuiet() const;

  // The last exchange failed before the first byte of an answer, by the peer's
  // closing: of a reused connection a sign that it had been closed while idle.
  bool closed_unanswered() const;

  TimePoint opened_at() const;  // Of a connection that stands.
  uint32_t exchanges() const;   // Since then.

 private:
  class Client;
  std::unique_ptr<Client> client_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_CONNECTION_H_
