// SPDX-License-Identifier: Apache-2.0
// Plans, trials and a listener for the tests of rollouts.
#ifndef MESHROUTE_TESTS_ROLLOUT_PLAN_H_
#define MESHROUTE_TESTS_ROLLOUT_PLAN_H_

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "meshroute/rollout/rollout.h"
#include "meshroute/testing/virtual_clock.h"

namespace meshroute {

// A canary with a success-rate metric, of steps that last a minute and 200 requests.
inline RolloutPlan PlanOf(std::vector<double> weights) {
  RolloutPlan plan;
  plan.metadata = {.name = "reviews",
                   .namespace_name = "prod",
                   .labels = {},
                   .annotations = {},
                   .creation_timestamp = ""};
  plan.virtual_service = "reviews";
  plan.baseline = Destination{.host = "reviews", .subset = "v1", .port = {}};
  plan.canary = Destination{.host = "reviews", .subset = "v2", .port = {}};
  plan.revision = "r1";
  plan.analysis.step_weights = std::move(weights);
  plan.analysis.min_duration = std::chrono::seconds(60);
  plan.analysis.min_requests = 200;
  plan.analysis.maturity = Duration(0);
  plan.analysis.holdback = 0;
  plan.analysis.baselining = {.min_requests = 0, .max_duration = Duration(0)};
  RolloutMetric metric;
  metric.name = kRequestSuccessRate;
  metric.threshold_range = RolloutThreshold{.min = 50, .max = std::nullopt};
  plan.analysis.metrics = {metric};
  return plan;
}

// Remembers what it heard.
struct EventLog final : RolloutObserver {
  void OnRolloutEvent(const RolloutEvent& event) override { events.push_back(event); }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const RolloutEvent& event : events) names.emplace_back(EventName(event.kind));
    return names;
  }

  // The last of a kind; nullptr: none.
  const RolloutEvent* Find(RolloutEvent::Kind kind) const {
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
      if (event->kind == kind) return &*event;
    }
    return nullptr;
  }

  std::vector<RolloutEvent> events;
};

// A rollout on a clock of its own.
class RolloutRun {
 public:
  explicit RolloutRun(const RolloutPlan& plan, RolloutOptions options = {}) {
    absl::StatusOr<ValidatedPlan> valid = ValidatedPlan::Create(plan);
    EXPECT_TRUE(valid.ok()) << valid.status();
    rollout = *Rollout::Create(*valid, clock, log, std::move(options));
  }

  const RouteWeights& Advance(const ArmHealth& health = {}) {
    weights = rollout->Advance(health);
    return weights;
  }

  // Advances until the rollout waits for something.
  void Settle() {
    do {
      Advance();
    } while (weights.advance_at <= clock.Now());
  }

  // A trial with the tag of the present weights, which ended now.
  Trial Drawn(Arm arm, Outcome outcome = Outcome::Status(200), std::string_view endpoint = {}) {
    Trial trial;
    trial.assignment = {.rollout = "prod/reviews",
                        .generation = weights.generation,
                        .step = weights.step,
                        .arm = arm,
                        .weight = weights.weight};
    trial.endpoint = endpoint;
    trial.outcome = outcome;
    trial.picked_at = clock.Now() - outcome.elapsed;
    return trial;
  }

  Urgency Record(Arm arm, int status = 200, std::string_view endpoint = {}) {
    return rollout->Record(Drawn(arm, Outcome::Status(status), endpoint));
  }

  void RecordMany(int count, Arm arm, int status = 200, std::string_view endpoint = {}) {
    for (int i = 0; i < count; ++i) Record(arm, status, endpoint);
  }

  RolloutPhase phase() const { return rollout->status().phase; }

  VirtualClock clock;
  EventLog log;
  std::unique_ptr<Rollout> rollout;
  RouteWeights weights;
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_ROLLOUT_PLAN_H_
