// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_ROUND_ROBIN_BALANCER_H_
#define MESHROUTE_LIB_UPSTREAM_ROUND_ROBIN_BALANCER_H_

#include <memory>

#include "lib/upstream/weighted_rotation.h"
#include "meshroute/upstream/load_balancer.h"

namespace meshroute {

// ROUND_ROBIN: one endpoint after the other, in declared order, from a random
// start; where weights differ, or some endpoint is young (`warmup`), in the order of an
// EDF schedule. Each thread goes round by itself, as each worker of Envoy does. Lock-free
// while weights are equal. Thread-safe.
class RoundRobinBalancer final : public LoadBalancer {
 public:
  // `endpoints` must outlive the balancer.
  RoundRobinBalancer(const EndpointList& endpoints, const RotationSource& source);

  const Endpoint* Pick(const PickContext& context) override;
  void OnAvailabilityChange() override { weighted_.Rebuild(); }

 private:
  const EndpointList& endpoints_;
  const std::shared_ptr<Rotation> rotation_;
  WeightedRotation weighted_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_ROUND_ROBIN_BALANCER_H_
