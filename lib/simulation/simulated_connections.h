// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_SIMULATED_CONNECTIONS_H_
#define MESHROUTE_LIB_SIMULATION_SIMULATED_CONNECTIONS_H_

#include <cstdint>
#include <deque>

#include "meshroute/upstream/circuit_breaker.h"
#include "meshroute/upstream/subset_pool.h"

namespace meshroute {

// The connections of one pool, as HttpClient keeps them: one request at a time on
// each, `maxConnections` of them, and `http1MaxPendingRequests` that wait for one.
// Those that lie idle are not counted. Thread-compatible.
class SimulatedConnections {
 public:
  // Names an attempt that waits.
  struct Waiter {
    uint32_t slot = 0;
    uint32_t generation = 0;
    uint32_t attempt = 0;
  };
  enum class Place : uint8_t { kConnected, kWaits, kRefused };

  explicit SimulatedConnections(SubsetPool& pool)
      : breaker_(pool.policy(), pool.breaker().counts()) {}

  Place Enter(const Waiter& attempt) {
    if (waiting_.empty() && breaker_.TryAcquire(CircuitBreaker::Resource::kConnections)) {
      return Place::kConnected;
    }
    if (!breaker_.TryAcquire(CircuitBreaker::Resource::kPending)) return Place::kRefused;
    waiting_.push_back(attempt);
    return Place::kWaits;
  }

  // Gives a connection back and hands it to the first of those that wait for whom
  // `begin(waiter)` is true: it is false where the attempt is over by now.
  template <typename Begin>
  void Leave(const Begin& begin) {
    breaker_.Release(CircuitBreaker::Resource::kConnections);
    while (!waiting_.empty() && breaker_.TryAcquire(CircuitBreaker::Resource::kConnections)) {
      const Waiter waiter = waiting_.front();
      waiting_.pop_front();
      breaker_.Release(CircuitBreaker::Resource::kPending);
      if (!begin(waiter)) breaker_.Release(CircuitBreaker::Resource::kConnections);
    }
  }

 private:
  CircuitBreaker breaker_;  // Over the pool's counts; outlives its generations.
  std::deque<Waiter> waiting_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_SIMULATED_CONNECTIONS_H_
