// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROLLOUT_TRIAL_H_
#define MESHROUTE_ROLLOUT_TRIAL_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "meshroute/base/clock.h"
#include "meshroute/message/assignment.h"
#include "meshroute/message/outcome.h"
#include "meshroute/telemetry/observer.h"

namespace meshroute {

// One request on a route that a rollout manages, judged by its first attempt: which
// version it was given to, with what probability, and how it ended. Whatever happened
// after the draw counts for the version drawn, also a full breaker or a missing
// endpoint. Views live for the call of Rollout::Record.
struct Trial {
  enum class Stage : uint8_t {
    kEnded,

    // Still open after `outcome.elapsed`: its latency is bad by now, should that be
    // past the limit, and nothing else is known yet.
    kOpen,

    // Ended, and was reported as kOpen past every latency limit
    // (RouteWeights::latency_limit) before.
    kEndedAfterOpen,

    // Nothing but what became known of it later, for the metrics reported-success-rate;
    // `outcome.elapsed` is the time since the draw.
    kReportedGood,
    kReportedBad,
  };

  // As drawn. `assignment.unit` makes it a trial of a user.
  Assignment assignment;

  // Who answered: "10.0.0.7:9080"; may be empty.
  std::string_view endpoint;

  // How the first attempt ended; `elapsed` is its latency.
  Outcome outcome;

  // The moment of the draw.
  TimePoint picked_at{};

  Stage stage = Stage::kEnded;

  // Not 0: one of the two outcomes of a mirrored request (Assignment::is_mirrored), the
  // same number for both. That of the copy is the canary's half of the pair, and no trial
  // besides.
  uint64_t pair = 0;

  // Whether `outcome` is that of the attempt.
  bool has_ended() const { return stage == Stage::kEnded || stage == Stage::kEndedAfterOpen; }
};

// The trial that an observer heard of at `now`; nullopt: it is none, because no
// rollout manages the route or because the attempt is not the first.
std::optional<Trial> TrialOf(const AttemptEvent& event, TimePoint now);

// The canary's half of a pair; nullopt: there is no pair, because the copy was not sent (a
// limit of the canary, something missing here) or was broken off.
std::optional<Trial> TrialOf(const MirrorEvent& event, TimePoint now);

// That of a call that ended after the draw and before any attempt.
std::optional<Trial> TrialOf(const CallEvent& event, TimePoint now);

}  // namespace meshroute

#endif  // MESHROUTE_ROLLOUT_TRIAL_H_
