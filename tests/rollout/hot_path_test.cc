// SPDX-License-Identifier: Apache-2.0
// What a report of a request must not do: allocate.
#include <gtest/gtest.h>

#include <chrono>

#include "tests/counted_allocations.h"
#include "tests/rollout/plan.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;

TEST(RolloutHotPath, RecordingTheHalvesOfPairsDoesNotAllocate) {
  RolloutPlan plan = PlanOf({5, 100});
  plan.analysis.mirror = true;
  plan.analysis.maturity = 2s;
  plan.analysis.baselining = {.min_requests = 1000, .max_duration = 30s};
  RolloutRun run(plan);
  run.Advance();
  Trial original = run.Drawn(Arm::kBaseline);
  Trial copy = run.Drawn(Arm::kCanary, Outcome::Status(503), "10.0.0.2:80");
  const auto record = [&](uint64_t pair) {
    original.pair = copy.pair = pair;
    run.rollout->Record(pair % 2 == 0 ? original : copy);
    run.rollout->Record(pair % 2 == 0 ? copy : original);
  };
  record(1);  // The thread's first after a change of the table.
  const size_t before = allocations;
  for (uint64_t pair = 2; pair <= 100; ++pair) record(pair);
  EXPECT_EQ(allocations, before);
  run.clock.Advance(5s);
  run.Advance();
  EXPECT_EQ(run.rollout->status().metrics.at(0).pairs, (PairCounts{.canary_alone = 100}));
}

}  // namespace
}  // namespace meshroute
