// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/trial_picks.h"

namespace meshroute {

TrialPicks::TrialPicks(const EndpointSet& endpoints, const HalfOpenReturn& settings,
                       RandomSource& random)
    : percent_(settings.percent),
      random_(random),
      on_trial_(endpoints.available().members(), EndpointList::Eligible::kOnTrial) {}

const Endpoint* TrialPicks::Draw() {
  if (on_trial_.size() == 0 || random_.Below(100) >= percent_) return nullptr;
  return Any();
}

const Endpoint* TrialPicks::Any() {
  const size_t size = on_trial_.size();
  if (size == 0) return nullptr;
  const Endpoint* const endpoint = on_trial_.at(size == 1 ? 0 : random_.Below(size));
  // The list may be behind: one that failed just now is not to be tried.
  return endpoint->on_trial() ? endpoint : nullptr;
}

}  // namespace meshroute
