// SPDX-License-Identifier: Apache-2.0
#include "canary/rollout_log.h"

namespace canary {

void RolloutLog::OnRolloutEvent(const meshroute::RolloutEvent& event) {
  const meshroute::TimePoint now = meshroute::SteadyClock().Now();
  const meshroute::MutexLock lock(mutex_);
  entries_.push_back({now, event.kind, event.sentence});
}

std::vector<RolloutLog::Entry> RolloutLog::entries() const {
  const meshroute::MutexLock lock(mutex_);
  return entries_;
}

}  // namespace canary
