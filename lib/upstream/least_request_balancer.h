// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_LEAST_REQUEST_BALANCER_H_
#define MESHROUTE_LIB_UPSTREAM_LEAST_REQUEST_BALANCER_H_

#include <memory>

#include "lib/upstream/weighted_rotation.h"
#include "meshroute/base/random_source.h"
#include "meshroute/config/load_balancer_extension.h"
#include "meshroute/upstream/load_balancer.h"

namespace meshroute {

// LEAST_REQUEST, Istio's default: of two endpoints drawn (perhaps the same twice),
// the one with fewer active requests, the first where they have as many. Settings may
// ask for more draws, or for the best of all, one drawn where several are that. Where
// weights differ, an EDF schedule by weight / (active requests + 1) ^ bias.
//
// An active request is a lease that is out: it counts from the pick to the end of
// the attempt, so also while it waits for a connection (Envoy counts from the
// moment it has one). Lock-free while weights are equal. Thread-safe.
class LeastRequestBalancer final : public LoadBalancer {
 public:
  // `endpoints` and `random` must outlive the balancer.
  LeastRequestBalancer(const EndpointList& endpoints, const LeastRequestSettings& settings,
                       RandomSource& random, RotationSource source);

  const Endpoint* Pick(const PickContext& context) override;
  void OnAvailabilityChange() override { weighted_.Rebuild(); }

 private:
  const Endpoint* BestOfDrawn(size_t size);
  const Endpoint* BestOfAll(size_t size);

  const EndpointList& endpoints_;
  const LeastRequestSettings settings_;
  RandomSource& random_;
  WeightedRotation weighted_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_LEAST_REQUEST_BALANCER_H_
