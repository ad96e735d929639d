// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROLLOUT_ROLLOUT_PHASE_H_
#define MESHROUTE_ROLLOUT_ROLLOUT_PHASE_H_

#include <cstddef>
#include <cstdint>

namespace meshroute {

// Where a rollout stands. The canary gets requests in kProgressing to kWatching, and
// on the way down in kRollingBack.
enum class RolloutPhase : uint8_t {
  kIdle,              // Not begun.
  kWaiting,           // For the confirm-rollout gate.
  kBaselining,        // Learning how the baseline does; with `mirror`, how copies do.
  kProgressing,       // In one of the steps.
  kPaused,            // Weight unchanged; evidence still counts and can roll back.
  kWaitingPromotion,  // After the last step, for the confirm-promotion gate.
  kPromoting,         // All requests to the canary.
  kWatching,          // As before, under the absolute limits.
  kRollingBack,
  kSucceeded,
  kFailed,  // Stays so for this revision, unless someone retries.
};
inline constexpr size_t kRolloutPhases = 11;

// Why a rollout is paused.
enum class PauseReason : uint8_t {
  kNone,
  kManual,
  kInconclusive,     // A step, or a baselining without pairs, ran out of time.
  kPauseStep,        // The plan rests here.
  kSuspectEndpoint,  // The evidence rests on one endpoint.
  kEvidenceLost,     // It was restored from something old or damaged.
};

// What someone may ask of a rollout.
enum class RolloutCommand : uint8_t {
  kPause,
  kResume,
  kAbort,       // Back to the baseline. While rolling back: at once.
  kApprove,     // Opens the gates that are waited for.
  kSkipStep,    // On to the next step; the rollback rule holds on.
  kPromoteNow,  // To 100 %; the rollback rule holds on.
  kRetry,       // A failed revision once more, with a new bound on false rollbacks.
};
inline constexpr size_t kRolloutCommands = 7;

// "Progressing", "SuspectEndpoint", "PromoteNow".
const char* PhaseName(RolloutPhase phase);
const char* PauseReasonName(PauseReason reason);
const char* CommandName(RolloutCommand command);

}  // namespace meshroute

#endif  // MESHROUTE_ROLLOUT_ROLLOUT_PHASE_H_
