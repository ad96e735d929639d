// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_SIMULATED_CONNECTIONS_H_
#define MESHROUTE_LIB_SIMULATION_SIMULATED_CONNECTIONS_H_

#include <cstdint>
#include <deque>
#include <utility>

#include "meshroute/upstream/circuit_breaker.h"
#include "meshroute/upstream/subset_pool.h"

namespace meshroute {

// The connections of one generation of a pool, as HttpClient keeps them: one request at a time on
// each, `maxConnections` of them, and `http1MaxPendingRequests` that wait for one; a request
// on a connection is active (`http2MaxRequests`). Connections that lie idle are not counted.
// Thread-compatible.
class SimulatedConnections {
 public:
  // Names an attempt that waits.
  struct Waiter {
    uint32_t slot = 0;
    uint32_t generation = 0;
    uint32_t attempt = 0;
  };
  enum class Place : uint8_t { kConnected, kWaits, kRefused };

  // Those that wait, and by which generation of the pool they came: all share the
  // pool's counts, so any that leaves makes room for the first of them.
  using Line = std::deque<std::pair<Waiter, SimulatedConnections*>>;

  // `line` is of the pool's counts; it and all that wait in it live equally long.
  SimulatedConnections(SubsetPool& pool, Line& line)
      : breaker_(pool.policy(), pool.breaker().counts()), line_(line) {}

  Place Enter(const Waiter& attempt) {
    if (line_.empty() && breaker_.TryAcquire(CircuitBreaker::Resource::kConnections)) {
      return Place::kConnected;
    }
    if (!breaker_.TryAcquire(CircuitBreaker::Resource::kPending)) return Place::kRefused;
    line_.emplace_back(attempt, this);
    return Place::kWaits;
  }

  // Gives a connection back and hands it to the first of those that wait for whom
  // `begin(waiter)` is true: it is false where the attempt is over by now.
  template <typename Begin>
  void Leave(const Begin& begin) {
    breaker_.Release(CircuitBreaker::Resource::kConnections);
    while (!line_.empty()) {
      const auto [waiter, connections] = line_.front();
      CircuitBreaker& breaker = connections->breaker_;
      if (!breaker.TryAcquire(CircuitBreaker::Resource::kConnections)) return;
      line_.pop_front();
      breaker.Release(CircuitBreaker::Resource::kPending);
      if (!begin(waiter)) breaker.Release(CircuitBreaker::Resource::kConnections);
    }
  }

  // A request has its connection: it is active until End, or not to be sent.
  bool Admit(TimePoint now) {
    if (!breaker_.TryAcquire(CircuitBreaker::Resource::kRequests)) return false;
    breaker_.NoteRequest(now);
    return true;
  }
  void End() { breaker_.Release(CircuitBreaker::Resource::kRequests); }

 private:
  CircuitBreaker breaker_;  // Over the pool's counts; outlives its generations.
  Line& line_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_SIMULATED_CONNECTIONS_H_
