// SPDX-License-Identifier: Apache-2.0
#include "lib/http/connection_setup.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "lib/http/proxy_header.h"
#include "lib/http/wire.h"

namespace meshroute {
namespace {

using Kind = Outcome::Kind;

void SetOption(int socket, int level, int option, int value) {
  setsockopt(socket, level, option, &value, sizeof(value));
}

// 0 leaves the system's value: sockets do not take it.
void SetSeconds(int socket, int option, const std::optional<Duration>& time) {
  if (!time.has_value()) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*time).count();
  SetOption(socket, IPPROTO_TCP, option, static_cast<int>(seconds));
}

// Why what must be sent first was not.
Kind FailureOf(Wire::End end, const IoLimits& limits) {
  if (end == Wire::End::kStopped) return Kind::kCancelled;
  if (end != Wire::End::kTimeout) return Kind::kConnectFailed;
  return limits.clock->Now() >= limits.deadline ? Kind::kTimeout : Kind::kConnectTimeout;
}

Kind SendProxyHeader(int socket, const ConnectionSettings& settings, TimePoint until,
                     const IoLimits& limits) {
  IoLimits sooner = limits;
  sooner.deadline = std::min(limits.deadline, until);
  PlainChannel channel(socket);
  Wire wire(socket, channel, sooner);
  wire.Write(ProxyHeader(*settings.proxy, settings.source, settings.address));
  return wire.clean() ? Kind::kResponse : FailureOf(wire.end(), limits);
}

}  // namespace

void SetKeepalive(int socket, const TcpKeepalive& keepalive) {
  SetOption(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  if (keepalive.probes > 0) {
    constexpr uint32_t kMost = 127;  // Of Linux, which refuses more.
    SetOption(socket, IPPROTO_TCP, TCP_KEEPCNT,
              static_cast<int>(std::min(keepalive.probes, kMost)));
  }
  SetSeconds(socket, TCP_KEEPIDLE, keepalive.time);
  SetSeconds(socket, TCP_KEEPINTVL, keepalive.interval);
}

OpenedConnection OpenConnection(int socket, const ConnectionSettings& settings, TimePoint until,
                                const IoLimits& limits) {
  OpenedConnection opened;
  if (settings.proxy.has_value()) {
    opened.kind = SendProxyHeader(socket, settings, until, limits);
    if (opened.kind != Kind::kResponse) {
      opened.failure = "the PROXY header could not be sent";
      return opened;
    }
  }
  if (settings.tls.context == nullptr) {
    opened.channel = std::make_unique<PlainChannel>(socket);
    return opened;
  }
  auto channel = std::make_unique<TlsChannel>(socket, settings.tls);
  opened.kind = channel->Handshake(until, limits);
  if (opened.kind != Kind::kResponse) {
    opened.failure = channel->failure();
    return opened;
  }
  opened.tls = channel.get();
  opened.channel = std::move(channel);
  return opened;
}

}  // namespace meshroute
