// SPDX-License-Identifier: Apache-2.0
// A rollout that compares requests with their copies, for tests.
#ifndef MESHROUTE_TESTS_ROLLOUT_PAIR_RUN_H_
#define MESHROUTE_TESTS_ROLLOUT_PAIR_RUN_H_

#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

#include "tests/rollout/plan.h"

namespace meshroute {

// Three steps, with at most half a minute for a hundred pairs before them.
inline RolloutPlan PlanWithPairs() {
  RolloutPlan plan = PlanOf({5, 50, 100});
  plan.analysis.mirror = true;
  plan.analysis.baselining = {.min_requests = 100, .max_duration = std::chrono::seconds(30)};
  return plan;
}

// A rollout whose baseline is looked at, and that gets requests and their copies.
class PairRun : public RolloutRun {
 public:
  explicit PairRun(const RolloutPlan& plan = PlanWithPairs(), RolloutOptions options = {})
      : RolloutRun(plan, std::move(options)) {
    Advance();
  }

  Urgency Half(uint64_t pair, Arm arm, int status, std::string_view endpoint = {},
               Duration elapsed = std::chrono::milliseconds(1)) {
    Trial trial = Drawn(arm, Outcome::Status(status, elapsed), endpoint);
    trial.assignment.is_mirrored = true;
    trial.pair = pair;
    return rollout->Record(trial);
  }

  // A request and its copy, the original first.
  Urgency Pair(int baseline, int canary, std::string_view endpoint = {}) {
    const uint64_t pair = ++last_;
    Half(pair, Arm::kBaseline, baseline);
    return Half(pair, Arm::kCanary, canary, endpoint);
  }

  void Pairs(int count, int baseline, int canary, std::string_view endpoint = {}) {
    for (int i = 0; i < count; ++i) Pair(baseline, canary, endpoint);
  }

  PairCounts counts() const { return rollout->status().metrics.at(0).pairs; }
  double score() const { return rollout->status().score; }

 private:
  uint64_t last_ = 0;
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_ROLLOUT_PAIR_RUN_H_
