// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/least_request_balancer.h"

#include <utility>

namespace meshroute {
namespace {

WeightedRotation::Settings RotationSettings(const LeastRequestSettings& settings) {
  using Use = WeightedRotation::Settings::Use;
  return {
      .active_request_bias = settings.active_request_bias.value_or(1),
      .use = settings.active_request_bias.has_value() ? Use::kAlways : Use::kWhereWeightsDiffer};
}

}  // namespace

LeastRequestBalancer::LeastRequestBalancer(const EndpointList& endpoints,
                                           const LeastRequestSettings& settings,
                                           RandomSource& random, RotationSource source)
    : endpoints_(endpoints),
      settings_(settings),
      random_(random),
      weighted_(endpoints, RotationSettings(settings), std::move(source)) {}

const Endpoint* LeastRequestBalancer::Pick(const PickContext& context) {
  if (weighted_.in_use(context.now)) {
    if (const Endpoint* endpoint = weighted_.Pick(context.now)) return endpoint;
  }
  const size_t size = endpoints_.size();
  if (size == 0) return nullptr;
  if (settings_.selection == LeastRequestSettings::Selection::kFullScan) return BestOfAll(size);
  return BestOfDrawn(size);
}

const Endpoint* LeastRequestBalancer::BestOfDrawn(size_t size) {
  size_t best = random_.Below(size);
  uint32_t fewest = endpoints_.active_requests_at(best);
  for (uint32_t draws = 1; draws < settings_.choice_count; ++draws) {
    const size_t drawn = random_.Below(size);
    const uint32_t active = endpoints_.active_requests_at(drawn);
    const bool has_fewer = active < fewest;
    best = has_fewer ? drawn : best;
    fewest = has_fewer ? active : fewest;
  }
  return endpoints_.at(best);
}

// The n-th of those that are equal takes the place of the one before with a chance of
// 1 to n, so that each is as likely in the end.
const Endpoint* LeastRequestBalancer::BestOfAll(size_t size) {
  size_t best = 0;
  uint32_t fewest = endpoints_.active_requests_at(0);
  uint64_t equal = 1;
  for (size_t i = 1; i < size; ++i) {
    const uint32_t active = endpoints_.active_requests_at(i);
    if (active > fewest) continue;
    if (active < fewest) {
      fewest = active;
      equal = 1;
      best = i;
    } else if (random_.Below(++equal) == 0) {
      best = i;
    }
  }
  return endpoints_.at(best);
}

}  // namespace meshroute
