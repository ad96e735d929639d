// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_BOUNDED_LOAD_BALANCER_H_
#define MESHROUTE_LIB_UPSTREAM_BOUNDED_LOAD_BALANCER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "lib/upstream/endpoint_shares.h"
#include "lib/upstream/two_tables.h"
#include "meshroute/base/random_source.h"
#include "meshroute/upstream/circuit_breaker.h"
#include "meshroute/upstream/endpoint_list.h"
#include "meshroute/upstream/load_balancer.h"

namespace meshroute {

// A ring or Maglev table under which no endpoint takes much more than its share: a
// key whose endpoint is loaded beyond `factor` percent of its fair share of the
// destination's active requests goes to the first that is not, in an order drawn
// from the key's hash, so always the same. Step for step Envoy's walk
// (hash_balance_factor, after "Consistent Hashing with Bounded Loads").
//
// An endpoint's slots are its share, the same as in the table, of (active requests + 1) x
// factor / 100, rounded up, at least one; it takes what finds it with no more requests
// than slots.
//
// Costs a pick little while its endpoint has slots left. Beyond, the walk seeds a
// Mersenne twister, some microseconds, and looks at more endpoints the nearer `factor`
// is to 100. Lock-free. Thread-safe.
class BoundedLoadBalancer final : public LoadBalancer {
 public:
  struct Settings {
    uint32_t factor;  // Percent, 100 or more.

    // Whose kRequests and kPending are the destination's requests, as an endpoint's load
    // too counts those that wait for a connection. Outlives the balancer.
    const CircuitBreaker& breaker;

    EndpointShares shares{};  // The table's.
  };

  // `table` chooses by hash from `endpoints`, which must outlive the balancer, as must
  // `random`.
  BoundedLoadBalancer(std::unique_ptr<LoadBalancer> table, const EndpointList& endpoints,
                      Settings settings, RandomSource& random);

  // Without a hash one is drawn.
  const Endpoint* Pick(const PickContext& context) override;
  void OnAvailabilityChange() override;

 private:
  // What makes shares of weights in one locality; without a choice of localities, in all.
  struct Scale {
    std::atomic<double> part{0};
    std::atomic<double> sum_of_weights{0};
  };
  // The endpoints that the walk goes over.
  struct Members {
    std::atomic<uint32_t> size{0};
    GrowingArray<std::atomic<const Endpoint*>> endpoints;
  };

  void Rebuild();
  double ShareOf(const Endpoint& endpoint) const;

  // Its share of `slots`, rounded up, at least one.
  uint64_t OwnSlots(const Endpoint& endpoint, uint64_t slots) const;

  // Active requests by slot; above 1: full.
  double LoadOf(const Endpoint& endpoint, uint64_t slots) const;
  const Endpoint* Walk(const Members& members, uint64_t hash, const Endpoint* first,
                       uint64_t slots) const;

  const std::unique_ptr<LoadBalancer> table_;
  const EndpointList& endpoints_;
  const Settings settings_;
  RandomSource& random_;
  std::map<std::string, Scale, std::less<>> scales_;  // By locality; none is added later.
  TwoTables<Members> members_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_BOUNDED_LOAD_BALANCER_H_
