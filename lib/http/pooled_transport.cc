// SPDX-License-Identifier: Apache-2.0
#include "lib/http/pooled_transport.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "meshroute/config/mesh_options.h"
#include "meshroute/config/traffic_policy.h"
#include "meshroute/message/request_view.h"

namespace meshroute {
namespace {

constexpr Duration kDefaultIdleTimeout = std::chrono::hours(1);

const ConnectionPoolSettings &SettingsOf(const Exchange &exchange) {
  static const ConnectionPoolSettings kDefault;
  if (exchange.pool == nullptr)
    return kDefault;
  const std::optional<ConnectionPoolSettings> &settings =
      exchange.pool->policy().connection_pool;
  return settings.has_value() ? *settings : kDefault;
}

Duration ConnectTimeoutOf(const TcpSettings &tcp) {
  return tcp.connect_timeout.value_or(MeshOptions().connect_timeout);
}

const TcpSettings &TcpOf(const ConnectionPoolSettings &settings) {
  static const TcpSettings kDefault;
  return settings.tcp.has_value() ? *settings.tcp : kDefault;
}

// Until when a connection that falls idle at `now` is kept.
TimePoint IdleUntil(const ConnectionPoolSettings &settings, TimePoint now,
                    TimePoint opened_at) {
  const TcpSettings &tcp = TcpOf(settings);
  std::optional<Duration> timeout = tcp.idle_timeout;
  if (settings.http.has_value() && settings.http->idle_timeout.has_value()) {
    timeout = settings.http->idle_timeout;
  }
  const Duration idle = timeout.value_or(kDefaultIdleTimeout);
  TimePoint until = idle == Duration(0) ? kNever : AddSaturated(now, idle);
  if (tcp.max_connection_duration.has_value()) {
    until =
        std::min(until, AddSaturated(opened_at, *tcp.max_connection_duration));
  }
  return until;
}

// Whether the next request is the last that the connection may carry.
bool IsLast(const ConnectionPoolSettings &settings,
            const Connection &connection) {
  if (!settings.http.has_value())
    return false;
  const int32_t most = settings.http->max_requests_per_connection;
  return most > 0 && connection.exchanges() + 1 >= static_cast<uint32_t>(most);
}

// Where to connect: to the endpoint, or where the caller dialled.
std::string AddressOf(const Exchange &exchange) {
  if (exchange.endpoint != nullptr)
    return std::string(exchange.endpoint->address());
  const std::string &authority = exchange.head->authority;
  return SplitAuthority(authority).port != 0 ? authority
                                             : absl::StrCat(authority, ":80");
}

// Why a name has no address. The time to connect ended before the call's did,
// or it did not.
Outcome::Kind FailureOf(const absl::Status &lookup, bool in_time) {
  if (absl::IsCancelled(lookup))
    return Outcome::Kind::kCancelled;
  if (!absl::IsDeadlineExceeded(lookup))
    return Outcome::Kind::kConnectFailed;
  return in_time ? Outcome::Kind::kConnectTimeout : Outcome::Kind::kTimeout;
}

bool FailedToConnect(const Outcome &outcome) {
  return outcome.kind == Outcome::Kind::kConnectFailed ||
         outcome.kind == Outcome::Kind::kConnectTimeout;
}

// An exchange that ended before anything was sent.
ExchangeResult Unsent(Outcome::Kind kind) {
  ExchangeResult result;
  result.outcome = Outcome::Failure(kind);
  result.outcome.request_sent = false;
  return result;
}

} // namespace

bool PooledTransport::NeedsTls(const Exchange &exchange) {
  if (exchange.pool != nullptr && exchange.pool->policy().tls.has_value() &&
      exchange.pool->policy().tls->mode != ClientTlsSettings::Mode::kDisable) {
    return true;
  }
  return EqualsIgnoreCase(exchange.head->scheme, "https");
}

ExchangeResult PooledTransport::RunOn(Connection &connection,
                                      const Exchange &exchange,
                                      const IoLimits &limits,
                                      ConnectionSlot &slot) {
  const ConnectionPoolSettings &settings = SettingsOf(exchange);
  return connection.Exchange(
      *exchange.head, exchange.body,
      {.io = limits,
       .connect_timeout = ConnectTimeoutOf(TcpOf(settings)),
       .per_try_timeout = exchange.per_try_timeout,
       .maximum_response_bytes = maximum_response_bytes_,
       .last = IsLast(settings, connection),
       .on_ready = [&slot] { slot.NoteReady(); }});
}

// Runs the exchange on a new connection: of a name to the first address that
// takes one.
ExchangeResult PooledTransport::RunFresh(const Exchange &exchange,
                                         std::string_view address,
                                         const IoLimits &limits,
                                         ConnectionSlot &slot) {
  const TcpSettings &tcp = TcpOf(SettingsOf(exchange));
  ExchangeResult result;
  IoLimits lookup = limits;
  lookup.deadline = std::min(limits.deadline,
                             AddSaturated(clock_.Now(), ConnectTimeoutOf(tcp)));
  const absl::StatusOr<std::vector<SocketAddress>> addresses =
      resolver_.Resolve(address, lookup);
  if (!addresses.ok()) {
    const bool in_time = lookup.deadline < limits.deadline;
    result = Unsent(FailureOf(addresses.status(), in_time));
  } else {
    for (const SocketAddress &candidate : *addresses) {
      slot.Set(std::make_unique<Connection>(candidate, tcp));
      result = RunOn(*slot.connection(), exchange, limits, slot);
      if (!FailedToConnect(result.outcome))
        break;
    }
  }
  if (FailedToConnect(result.outcome))
    slot.FailWaiters(result.outcome.kind);
  return result;
}

ExchangeResult PooledTransport::Run(const Exchange &exchange, Replay replay,
                                    const IoLimits &limits) {
  if (NeedsTls(exchange))
    return Unsent(Outcome::Kind::kConnectFailed);
  const std::string address = AddressOf(exchange);
  ConnectionSlot slot;
  const Outcome::Kind taken = pool_.Take({.pool = exchange.pool,
                                          .endpoint = exchange.endpoint,
                                          .address = address},
                                         limits, slot);
  if (taken != Outcome::Kind::kResponse)
    return Unsent(taken);

  ExchangeResult result;
  bool stale = false;
  bool sent = false;
  if (slot.connection() != nullptr) {
    result = RunOn(*slot.connection(), exchange, limits, slot);
    sent = result.outcome.request_sent;
    stale = slot.connection()->closed_unanswered() &&
            (replay == Replay::kOnStaleConnection || !sent);
  }
  if (slot.connection() == nullptr || stale) {
    result = RunFresh(exchange, address, limits, slot);
    result.outcome.request_sent = result.outcome.request_sent || sent;
  }
  if (slot.connection() != nullptr) {
    slot.Keep(IdleUntil(SettingsOf(exchange), clock_.Now(),
                        slot.connection()->opened_at()));
  }
  return result;
}

ExchangeResult PooledTransport::Send(const Exchange &exchange, Replay replay,
                                     const StopSignal *stop) {
  const TimePoint started = clock_.Now();
  const IoLimits limits{
      .clock = &clock_, .deadline = exchange.deadline, .stop = stop};
  ExchangeResult result = started >= exchange.deadline
                              ? Unsent(Outcome::Kind::kTimeout)
                              : Run(exchange, replay, limits);
  result.outcome.elapsed = clock_.Now() - started;
  return result;
}

} // namespace meshroute
