// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_ENDPOINT_SHARES_H_
#define MESHROUTE_LIB_UPSTREAM_ENDPOINT_SHARES_H_

#include <vector>

#include "meshroute/upstream/endpoint.h"
#include "meshroute/upstream/locality_plan.h"

namespace meshroute {

// One endpoint's part of all keys.
struct EndpointShare {
  const Endpoint* endpoint;
  double share;
};

// How hash balancers divide keys between the endpoints of one priority. Immutable.
class EndpointShares {
 public:
  // By their weights alone.
  EndpointShares() = default;

  // Where `plan`, which must outlive this, chooses localities by weight: first between
  // those by the weights of the plan, then inside each by the endpoints' weights. How
  // many of a locality's endpoints are out makes no difference, as in Envoy.
  explicit EndpointShares(const LocalityPlan& plan) : plan_(&plan) {}

  // The shares of `endpoints`, which sum up to 1: in the same order, or locality by
  // locality.
  std::vector<EndpointShare> Of(const std::vector<const Endpoint*>& endpoints) const;

 private:
  const LocalityPlan* plan_ = nullptr;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_ENDPOINT_SHARES_H_
