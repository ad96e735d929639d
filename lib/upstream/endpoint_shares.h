// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_ENDPOINT_SHARES_H_
#define MESHROUTE_LIB_UPSTREAM_ENDPOINT_SHARES_H_

#include <string>
#include <vector>

#include "meshroute/upstream/endpoint.h"
#include "meshroute/upstream/locality_plan.h"

namespace meshroute {

// One endpoint's part of all keys.
struct EndpointShare {
  const Endpoint* endpoint;
  double share;
};

// Endpoints that divide `part` of all keys by their weights.
struct SharingEndpoints {
  // The order of the operations decides how the last bit is rounded, and that, now and
  // then, who gets the odd point of a ring or the odd slot under a bound.
  static double ShareOf(const Endpoint& endpoint, double part, double sum_of_weights) {
    return endpoint.weight() * part / sum_of_weights;
  }

  std::string locality;  // "": of any.
  std::vector<const Endpoint*> endpoints;
  double part = 1;
  double sum_of_weights = 0;  // Of `endpoints`.
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

  // `endpoints` apart as far as they share different parts, which sum up to 1: all in the
  // same order, or locality by locality.
  std::vector<SharingEndpoints> Divide(const std::vector<const Endpoint*>& endpoints) const;

  // The shares of `endpoints`, which sum up to 1, in the order of Divide.
  std::vector<EndpointShare> Of(const std::vector<const Endpoint*>& endpoints) const;

 private:
  const LocalityPlan* plan_ = nullptr;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_ENDPOINT_SHARES_H_
