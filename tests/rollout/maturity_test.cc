// SPDX-License-Identifier: Apache-2.0
// Bad trials that have to grow old before they are compared decide without delay then.
#include <gtest/gtest.h>

#include <chrono>

#include "tests/rollout/plan.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;

// Requests are kept by the second in which they began, so they are old enough when the
// youngest of that second could be.
TEST(Maturity, ARollbackFollowsAtTheMomentTheBadRequestsAreMature) {
  RolloutPlan plan = PlanOf({5, 10});
  plan.analysis.maturity = 1500ms;
  RolloutRun run(plan);
  run.Settle();
  run.clock.Advance(300ms);
  run.Advance();
  const auto second = std::chrono::floor<std::chrono::seconds>(run.clock.Now());
  run.RecordMany(10, Arm::kCanary, 503);
  while (run.phase() == RolloutPhase::kProgressing && run.clock.Now() < second + 10s) {
    run.clock.Advance(run.weights.advance_at - run.clock.Now());
    run.Advance();
  }
  EXPECT_EQ(run.clock.Now(), second + 1s + 1500ms);
  EXPECT_EQ(run.weights.weight, 0);
  EXPECT_EQ(run.rollout->status().last_decision, Duration(0)) << "counted from that moment";
}

TEST(Maturity, ABadTrialThatIsMatureWhenItEndsIsUrgent) {
  RolloutPlan plan = PlanOf({5, 10});
  plan.analysis.maturity = 1500ms;
  RolloutRun run(plan);
  run.Settle();
  run.clock.Advance(10s - run.clock.Now().time_since_epoch() % 1s + 800ms);
  const auto record = [&run](Duration elapsed) {
    Trial trial = run.Drawn(Arm::kCanary, Outcome::Status(503, elapsed));
    trial.picked_at = run.clock.Now();
    return run.rollout->Record(trial);
  };
  EXPECT_EQ(record(1699ms), Urgency::kNone);
  EXPECT_EQ(record(1700ms), Urgency::kAdvanceNow);
}

}  // namespace
}  // namespace meshroute
