// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROLLOUT_ROLLOUT_SNAPSHOT_H_
#define MESHROUTE_ROLLOUT_ROLLOUT_SNAPSHOT_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "meshroute/base/clock.h"
#include "meshroute/config/rollout_metric.h"
#include "meshroute/rollout/evidence_shard.h"
#include "meshroute/rollout/rollout_event.h"
#include "meshroute/rollout/rollout_phase.h"
#include "meshroute/rollout/score.h"

namespace meshroute {

// The scalars of a rollout's state. Times are spans, not moments: a clock that started
// anew does not matter.
struct RolloutProgress {
  uint64_t generation = 0;  // Of evidence: grows with every attempt.
  uint32_t attempt = 0;     // Of the revision.
  RolloutPhase phase = RolloutPhase::kIdle;
  RolloutPhase paused_phase = RolloutPhase::kIdle;
  PauseReason pause_reason = PauseReason::kNone;
  std::string reason;
  uint32_t step = 0;     // Index of the plan's steps.
  uint32_t tag = 0;      // What assignments carry now.
  double weight = 0;     // Published.
  uint64_t version = 0;  // Of what is published.
  std::string salt;
  uint32_t return_step = 0;  // While rolling back: the next of rollback.steps.

  Duration in_phase{0};         // Of kPaused: of this pause.
  Duration in_paused_phase{0};  // Of the phase that a pause interrupted.
  Duration in_step{0};          // Without pauses.
  Duration step_wall{0};        // With them.
  Duration timeout_at{0};       // Of in_step; with pairs before the first step, of in_phase.
  Duration paused{0};           // In all, in this attempt.
  Duration running{0};          // Since this attempt began.
  Duration since_check{0};      // Since the last interval's check.

  uint32_t step_stakes = 0;  // Intervals of this step that were staked.
  uint32_t failed_checks = 0;
  bool check_passed = true;  // The last one of classic mode.
  bool first_stake_used = false;
  bool holding = false;
  bool baseline_worse = false;
  bool gates_open = false;   // Those before the next phase or step were approved.
  bool gates_asked = false;  // GateWaiting was told.
  bool rested = false;       // The pause of this step is over.
  // Of a blueGreen: the rates allowed after the swap, per metric; 0: that of the plan.
  std::array<double, kMaximumRolloutMetrics> watch_rates{};
  std::string suspect;
  Duration suspected_for{0};
  bool suspect_known = false;  // Someone resumed in spite of it.

  bool operator==(const RolloutProgress&) const = default;
};

// A rollout at one moment, for a restart and for other processes.
struct RolloutSnapshot {
  using Logs = std::array<double, kScoreGrid>;
  using PairLogs = std::array<double, PairScore::kGrid>;

  // The bets of each metric, with all of the canary's trials or without those of one
  // endpoint.
  struct Bets {
    std::string endpoint;  // Left out; empty: none.
    std::vector<Logs> metrics;
    std::vector<PairLogs> pairs;  // Per metric, while pairs are staked on; else empty.

    bool operator==(const Bets&) const = default;
  };

  // What was fixed when a step began.
  struct Step {
    uint32_t tag = 0;
    uint8_t mode = 0;  // Which trials say something: the implementation's own number.
    double weight = 0;
    double weight_before = 0;
    std::vector<Duration> latency_limits;          // Per metric; 0: none.
    std::vector<EvidenceShard::Counter> counters;  // Of all processes, before restarts too.

    bool operator==(const Step&) const = default;
  };

  uint64_t plan_hash = 0;
  std::string revision;
  RolloutProgress progress;
  double cash = 1;
  uint32_t periodic_stakes = 0;
  std::vector<Bets> bets;  // The first leaves nothing out.
  Bets mirror;             // With the versions exchanged.
  std::vector<Step> steps;
  std::vector<EvidenceShard> merged;  // The last of each process, this one included.
  std::vector<RolloutEvent> history;
  WallTime saved_at{};
};

// As bytes, with a version and a checksum. Doubles are kept to the last bit.
std::string EncodeSnapshot(const RolloutSnapshot& snapshot);

// DataLoss where `bytes` are damaged or of another version. Takes memory in proportion
// to `bytes`.
absl::StatusOr<RolloutSnapshot> DecodeSnapshot(std::string_view bytes);

}  // namespace meshroute

#endif  // MESHROUTE_ROLLOUT_ROLLOUT_SNAPSHOT_H_
