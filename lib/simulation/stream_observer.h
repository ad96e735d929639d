// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_STREAM_OBSERVER_H_
#define MESHROUTE_LIB_SIMULATION_STREAM_OBSERVER_H_

#include <optional>

#include "lib/simulation/simulation_clock.h"
#include "meshroute/rollout/rollout.h"
#include "meshroute/simulation/rollout_stream.h"

namespace meshroute {

// Writes down how a rollout on a stream comes out.
class StreamObserver final : public RolloutObserver {
 public:
  explicit StreamObserver(const SimulationClock& clock) : clock_(clock) {}

  void OnRolloutEvent(const RolloutEvent& event) override {
    using Kind = RolloutEvent::Kind;
    if (event.kind == Kind::kStepStarted && !first_step_) first_step_ = clock_.elapsed();
    const Duration since = since_first_step().value_or(Duration::zero());
    if (event.kind == Kind::kRollbackStarted) Note(since, outcome.rolled_back_after);
    if (event.kind == Kind::kPromoted) Note(since, outcome.promoted_after);
    if (event.kind == Kind::kEndpointSuspected && !outcome.suspected_after) {
      outcome.suspected_after = since;
      outcome.suspect = event.subject;
    }
    if (event.kind == Kind::kHolding) outcome.held = true;
    over_ = over_ || event.kind == Kind::kRollbackStarted || event.kind == Kind::kSucceeded ||
            event.kind == Kind::kFailed;
  }

  // Unset before the first step.
  std::optional<Duration> since_first_step() const {
    if (!first_step_) return std::nullopt;
    return clock_.elapsed() - *first_step_;
  }

  bool over() const { return over_; }

  StreamOutcome outcome{};

 private:
  static void Note(Duration since, std::optional<Duration>& moment) {
    if (!moment) moment = since;
  }

  const SimulationClock& clock_;
  std::optional<Duration> first_step_;
  bool over_ = false;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_STREAM_OBSERVER_H_
