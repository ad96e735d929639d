// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_POOLED_DESTINATION_H_
#define MESHROUTE_LIB_HTTP_POOLED_DESTINATION_H_

// What a ConnectionPool keeps of each destination. All of it is guarded by the pool's lock.

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/http/connection.h"
#include "meshroute/base/mutex.h"
#include "meshroute/upstream/circuit_breaker.h"
#include "meshroute/upstream/endpoint.h"

namespace meshroute {

// A connection that nobody uses. Whoever has taken it out of its line may look at it and
// close it without the lock.
struct IdleConnection {
  std::unique_ptr<Connection> connection;
  std::shared_ptr<CircuitBreaker> unit;  // Where it is counted.
  TimePoint until;
};

struct PooledLine {
  std::string address;
  std::vector<IdleConnection> idle;      // Last used last.
  size_t open = 0;                       // Idle, in use and being opened.
  std::shared_ptr<EndpointState> state;  // nullptr: no declared endpoint.
  bool is_looked_at = false;             // CloseIdle has one in its hands.
  bool removed = false;                  // The endpoint is not declared any more.

  // To an endpoint that is out: only while it is on trial.
  bool KeepsIdle() const {
    return !removed && (state == nullptr || !state->ejected.load(std::memory_order_relaxed) ||
                        state->on_trial.load(std::memory_order_relaxed));
  }
};

// What bounds the connections of a destination.
struct PoolLimits {
  int32_t max_connections = 0;
  int32_t max_pending = 0;

  bool operator==(const PoolLimits&) const = default;
};

struct PooledDestination {
  // A breaker of our own over the destination's counts, since what is taken must
  // be given back to the same one, also when the SubsetPool is long gone. Another
  // one takes its place when the limits change. nullptr: no limits.
  std::shared_ptr<CircuitBreaker> breaker;
  PoolLimits limits;
  std::shared_ptr<CircuitBreakerCounts> counts;

  std::map<std::string, PooledLine, std::less<>> lines;  // By address and kind.
  std::list<PoolWaiter*> waiters;                        // First come, first served.
};

struct PoolWaiter {
  PooledLine* line = nullptr;
  CircuitBreaker* breaker = nullptr;
  ConditionVariable changed;
  bool served = false;
  Outcome::Kind result = Outcome::Kind::kResponse;

  // Of a connection that was handed on; else one is to be opened.
  std::unique_ptr<Connection> connection;
  std::shared_ptr<CircuitBreaker> unit;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_POOLED_DESTINATION_H_
