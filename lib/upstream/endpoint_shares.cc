// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/endpoint_shares.h"

#include <utility>

#include "lib/upstream/locality_sources.h"

namespace meshroute {
namespace {

SharingEndpoints Sharing(std::string locality, std::vector<const Endpoint*> endpoints,
                         double part) {
  double sum = 0;
  for (const Endpoint* endpoint : endpoints) sum += endpoint->weight();
  return {std::move(locality), std::move(endpoints), part, sum};
}

}  // namespace

std::vector<SharingEndpoints> EndpointShares::Divide(
    const std::vector<const Endpoint*>& endpoints) const {
  std::vector<SharingEndpoints> divided;
  if (plan_ == nullptr || plan_->choice != LocalityPlan::Choice::kByWeight) {
    divided.push_back(Sharing("", endpoints, 1.0));
    return divided;
  }
  LocalityMembers localities = ByLocality(endpoints, plan_->client_locality);
  std::vector<double> weights;
  double sum = 0;
  for (const auto& [name, members] : localities) {
    const auto found = plan_->weights.find({members.front()->spec().priority, name});
    weights.push_back(found == plan_->weights.end() ? 0 : static_cast<double>(found->second));
    sum += weights.back();
  }
  for (size_t i = 0; i < localities.size(); ++i) {
    auto& [name, members] = localities[i];
    if (weights[i] > 0) {
      divided.push_back(Sharing(std::move(name), std::move(members), weights[i] / sum));
    }
  }
  return divided;
}

std::vector<EndpointShare> EndpointShares::Of(const std::vector<const Endpoint*>& endpoints) const {
  std::vector<EndpointShare> shares;
  shares.reserve(endpoints.size());
  for (const SharingEndpoints& some : Divide(endpoints)) {
    for (const Endpoint* endpoint : some.endpoints) {
      shares.push_back(
          {endpoint, SharingEndpoints::ShareOf(*endpoint, some.part, some.sum_of_weights)});
    }
  }
  return shares;
}

}  // namespace meshroute
