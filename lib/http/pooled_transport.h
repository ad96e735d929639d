// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_POOLED_TRANSPORT_H_
#define MESHROUTE_LIB_HTTP_POOLED_TRANSPORT_H_

#include <cstddef>
#include <cstdint>

#include "lib/http/address.h"
#include "lib/http/connection_pool.h"
#include "lib/http/stop_signal.h"
#include "meshroute/base/clock.h"
#include "meshroute/call/transport.h"

namespace meshroute {

// Carries single exchanges over pooled connections, as the destination's
// connectionPool settings ask. Thread-safe.
class PooledTransport {
 public:
  // A kept connection may have been closed by the peer at the very moment when
  // it was used again, which nobody can tell from a request that broke the peer.
  // With kOnStaleConnection the request is then sent once more on a fresh
  // connection; without, only where no byte of it was sent.
  enum class Replay : uint8_t { kOnlyUnsent, kOnStaleConnection };

  // `clock` is that of the exchanges' deadlines; must be a real one.
  PooledTransport(const Clock& clock, size_t maximum_response_bytes)
      : clock_(clock), maximum_response_bytes_(maximum_response_bytes), pool_(clock) {}

  // `stop` may be null.
  ExchangeResult Send(const Exchange& exchange, Replay replay, const StopSignal* stop);

  // Whether TLS is asked for, by the policy or the scheme. Not supported yet: such
  // an exchange ends as kConnectFailed, never in plain text.
  static bool NeedsTls(const Exchange& exchange);

  ConnectionPool& pool() { return pool_; }
  const ConnectionPool& pool() const { return pool_; }

 private:
  ExchangeResult Run(const Exchange& exchange, Replay replay, const IoLimits& limits);
  ExchangeResult RunFresh(const Exchange& exchange, std::string_view address,
                          const IoLimits& limits, ConnectionSlot& slot);
  ExchangeResult RunOn(Connection& connection, const Exchange& exchange, const IoLimits& limits,
                       ConnectionSlot& slot);

  const Clock& clock_;
  const size_t maximum_response_bytes_;
  Resolver resolver_;
  ConnectionPool pool_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_POOLED_TRANSPORT_H_
