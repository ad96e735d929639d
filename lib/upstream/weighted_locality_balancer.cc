// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/weighted_locality_balancer.h"

#include <utility>

namespace meshroute {

WeightedLocalityBalancer::WeightedLocalityBalancer(LocalitySources sources,
                                                   std::vector<uint64_t> weights,
                                                   RandomSource& random)
    : sources_(std::move(sources)), weights_(std::move(weights)), random_(random) {
  if (sources_.hears_ends()) HearEnds();
  Schedule();
}

const Endpoint* WeightedLocalityBalancer::Pick(const PickContext& context) {
  const uint32_t sole = sole_.load(std::memory_order_acquire);
  if (sole == kNone) return sources_.PickFromAny(context);  // Somebody may be just back.
  const uint32_t chosen = sole == kScheduled ? schedule_.Next() : sole;
  if (const Endpoint* endpoint = sources_.Pick(chosen, context)) return endpoint;
  return sources_.PickFromAny(context);
}

void WeightedLocalityBalancer::OnAvailabilityChange() {
  sources_.Refresh();
  Schedule();
}

void WeightedLocalityBalancer::Schedule() {
  std::vector<LocalitySchedule::Entry> entries;
  for (uint32_t i = 0; i < sources_.size(); ++i) {
    const EndpointList& endpoints = sources_.endpoints(i);
    const double weight =
        EffectiveWeight(HealthOf(endpoints.members(), weights_[i], endpoints.size()));
    if (weight > 0) entries.push_back({i, weight});
  }
  const uint32_t sole = entries.empty()       ? kNone
                        : entries.size() == 1 ? entries.front().number
                                              : kScheduled;
  if (sole == kScheduled) schedule_.Restart(std::move(entries), random_.Next());
  sole_.store(sole, std::memory_order_release);
}

}  // namespace meshroute
