// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/validated_plan.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/rollout/plan.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;

Resources ResourcesOf(std::string version) {
  Resources resources;
  RolloutPlan plan = PlanOf({5});
  plan.revision.clear();
  plan.analysis.maturity = 2s;
  resources.rollouts = {plan};
  DestinationRule& rule = resources.destination_rules.emplace_back();
  rule.host = "reviews";
  rule.subsets = {
      {.name = "v1", .labels = {{"version", "1"}}, .traffic_policy = {}},
      {.name = "v2", .labels = {{"version", std::move(version)}}, .traffic_policy = {}}};
  VirtualService& service = resources.virtual_services.emplace_back();
  service.metadata.name = "reviews";
  service.metadata.namespace_name = "prod";
  service.hosts = {"reviews"};
  service.http.emplace_back().route.emplace_back().destination = plan.baseline;
  return resources;
}

ValidatedPlan Find(const Resources& resources) {
  return *ValidatedPlan::Find(*Validate(resources), "prod/reviews");
}

TEST(ValidatedPlan, HasTheRevisionOfTheCanarysSubsetWhereNoneIsWritten) {
  const std::string revision = Find(ResourcesOf("2")).revision();
  EXPECT_EQ(Find(ResourcesOf("2")).revision(), revision);
  EXPECT_NE(Find(ResourcesOf("3")).revision(), revision);
  Resources written = ResourcesOf("2");
  written.rollouts[0].revision = "r7";
  EXPECT_EQ(Find(written).revision(), "r7");
}

TEST(ValidatedPlan, WaitsNoLongerForATrialThanItsAttemptMayTake) {
  Resources resources = ResourcesOf("2");
  EXPECT_EQ(Find(resources).plan().analysis.maturity, 2s);
  HttpRoute& route = resources.virtual_services[0].http[0];
  route.retries = HttpRetry{};
  route.retries->attempts = 1;
  route.retries->per_try_timeout = 300ms;
  EXPECT_EQ(Find(resources).plan().analysis.maturity, 300ms);
  route.timeout = 100ms;
  EXPECT_EQ(Find(resources).plan().analysis.maturity, 100ms);
}

TEST(ValidatedPlan, SaysWhatIsNotThereOrNotRight) {
  EXPECT_TRUE(absl::IsNotFound(ValidatedPlan::Find(ValidatedConfig(), "prod/reviews").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ValidatedPlan::Create(RolloutPlan()).status()));
}

TEST(SplitOf, SaysTheSameInTheRoutersWords) {
  RolloutPlan plan = PlanOf({5});
  plan.route = "default";
  plan.analysis.session_affinity = RolloutAffinity{};
  plan.analysis.session_affinity->key.http_header_name = "x-user";
  plan.analysis.session_affinity->salt = "spring";
  RolloutRun run(plan);
  run.Settle();
  TrafficSplit split = SplitOf(run.weights);
  EXPECT_EQ(split.namespace_name, "prod");
  EXPECT_EQ(split.virtual_service, "reviews");
  EXPECT_EQ(split.route, "default");
  EXPECT_EQ(split.canary.subset, "v2");
  EXPECT_EQ(split.canary.host, "reviews");
  EXPECT_EQ(split.weight, 0.05);
  EXPECT_EQ(split.rollout, "prod/reviews");
  EXPECT_EQ(split.generation, run.weights.generation);
  EXPECT_EQ(split.step, run.weights.step);
  EXPECT_EQ(split.sticky->salt, "spring");
  EXPECT_TRUE(ValidateSplits({split}).ok());

  plan.virtual_service = "edge/gateway";
  RolloutRun elsewhere(plan);
  elsewhere.Settle();
  split = SplitOf(elsewhere.weights);
  EXPECT_EQ(split.namespace_name, "edge");
  EXPECT_EQ(split.virtual_service, "gateway");
  EXPECT_EQ(split.canary.host, "reviews.prod.svc.cluster.local");
}

TEST(TrialOf, IsTheFirstAttemptOfAManagedCall) {
  const Assignment assignment{.rollout = "prod/reviews", .generation = 3, .weight = 0.05};
  AttemptEvent attempt;
  const TimePoint now = TimePoint(1h);
  EXPECT_FALSE(TrialOf(attempt, now).has_value());
  attempt.assignment = &assignment;
  attempt.outcome = Outcome::Status(200, 30ms);
  EXPECT_EQ(TrialOf(attempt, now)->picked_at, now - 30ms);
  EXPECT_EQ(TrialOf(attempt, now)->assignment, assignment);
  attempt.attempt = 2;
  EXPECT_FALSE(TrialOf(attempt, now).has_value()) << "a retry is no trial";
  CallEvent call;
  call.assignment = &assignment;
  call.status = 503;
  EXPECT_EQ(TrialOf(call, now)->outcome.status, 503) << "no endpoint counts for the version drawn";
  call.attempts = 1;
  EXPECT_FALSE(TrialOf(call, now).has_value());
}

TEST(TrialOf, IsNoneOfACopyThatTheCanaryWasNotAskedWithOrThatWasBrokenOff) {
  using Kind = Outcome::Kind;
  const Assignment assignment{.rollout = "prod/reviews", .arm = Arm::kCanary, .weight = 0.05};
  const TimePoint now = TimePoint(1h);
  MirrorEvent copy;
  copy.assignment = &assignment;
  copy.call = 7;
  for (const Kind kind : {Kind::kOverflow, Kind::kNotReady, Kind::kCancelled}) {
    copy.outcome = Outcome::Failure(kind, 30ms);
    EXPECT_FALSE(TrialOf(copy, now).has_value()) << static_cast<int>(kind);
  }
  for (const Kind kind : {Kind::kConnectFailed, Kind::kTimeout, Kind::kResetBeforeHeaders}) {
    copy.outcome = Outcome::Failure(kind, 30ms);
    ASSERT_TRUE(TrialOf(copy, now).has_value()) << static_cast<int>(kind);
    EXPECT_EQ(TrialOf(copy, now)->pair, 7u);
  }
}

}  // namespace
}  // namespace meshroute
