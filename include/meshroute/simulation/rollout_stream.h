// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_SIMULATION_ROLLOUT_STREAM_H_
#define MESHROUTE_SIMULATION_ROLLOUT_STREAM_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/rollout/rollout_phase.h"
#include "meshroute/rollout/validated_plan.h"

namespace meshroute {

// How requests do at one moment of a stream.
struct StreamMoment {
  double rate = 0;          // Requests a second, all arms.
  double baseline_bad = 0;  // Shares of bad ones, 0..1.

  // Of each of the canary's endpoints, which share its requests evenly.
  std::vector<double> canary_bad{};

  double fresh_bad = 0;  // Of the fresh baseline, where the plan has one.

  // The share of requests that an abTest's match holds for, 0..1. Matches of other
  // strategies are left out.
  double matched = 1;
};

// The moment that a stream is asked for.
struct StreamTime {
  Duration since_start{0};
  Duration since_first_step{0};  // Of the rollout; negative before.
};

// Requests without any detail but good and bad: what a rollout's success rate sees.
using RolloutStream = std::function<StreamMoment(const StreamTime& time)>;

// How one rollout on a stream came out. Times are since the first step began; 0 of what
// was before it.
struct StreamOutcome {
  RolloutPhase phase = RolloutPhase::kIdle;  // At the end.
  std::optional<Duration> rolled_back_after{};
  std::optional<Duration> promoted_after{};
  std::optional<Duration> suspected_after{};  // An endpoint of the canary was named.
  std::string suspect{};
  uint64_t canary_requests = 0;
  uint64_t canary_failures = 0;  // Until it was taken back: users that were hurt.
  bool held = false;             // The score was suspicious at some time.
};

// Runs a production Rollout of `plan` on a stream, second by second, with the counts of
// each second drawn at once: thousands of rollouts a minute, where calls one by one take
// hours. Only success rates are judged. Ends when the rollout has, or after `limit`.
// The same seed gives the same outcome. `plan` has passed Validate.
StreamOutcome RunOnStream(const ValidatedPlan& plan, const RolloutStream& stream, uint64_t seed,
                          Duration limit);

}  // namespace meshroute

#endif  // MESHROUTE_SIMULATION_ROLLOUT_STREAM_H_
