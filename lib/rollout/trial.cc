// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/trial.h"

namespace meshroute {
namespace {

// Of what ended on this side the canary knows nothing.
bool WasUpToTheCanary(const Outcome& outcome) {
  using Kind = Outcome::Kind;
  return outcome.kind != Kind::kOverflow && outcome.kind != Kind::kNotReady &&
         outcome.kind != Kind::kCancelled;
}

}  // namespace

std::optional<Trial> TrialOf(const AttemptEvent& event, TimePoint now) {
  if (event.assignment == nullptr || event.attempt != 1) return std::nullopt;
  return Trial{.assignment = *event.assignment,
               .endpoint = event.endpoint,
               .outcome = event.outcome,
               .picked_at = now - event.outcome.elapsed,
               .pair = event.assignment->is_mirrored ? event.call : 0};
}

std::optional<Trial> TrialOf(const MirrorEvent& event, TimePoint now) {
  if (event.call == 0 || !WasUpToTheCanary(event.outcome)) return std::nullopt;
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
