// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROLLOUT_ROLLOUT_EVENT_H_
#define MESHROUTE_ROLLOUT_ROLLOUT_EVENT_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "meshroute/base/clock.h"

namespace meshroute {

// Something that happened to a rollout, with a sentence that someone can act on:
//
//   reviews v2 rolled back at 5 %: 6 of 88 canary requests failed (6.8 %) against 2
//   of 1504 (0.13 %); score 2173, limit 1000; 15.9 s after step start
struct RolloutEvent {
  enum class Kind : uint8_t {
    kRolloutStarted,
    kStepStarted,
    kHolding,
    kHoldCleared,
    kEndpointSuspected,
    kGateWaiting,
    kGateApproved,
    kPaused,
    kResumed,
    kStepTimedOut,
    kBaselineWorse,
    kRollbackStarted,
    kRolledBack,
    kPromoted,
    kSucceeded,
    kFailed,
    kSuperseded,
    kEvidenceLost,
    kLeaderChanged,
    kRestored,
    kEndpointEjected,  // A suspect was set aside by outlier detection,
    kEndpointKept,     // or could not be.
  };
  static constexpr size_t kKinds = 22;

  Kind kind{};
  std::string rollout;  // "prod/reviews"
  std::string revision;
  uint64_t generation = 0;
  uint32_t attempt = 0;
  WallTime at{};

  uint32_t step = 0;
  double weight = 0;  // 0..1, at that moment.

  // Who or what: the reason of a rollback ("evidence", "abort", "timeout", ...), of a
  // pause, of a failure; a gate; an endpoint; an instance. May be empty.
  std::string subject;
  std::string by;  // Who asked for it; empty: nobody did.

  double score = 0;  // E, and what it would take to roll back.
  double score_limit = 0;
  double score_without = 0;  // Of kEndpointSuspected: E without that endpoint.

  std::string sentence;
};

// "RollbackStarted".
const char* EventName(RolloutEvent::Kind kind);

// Hears what happens to rollouts. Called inside Rollout's own methods: must not block
// nor call back into the rollout.
class RolloutObserver {
 public:
  virtual ~RolloutObserver() = default;

  virtual void OnRolloutEvent(const RolloutEvent& event) = 0;
};

}  // namespace meshroute

#endif  // MESHROUTE_ROLLOUT_ROLLOUT_EVENT_H_
