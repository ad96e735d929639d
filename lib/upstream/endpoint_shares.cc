// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/endpoint_shares.h"

#include "lib/upstream/locality_sources.h"

namespace meshroute {
namespace {

// The order of the operations decides how the last bit is rounded, and that, now and then,
// who gets the odd point of a ring.
void Append(const std::vector<const Endpoint*>& endpoints, double part,
            std::vector<EndpointShare>& shares) {
  double sum = 0;
  for (const Endpoint* endpoint : endpoints) sum += endpoint->weight();
  for (const Endpoint* endpoint : endpoints) {
    shares.push_back({endpoint, endpoint->weight() * part / sum});
  }
}

}  // namespace

std::vector<EndpointShare> EndpointShares::Of(const std::vector<const Endpoint*>& endpoints) const {
  std::vector<EndpointShare> shares;
  shares.reserve(endpoints.size());
  if (plan_ == nullptr || plan_->choice != LocalityPlan::Choice::kByWeight) {
    Append(endpoints, 1.0, shares);
    return shares;
  }
  const LocalityMembers localities = ByLocality(endpoints, plan_->client_locality);
  std::vector<double> weights;
  double sum = 0;
  for (const auto& [name, members] : localities) {
    const auto found = plan_->weights.find({members.front()->spec().priority, name});
    weights.push_back(found == plan_->weights.end() ? 0 : static_cast<double>(found->second));
    sum += weights.back();
  }
  for (size_t i = 0; i < localities.size(); ++i) {
    if (weights[i] > 0) Append(localities[i].second, weights[i] / sum, shares);
  }
  return shares;
}

}  // namespace meshroute
