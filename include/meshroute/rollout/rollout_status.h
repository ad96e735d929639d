// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROLLOUT_ROLLOUT_STATUS_H_
#define MESHROUTE_ROLLOUT_ROLLOUT_STATUS_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/rollout/rollout_event.h"
#include "meshroute/rollout/rollout_phase.h"
#include "meshroute/rollout/score.h"

namespace meshroute {

// How one arm does under one metric.
struct ArmStatus {
  int64_t trials = 0;  // Counted in this attempt.
  int64_t bad = 0;
  int64_t step_trials = 0;  // In the running step.
  int64_t step_bad = 0;
  double low = 0;  // Of the rate of this attempt, 95 % at all times.
  double high = 1;
};

// One metric of a rollout, as it stands.
struct MetricStatus {
  std::string name;  // "request-success-rate", "request-duration-p99"
  double score = 0;  // What its stakes have become: its part of E before weighting.
  double share = 0;  // Its weight; 0 of a dry run.
  ArmStatus baseline;
  ArmStatus canary;

  // Mirrored requests of this attempt, by how they went on the two versions.
  PairCounts pairs;

  // Of a latency metric: the baseline's limit in this step; 0: none yet.
  Duration latency_limit{0};
};

// How long steps lasted, pauses included.
struct StepTimes {
  static constexpr std::array<double, 8> kBounds{10, 30, 60, 120, 300, 600, 1800, 3600};

  std::array<uint64_t, kBounds.size() + 1> counts{};  // The last: longer than all bounds.
  double sum = 0;                                     // Seconds.
};

// Everything that tools show of a rollout. A plain value.
struct RolloutStatus {
  std::string rollout;  // "prod/reviews"
  std::string revision;
  RolloutPhase phase = RolloutPhase::kIdle;
  PauseReason pause_reason = PauseReason::kNone;
  RolloutPhase paused_phase = RolloutPhase::kIdle;  // Where a paused one goes on.
  std::string reason;                               // Why it is where it is; may be empty.
  uint64_t generation = 0;
  uint32_t attempt = 0;  // Of this revision, from 1.
  bool dry_run = false;

  uint32_t step = 0;        // Index of the plan's steps.
  uint32_t steps = 0;       // How many there are.
  double weight = 0;        // Published, 0..1.
  double fresh_weight = 0;  // The fresh baseline's.
  double match_weight = 0;  // The canary's of requests that match; 0: that counts for nothing.
  std::vector<std::string> waiting_gates;

  bool holding = false;
  double score = 0;  // E
  double score_limit = 0;
  double mirror_score = 0;    // Of the same bet with the versions exchanged.
  int64_t step_requests = 0;  // Counted canary requests of the running step.
  int64_t requests_wanted = 0;
  std::vector<MetricStatus> metrics;
  std::vector<std::string> suspects;

  WallTime last_transition{};
  Duration in_step{0};  // Pauses not counted.
  Duration paused{0};   // In all, in this attempt.
  Duration running{0};  // Since this attempt began.

  // From the last bad request that could decide, when it ended or was old enough to be
  // compared, to the weights of a rollback.
  Duration last_decision{0};
  uint32_t shards = 0;  // Other processes heard of.
  Duration oldest_shard{0};

  std::array<uint64_t, RolloutEvent::kKinds> events{};  // By kind, in this process.
  std::map<std::string, uint64_t> rollbacks;            // By reason, likewise.
  StepTimes step_times;                                 // Likewise.
  std::vector<RolloutEvent> history;                    // The last 50.
};

}  // namespace meshroute

#endif  // MESHROUTE_ROLLOUT_ROLLOUT_STATUS_H_
