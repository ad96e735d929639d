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
#include "meshroute/message/headers.h"
#include "meshroute/message/request_view.h"

namespace meshroute {
namespace {

constexpr Duration kDefaultIdleTimeout = std::chrono::hours(1);

// Until when a connection that falls idle at `now` is kept.
TimePoint IdleUntil(const Exchange& exchange, TimePoint now, TimePoint opened_at) {
  const TcpSettings& tcp = TcpSettingsOf(exchange);
  std::optional<Duration> timeout = HttpSettingsOf(exchange).idle_timeout;
  if (!timeout.has_value()) timeout = tcp.idle_timeout;
  const Duration idle = timeout.value_or(kDefaultIdleTimeout);
  TimePoint until = idle == Duration(0) ? kNever : AddSaturated(now, idle);
  if (tcp.max_connection_duration.has_value()) {
    until = std::min(until, AddSaturated(opened_at, *tcp.max_connection_duration));
  }
  return until;
}

// Whether the next request is the last that the connection may carry.
bool IsLast(const Exchange& exchange, const Connection& connection) {
  const int32_t most = HttpSettingsOf(exchange).max_requests_per_connection;
  return most > 0 && connection.exchanges() + 1 >= static_cast<uint32_t>(most);
}

// Where to connect: to the endpoint, or where the caller dialled.
std::string AddressOf(const Exchange& exchange) {
  if (exchange.endpoint != nullptr) return std::string(exchange.endpoint->address());
  const std::string& authority = exchange.head->authority;
  if (SplitAuthority(authority).port != 0) return authority;
  return absl::StrCat(authority, EqualsIgnoreCase(exchange.head->scheme, "https") ? ":443" : ":80");
}

// Why a name has no address. The time to connect ended before the call's did, or
// it did not.
Outcome::Kind FailureOf(const absl::Status& lookup, bool in_time) {
  if (absl::IsCancelled(lookup)) return Outcome::Kind::kCancelled;
  if (!absl::IsDeadlineExceeded(lookup)) return Outcome::Kind::kConnectFailed;
  return in_time ? Outcome::Kind::kConnectTimeout : Outcome::Kind::kTimeout;
}

bool FailedToConnect(const Outcome& outcome) {
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

// An exchange for which no connection could be planned, unless it has just run out of time.
ExchangeResult Unplanned(const absl::Status& why, const IoLimits& limits) {
  if (limits.stop != nullptr && limits.stop->stopped()) return Unsent(Outcome::Kind::kCancelled);
  if (limits.clock->Now() >= limits.deadline) return Unsent(Outcome::Kind::kTimeout);
  ExchangeResult result = Unsent(Outcome::Kind::kNotReady);
  result.failure = std::string(why.message());
  return result;
}

}  // namespace

ExchangeResult PooledTransport::RunOn(Connection& connection, const Attempt& attempt,
                                      ConnectionSlot& slot) {
  const Exchange& exchange = attempt.exchange;
  const bool last = attempt.plan.for_one_client || IsLast(exchange, connection);
  return connection.Exchange(*exchange.head, exchange.body,
                             {.io = attempt.limits,
                              .connect_timeout = attempt.plan.connect_timeout,
                              .per_try_timeout = exchange.per_try_timeout,
                              .maximum_response_bytes = environment_.maximum_response_bytes,
                              .last = last,
                              .admit = [&slot] { return slot.Admit(); }});
}

// Runs the exchange on a new connection: of a name to the first address that
// takes one.
ExchangeResult PooledTransport::RunFresh(const Attempt& attempt, ConnectionSlot& slot) {
  ExchangeResult result;
  IoLimits lookup = attempt.limits;
  lookup.deadline = std::min(lookup.deadline,
                             AddSaturated(environment_.clock.Now(), attempt.plan.connect_timeout));
  const absl::StatusOr<std::vector<SocketAddress>> addresses =
      resolver_.Resolve(attempt.address, lookup);
  if (!addresses.ok()) {
    const bool in_time = lookup.deadline < attempt.limits.deadline;
    result = Unsent(FailureOf(addresses.status(), in_time));
  } else {
    for (const SocketAddress& candidate : *addresses) {
      slot.Set(std::make_unique<Connection>(attempt.plan.SettingsFor(candidate, attempt.address)));
      result = RunOn(*slot.connection(), attempt, slot);
      if (!FailedToConnect(result.outcome)) break;
    }
  }
  if (FailedToConnect(result.outcome)) slot.FailWaiters(result.outcome.kind);
  return result;
}

ExchangeResult PooledTransport::Run(const Attempt& attempt) {
  const Exchange& exchange = attempt.exchange;
  ConnectionSlot slot;
  const Outcome::Kind taken = pool_.Take({.pool = exchange.pool,
                                          .endpoint = exchange.endpoint,
                                          .address = attempt.address,
                                          .kind = attempt.plan.kind},
                                         attempt.limits, slot);
  if (taken != Outcome::Kind::kResponse) return Unsent(taken);

  ExchangeResult result;
  bool stale = false;
  bool sent = false;
  if (slot.connection() != nullptr) {
    result = RunOn(*slot.connection(), attempt, slot);
    sent = result.outcome.request_sent;
    stale = slot.connection()->closed_unanswered() &&
            (attempt.replay == Replay::kOnStaleConnection || !sent);
  }
  if (slot.connection() == nullptr || stale) {
    result = RunFresh(attempt, slot);
    result.outcome.request_sent = result.outcome.request_sent || sent;
  }
  if (slot.connection() != nullptr) {
    slot.Keep(IdleUntil(exchange, environment_.clock.Now(), slot.connection()->opened_at()));
  }
  return result;
}

ExchangeResult PooledTransport::Send(const Exchange& exchange, const SendOptions& options) {
  const TimePoint started = environment_.clock.Now();
  if (started >= exchange.deadline) return Unsent(Outcome::Kind::kTimeout);
  const IoLimits limits{
      .clock = &environment_.clock, .deadline = exchange.deadline, .stop = options.stop};
  const absl::StatusOr<ConnectionPlan> plan =
      planner_.Plan(exchange, options.source_address, limits);
  if (!plan.ok()) return Unplanned(plan.status(), limits);
  ExchangeResult result = Run({.exchange = exchange,
                               .plan = *plan,
                               .address = AddressOf(exchange),
                               .replay = options.replay,
                               .limits = limits});
  result.outcome.elapsed = environment_.clock.Now() - started;
  return result;
}

}  // namespace meshroute
