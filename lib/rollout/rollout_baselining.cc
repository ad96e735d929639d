// SPDX-License-Identifier: Apache-2.0
// Before the first step: how long the baseline is looked at, and what comes of it.
#include <algorithm>

#include "lib/rollout/rollout_state.h"

namespace meshroute {

void Rollout::State::StartBaselining() {
  Enter(Phase::kBaselining);
  if (analysis().mirror) return StartPairs();
  StartEvidence(StepFacts::Mode::kBaselineOnly, 0, 0);
}

bool Rollout::State::LeaveBaselining() {
  const Tally::Step& counts = sums_.At(progress_.tag);
  uint64_t trials = 0;
  for (size_t i = 0; i < judge_->signals().size(); ++i) {
    const Tally::Pair pair = counts.BaselineSum(i);
    trials = std::max(trials, pair.bad + pair.good);
  }
  if (ComparesPairs()) trials = StepPairs();
  const RolloutBaselining& rule = analysis().baselining;
  const bool is_judged = analysis().mode != RolloutAnalysis::Mode::kNone;
  progress_.reason.clear();
  if (health_.baseline == 0U || health_.canary == 0U || health_.fresh_baseline == 0U) {
    progress_.reason = "a version has no endpoint";
    // Pairs have their time once they can come.
    if (ComparesPairs()) progress_.timeout_at = progress_.in_phase + rule.max_duration;
    return false;
  }
  const bool is_timed_out = progress_.in_phase >= BaseliningEnd();
  if (is_judged && trials < rule.min_requests && !is_timed_out) return false;
  if (!BaselineIsHealthy()) {
    progress_.reason = "the baseline is failing";
    return false;
  }
  if (progress_.holding) {  // By pairs, of which more come in.
    progress_.reason = "mirrored requests fail on the canary";
    return false;
  }
  if (ComparesPairs() && trials < std::min(kFewestPairs, uint64_t{rule.min_requests})) {
    return LeaveWithoutPairs();
  }
  StartStep(0);
  return true;
}

bool Rollout::State::BaselineIsHealthy() const {
  constexpr uint64_t kFewest = 20;
  for (size_t i = 0; i < judge_->signals().size(); ++i) {
    const Tally::Pair pair = sums_.At(progress_.tag).BaselineSum(i);
    if (pair.bad + pair.good >= kFewest && pair.bad > pair.good) return false;
  }
  return true;
}

Duration Rollout::State::BaseliningEnd() const {
  return ComparesPairs() ? progress_.timeout_at : analysis().baselining.max_duration;
}

// The time is over and next to nothing was tried: as with a step without requests, no pairs
// are no reason to go on. Copies may hang, or not be sent.
bool Rollout::State::LeaveWithoutPairs() {
  Tell(EventKind::kStepTimedOut);
  switch (analysis().on_timeout) {
    case OnTimeout::kPause:
      Pause(PauseReason::kInconclusive, "");
      return false;
    case OnTimeout::kAdvance:
      StartStep(0);
      return true;
    case OnTimeout::kRollback:
      StartRollback("timeout", "");
      return true;
  }
  return false;
}

}  // namespace meshroute
