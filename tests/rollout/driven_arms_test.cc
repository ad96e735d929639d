// SPDX-License-Identifier: Apache-2.0
// A driver whose rollouts compare within a match, or with a fresh baseline: from the YAML
// to the weights in force and back.
#include <gtest/gtest.h>

#include <string>

#include "tests/rollout/driven_process.h"

namespace meshroute {
namespace {

std::string Replaced(std::string_view text, const std::string& what, const std::string& with) {
  std::string replaced(text);
  const size_t at = replaced.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return replaced.replace(at, what.size(), with);
}

ValidatedConfig WithAbTest() {
  return Load(std::string(kRules) + R"(
apiVersion: meshroute.io/v1alpha1
kind: Rollout
metadata: {name: reviews}
spec:
  virtualService: reviews
  route: default
  baseline: {host: reviews, subset: v1}
  canary: {host: reviews, subset: v2}
  revision: one
  strategy: abTest
  promote: false
  analysis:
    match: [{authority: {exact: reviews}}]
    within: 50/50
    minDuration: 5s
    minRequests: 20
    maturity: 0s
    baselining: {minRequests: 50, maxDuration: 30s}
    metrics: [{name: request-success-rate}]
)");
}

// `fresh` stands for the endpoint of the fresh baseline; empty: there is none yet.
ValidatedConfig WithFreshBaseline(const std::string& fresh) {
  std::string rules =
      Replaced(kRules, "{name: v1, labels: {version: v1}}",
               "{name: v1, labels: {version: v1}}\n  - {name: fresh, labels: {version: fresh}}");
  rules = Replaced(rules, "  - {address: 10.0.0.2,", fresh + "  - {address: 10.0.0.2,");
  return Load(rules + Replaced(kRollout, "  canary:",
                               "  freshBaseline: {host: reviews, subset: fresh}\n  canary:"));
}
constexpr char kFresh[] = "  - {address: 10.0.0.3, labels: {version: fresh}}\n";

TEST(DrivenArms, AHealthyCanaryOfHalfTheMatchSucceedsAndEverybodyIsBack) {
  VirtualClock clock;
  Process process(clock, "");
  process.Begin(WithAbTest());
  ASSERT_TRUE(process.CallUntil(RolloutPhase::kProgressing, 0));
  EXPECT_EQ(process.weight(), 0);
  EXPECT_TRUE(process.CallUntil(RolloutPhase::kSucceeded, 0));
  const int calls = process.canary_calls();
  EXPECT_GT(calls, 150) << "half of those of five seconds";
  EXPECT_EQ(process.status().metrics[0].canary.trials, calls);
  for (int i = 0; i < 200; ++i) process.Call(0);
  EXPECT_EQ(process.canary_calls(), calls);
}

TEST(DrivenArms, AFaultyCanaryOfHalfTheMatchIsTakenBack) {
  VirtualClock clock;
  Process process(clock, "");
  process.Begin(WithAbTest());
  EXPECT_TRUE(process.CallUntil(RolloutPhase::kFailed, 0.5));
  EXPECT_TRUE(process.events().Has(RolloutEvent::Kind::kRollbackStarted));
  EXPECT_LT(process.canary_calls(), 150);
}

TEST(DrivenArms, AFreshBaselineIsSteeredAndCounted) {
  VirtualClock clock;
  Process process(clock, "");
  process.Begin(WithFreshBaseline(kFresh));
  ASSERT_TRUE(process.CallUntil(RolloutPhase::kProgressing, 0));
  EXPECT_EQ(process.weight(), 0.05);
  EXPECT_EQ(process.router().tables()->splits[0].fresh_weight, 0.05);
  const int64_t before = process.status().metrics[0].baseline.trials;
  for (int i = 0; i < 400; ++i) process.Call(0);
  EXPECT_LT(process.status().metrics[0].baseline.trials, before + 60) << "the fresh one's alone";
  EXPECT_TRUE(process.CallUntil(RolloutPhase::kSucceeded, 0));
  EXPECT_EQ(process.weight(), 1);
  EXPECT_EQ(process.router().tables()->splits[0].fresh_weight, 0);
}

TEST(DrivenArms, AFreshBaselineWithoutEndpointsIsWaitedFor) {
  VirtualClock clock;
  Process process(clock, "");
  process.Begin(WithFreshBaseline(""));
  EXPECT_FALSE(process.CallUntil(RolloutPhase::kProgressing, 0, 6000));
  EXPECT_EQ(process.status().phase, RolloutPhase::kBaselining);
  EXPECT_EQ(process.status().reason, "a version has no endpoint");
  process.router().Apply(WithFreshBaseline(kFresh));
  EXPECT_TRUE(process.CallUntil(RolloutPhase::kProgressing, 0, 6000));
}

}  // namespace
}  // namespace meshroute
