// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_CONNECTION_SETUP_H_
#define MESHROUTE_LIB_HTTP_CONNECTION_SETUP_H_

#include <memory>
#include <optional>
#include <string>

#include "lib/http/address.h"
#include "lib/http/byte_channel.h"
#include "lib/http/io_limits.h"
#include "lib/http/tls_channel.h"
#include "meshroute/base/clock.h"
#include "meshroute/config/traffic_policy.h"
#include "meshroute/message/outcome.h"

namespace meshroute {

// What a connection is like, from its first packet to its first request.
struct ConnectionSettings {
  SocketAddress address;
  std::optional<TcpKeepalive> keepalive;

  // The PROXY header before everything else, and on whose behalf the connection is made
  // (port 0: on its own).
  std::optional<ProxyProtocol::Version> proxy;
  SocketAddress source;

  TlsSettings tls;
};

// Puts keepalive on a socket. What a system refuses is left as it is: it only tunes.
void SetKeepalive(int socket, const TcpKeepalive& keepalive);

// What a connected socket has become.
struct OpenedConnection {
  std::unique_ptr<ByteChannel> channel;  // nullptr: of no use, because of `kind`.
  TlsChannel* tls = nullptr;             // The channel, where it is TLS.

  Outcome::Kind kind = Outcome::Kind::kResponse;
  std::string failure;  // In words, as in ExchangeResult.
};

// Sends the PROXY header and makes the TLS connection that `settings` ask for, by `until`
// (kConnectTimeout) and the limits' deadline (kTimeout). `socket` stays the caller's.
OpenedConnection OpenConnection(int socket, const ConnectionSettings& settings, TimePoint until,
                                const IoLimits& limits);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_CONNECTION_SETUP_H_
