// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "meshroute/rollout/rollout_event.h"
#include "meshroute/rollout/rollout_phase.h"

namespace meshroute {

const char* PhaseName(RolloutPhase phase) {
  static constexpr std::array<const char*, kRolloutPhases> kNames{
      "Idle",      "Waiting",  "Baselining",  "Progressing", "Paused", "WaitingPromotion",
      "Promoting", "Watching", "RollingBack", "Succeeded",   "Failed"};
  return kNames.at(static_cast<size_t>(phase));
}

const char* PauseReasonName(PauseReason reason) {
  static constexpr std::array<const char*, 6> kNames{
      "", "Manual", "Inconclusive", "PauseStep", "SuspectEndpoint", "EvidenceLost"};
  return kNames.at(static_cast<size_t>(reason));
}

const char* CommandName(RolloutCommand command) {
  static constexpr std::array<const char*, kRolloutCommands> kNames{
      "Pause", "Resume", "Abort", "Approve", "SkipStep", "PromoteNow", "Retry"};
  return kNames.at(static_cast<size_t>(command));
}

const char* EventName(RolloutEvent::Kind kind) {
  static constexpr std::array<const char*, RolloutEvent::kKinds> kNames{
      "RolloutStarted",  "StepStarted",     "Holding",      "HoldCleared",   "EndpointSuspected",
      "GateWaiting",     "GateApproved",    "Paused",       "Resumed",       "StepTimedOut",
      "BaselineWorse",   "RollbackStarted", "RolledBack",   "Promoted",      "Succeeded",
      "Failed",          "Superseded",      "EvidenceLost", "LeaderChanged", "Restored",
      "EndpointEjected", "EndpointKept"};
  return kNames.at(static_cast<size_t>(kind));
}

}  // namespace meshroute
