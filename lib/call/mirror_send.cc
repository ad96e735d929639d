// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>

#include "meshroute/call/step.h"

namespace meshroute {

TimePoint MirrorSend::DeadlineFrom(TimePoint now, Duration usual) const {
  if (deadline_ != kNever) {
    return pair_ ? AddSaturated(now, deadline_ - pair_->sent_at) : deadline_;
  }
  if (usual > Duration(0)) return AddSaturated(now, usual);
  if (!pair_) return kNever;
  return AddSaturated(now, std::max(kTimeOfCompared, pair_->per_try_timeout));
}

void MirrorSend::Finish(const Outcome& outcome, TimePoint now) {
  const Endpoint* const target = endpoint();
  const std::string_view address =
      target == nullptr ? std::string_view() : std::string_view(target->address());
  if (pair_ && pair_->observer != nullptr) {
    pair_->observer->OnMirrorEnd({.destination = pool_->name(),
                                  .endpoint = address,
                                  .outcome = outcome,
                                  .assignment = &pair_->assignment,
                                  .call = pair_->call});
  }
  lease_.Finish(outcome, now);
}

}  // namespace meshroute
