// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_UPSTREAM_LOAD_BALANCER_H_
#define MESHROUTE_UPSTREAM_LOAD_BALANCER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "meshroute/base/clock.h"
#include "meshroute/base/random_source.h"
#include "meshroute/config/destination_rules.h"
#include "meshroute/upstream/endpoint.h"
#include "meshroute/upstream/endpoint_set.h"

namespace meshroute {

// What a balancer may know of the attempt at hand. Views live for the call only.
struct PickContext {
  // Of the consistentHash key; unset: hash balancers draw a place.
  std::optional<uint64_t> hash{};

  // Endpoints that earlier attempts of this call went to, to be avoided where
  // possible. The pool picks again, up to five times; balancers ignore it.
  std::span<const Endpoint* const> tried{};

  // Number of this pick within one Acquire: 0, then 1, 2 ... on picking again.
  // The ring moves that many places on.
  uint32_t repick = 0;

  // The moment of the pick, for balancers that weigh by age or by time: read once
  // per step and passed down. Unset: Acquire reads the pool's clock.
  TimePoint now{};
};

// Chooses the endpoint of one attempt. Built for one EndpointList or EndpointSet,
// which outlives it; an update builds a new balancer:
//
//   class First final : public LoadBalancer {
//    public:
//     explicit First(const EndpointList& endpoints) : endpoints_(endpoints) {}
//     const Endpoint* Pick(const PickContext&) override {
//       return endpoints_.size() == 0 ? nullptr : endpoints_.at(0);
//     }
//
//    private:
//     const EndpointList& endpoints_;
//   };
//
// Thread-safe; Pick does not block.
class LoadBalancer {
 public:
  virtual ~LoadBalancer() = default;

  // Returns an available endpoint of the set, or nullptr where there is none.
  virtual const Endpoint* Pick(const PickContext& context) = 0;

  // The set of available endpoints has changed (an ejection, a return). Called
  // off the hot path, one call at a time, while picks go on.
  virtual void OnAvailabilityChange() {}
};

// Where the rotations of a destination stand (round robin, EDF schedules). Shared
// by its generations, so that an update does not begin at the first endpoint.
class Rotations;
std::shared_ptr<Rotations> MakeRotations();

// Makes the balancer that `policy` asks for (loadBalancer.simple or
// consistentHash; LEAST_REQUEST where it asks for none) over `endpoints`, which
// must outlive it, as must `random`. `policy` has passed Validate.
//
// Endpoints of several priorities share the load by priority and health; with
// outlierDetection.minHealthPercent health is ignored below that share.
//
// Draws: nothing for RANDOM, ring and Maglev. ROUND_ROBIN draws where it starts,
// once per destination; LEAST_REQUEST does so only if weights differ. A pick
// draws a priority, if several have a share; then RANDOM draws one endpoint,
// LEAST_REQUEST two, a hash balancer without a hash one place, others nothing.
std::unique_ptr<LoadBalancer> MakeLoadBalancer(const EffectivePolicy& policy,
                                               const EndpointSet& endpoints, RandomSource& random,
                                               std::shared_ptr<Rotations> rotations);

}  // namespace meshroute

#endif  // MESHROUTE_UPSTREAM_LOAD_BALANCER_H_
