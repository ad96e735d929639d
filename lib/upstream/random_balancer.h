// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_RANDOM_BALANCER_H_
#define MESHROUTE_LIB_UPSTREAM_RANDOM_BALANCER_H_

#include "meshroute/base/random_source.h"
#include "meshroute/upstream/endpoint_list.h"
#include "meshroute/upstream/load_balancer.h"

namespace meshroute {

// RANDOM: each available endpoint is as likely as any other, whatever its weight.
// Lock-free. Thread-safe.
class RandomBalancer final : public LoadBalancer {
 public:
  // Both must outlive the balancer.
  RandomBalancer(const EndpointList& endpoints, RandomSource& random)
      : endpoints_(endpoints), random_(random) {}

  const Endpoint* Pick(const PickContext& context) override;

 private:
  const EndpointList& endpoints_;
  RandomSource& random_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_RANDOM_BALANCER_H_
