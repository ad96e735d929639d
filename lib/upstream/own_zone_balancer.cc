// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/own_zone_balancer.h"

#include <utility>

namespace meshroute {

OwnZoneBalancer::OwnZoneBalancer(LocalitySources zones, std::unique_ptr<LoadBalancer> all,
                                 uint64_t minimum, RandomSource& random)
    : zones_(std::move(zones)),
      all_(std::move(all)),
      minimum_(minimum),
      random_(random),
      others_(std::make_unique<std::atomic<uint32_t>[]>(zones_.size())) {
  if (zones_.hears_ends() || all_->hears_ends()) HearEnds();
  Divide();
}

const Endpoint* OwnZoneBalancer::Pick(const PickContext& context) {
  const uint32_t own = own_.load(std::memory_order_acquire);
  if (own != kPooled) {
    const bool stays = own >= ZoneShares::kAll || random_.Below(ZoneShares::kAll) < own;
    if (const Endpoint* endpoint = zones_.Pick(stays ? 0 : DrawOther(), context)) return endpoint;
  }
  return all_->Pick(context);
}

size_t OwnZoneBalancer::DrawOther() {
  const size_t last = zones_.size() - 1;
  const uint32_t sum = others_[last].load(std::memory_order_relaxed);
  if (sum == 0) return 0;
  const uint64_t draw = random_.Below(sum);
  for (size_t zone = 1; zone < last; ++zone) {
    if (draw < others_[zone].load(std::memory_order_relaxed)) return zone;
  }
  return last;
}

void OwnZoneBalancer::OnAvailabilityChange() {
  zones_.Refresh();
  all_->OnAvailabilityChange();
  Divide();
}

void OwnZoneBalancer::OnEnd(const Endpoint& endpoint, const Outcome& outcome, TimePoint now) {
  zones_.OnEnd(endpoint, outcome, now);
  all_->OnEnd(endpoint, outcome, now);
}

void OwnZoneBalancer::Divide() {
  std::vector<uint64_t> eligible;
  for (size_t i = 0; i < zones_.size(); ++i) eligible.push_back(zones_.endpoints(i).size());
  const ZoneShares shares = DivideByZone(eligible, minimum_);
  for (size_t i = 0; i < shares.others.size(); ++i) {
    others_[i].store(shares.others[i], std::memory_order_relaxed);
  }
  own_.store(shares.pooled ? kPooled : shares.own, std::memory_order_release);
}

}  // namespace meshroute
