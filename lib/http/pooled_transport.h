// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_POOLED_TRANSPORT_H_
#define MESHROUTE_LIB_HTTP_POOLED_TRANSPORT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "lib/http/address.h"
#include "lib/http/connection_plan.h"
#include "lib/http/connection_pool.h"
#include "lib/http/stop_signal.h"
#include "lib/http/tls_store.h"
#include "meshroute/base/clock.h"
#include "meshroute/call/transport.h"
#include "meshroute/config/mesh_options.h"

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

  // What a transport takes from outside; outlives it.
  struct Environment {
    const Clock& clock;  // That of the exchanges' deadlines; must be a real one.
    size_t maximum_response_bytes = 0;
    TlsStore& tls;
    const MeshOptions& mesh;
    ClientTlsSettings https{};  // Of https:// URLs whose destination has no tls settings.
  };

  // What the caller says of one exchange.
  struct SendOptions {
    Replay replay = Replay::kOnlyUnsent;
    const StopSignal* stop = nullptr;   // May be null.
    std::string_view source_address{};  // As CallOptions::source_address.
  };

  explicit PooledTransport(Environment environment)
      : environment_(std::move(environment)),
        planner_(environment_.tls, environment_.mesh, environment_.https),
        pool_(environment_.clock) {}

  // Where TLS is asked for and something that it needs is missing: kNotReady, and in
  // words what. Never plain text instead.
  ExchangeResult Send(const Exchange& exchange, const SendOptions& options);

  ConnectionPool& pool() { return pool_; }
  const ConnectionPool& pool() const { return pool_; }

 private:
  // An exchange with all that it needs.
  struct Attempt {
    const Exchange& exchange;
    const ConnectionPlan& plan;
    std::string address;
    Replay replay;
    IoLimits limits;
  };

  ExchangeResult Run(const Attempt& attempt);
  ExchangeResult RunFresh(const Attempt& attempt, ConnectionSlot& slot);
  ExchangeResult RunOn(Connection& connection, const Attempt& attempt, ConnectionSlot& slot);

  const Environment environment_;
  ConnectionPlanner planner_;
  Resolver resolver_;
  ConnectionPool pool_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_POOLED_TRANSPORT_H_
