// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/trial.h"

namespace meshroute {

std::optional<Trial> TrialOf(const AttemptEvent& event, TimePoint now) {
  if (event.assignment == nullptr || event.attempt != 1) return std::nullopt;
  return Trial{.assignment = *event.assignment,
               .endpoint = event.endpoint,
               .outcome = event.outcome,
               .picked_at = now - event.outcome.elapsed,
               .pair = event.assignment->is_mirrored ? event.call : 0};
}

std::optional<Trial> TrialOf(const MirrorEvent& event, TimePoint now) {
  if (event.call == 0) return std::nullopt;
  return Trial{.assignment = *event.assignment,
               .endpoint = event.endpoint,
               .outcome = event.outcome,
               .picked_at = now - event.outcome.elapsed,
               .pair = event.call};
}

std::optional<Trial> TrialOf(const CallEvent& event, TimePoint now) {
  if (event.assignment == nullptr || event.attempts != 0) return std::nullopt;
  return Trial{.assignment = *event.assignment,
               .endpoint = {},
               .outcome = Outcome::Status(event.status),
               .picked_at = now};
}

}  // namespace meshroute
