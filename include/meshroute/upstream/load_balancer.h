// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_UPSTREAM_LOAD_BALANCER_H_
#define MESHROUTE_UPSTREAM_LOAD_BALANCER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "meshroute/base/clock.h"
#include "meshroute/base/random_source.h"
#include "meshroute/config/destination_rules.h"
#include "meshroute/message/outcome.h"
#include "meshroute/upstream/circuit_breaker.h"
#include "meshroute/upstream/endpoint.h"
#include "meshroute/upstream/endpoint_set.h"
#include "meshroute/upstream/tried_priorities.h"

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

  // Number of the attempt within its call, from 1 on. A retry is no trial of an endpoint
  // that the outlier detector has set aside; nor is an attempt with `tried`.
  uint32_t attempt = 1;

  // The moment of the pick, for balancers that weigh by age or by time: read once
  // per step and passed down. Unset: Acquire reads the pool's clock.
  TimePoint now{};

  // Of a retry that is to leave the priorities which the call has tried; else null.
  TriedPriorities* tried_priorities = nullptr;
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
// One that learns from how attempts end calls HearEnds when it is made.
//
// Thread-safe; Pick and OnEnd do not block.
class LoadBalancer {
 public:
  virtual ~LoadBalancer() = default;

  // Returns an available endpoint of the set, or nullptr where there is none.
  virtual const Endpoint* Pick(const PickContext& context) = 0;

  // The set of available endpoints has changed (an ejection, a return). Called
  // off the hot path, one call at a time, while picks go on. With locks of the library
  // held: it must not come back to the pool or the Router, nor wait for who might.
  virtual void OnAvailabilityChange() {}

  // An attempt of this destination has ended; `now` is unset if it was cancelled.
  // Each balancer hears of all: `endpoint` may be of another list, or of an earlier
  // update. Called only where hears_ends(), once per attempt, as its lease ends.
  virtual void OnEnd(const Endpoint& endpoint, const Outcome& outcome, TimePoint now) {
    static_cast<void>(endpoint), static_cast<void>(outcome), static_cast<void>(now);
  }

  // Whether OnEnd is to be called: most balancers do not care, and pay nothing.
  bool hears_ends() const { return hears_ends_; }

 protected:
  // For constructors.
  void HearEnds() { hears_ends_ = true; }

 private:
  bool hears_ends_ = false;
};

// Balancers of the embedder's own, for RouterOptions and SubsetPool::Environment:
//
//   CustomBalancers own;
//   own.by_name["first"] = [](const EndpointList& endpoints, RandomSource&) {
//     return std::make_unique<First>(endpoints);
//   };
//
// Each call makes the balancer of one list: of one destination, and in it of one
// priority or locality, so that these, ejections and panic need no code of the
// balancer's. It is called while an update is being made, so it must not make another.
// Both arguments outlive it.
struct CustomBalancers {
  using Make =
      std::function<std::unique_ptr<LoadBalancer>(const EndpointList& endpoints, RandomSource&)>;

  // By the name that a DestinationRule asks for, with its annotation
  // meshroute.io/load-balancer: '{"custom": "first"}'.
  std::map<std::string, Make, std::less<>> by_name;

  // The name of the one that serves where no annotation names a balancer, in place of
  // what Istio's loadBalancer asks for (but for PASSTHROUGH). Empty: none does.
  std::string for_all;
};

// Where the rotations of a destination stand (round robin, EDF schedules). Shared
// by its generations, so that an update does not begin at the first endpoint.
class Rotations;
std::shared_ptr<Rotations> MakeRotations();

// What a balancer takes from outside, besides its endpoints. All outlive it.
struct BalancerEnvironment {
  RandomSource& random;
  std::shared_ptr<Rotations> rotations;

  // Whose active requests bound the load of hash balancers; null: nothing does.
  const CircuitBreaker* breaker = nullptr;
  const CustomBalancers* custom = nullptr;  // May be null.

  // What time it is when a list changes, for slow start (`warmup`).
  const Clock& clock = SteadyClock();
};

// Makes the balancer that `policy` asks for (loadBalancer.simple or
// consistentHash; LEAST_REQUEST where it asks for none; load_balancer_extension.h has
// what goes beyond) over `endpoints`, which must outlive it. `policy` has passed
// Validate. A custom balancer that nobody has picks nobody.
//
// Endpoints of several priorities share the load by priority and health; with
// outlierDetection.minHealthPercent health is ignored below that share. Where the
// endpoints' plan asks for it a priority's locality is chosen first.
//
// Draws: nothing for RANDOM, ring and Maglev. ROUND_ROBIN draws where it starts,
// once per destination; LEAST_REQUEST does so only if weights differ; localities that
// are chosen by weight do so whenever availability changes. A pick draws a priority, if
// several have a share; then, where the own zone cannot take all that comes from it,
// whether to leave it and for which; then RANDOM draws one endpoint, LEAST_REQUEST two,
// a hash balancer without a hash one place, others nothing. What the extension's
// algorithms draw is said where their settings are.
std::unique_ptr<LoadBalancer> MakeLoadBalancer(const EffectivePolicy& policy,
                                               const EndpointSet& endpoints,
                                               BalancerEnvironment environment);

}  // namespace meshroute

#endif  // MESHROUTE_UPSTREAM_LOAD_BALANCER_H_
