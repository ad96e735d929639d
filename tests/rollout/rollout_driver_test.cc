// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/rollout_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "tests/discovery/temporary_folder.h"
#include "tests/rollout/driven_process.h"

namespace meshroute {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

class RolloutDriverTest : public ::testing::Test {
 protected:
  VirtualClock clock_;
};

TEST_F(RolloutDriverTest, AHealthyCanaryGetsAllRequestsStepByStep) {
  Process process(clock_, "");
  process.Begin(WithRollout());
  std::vector<double> weights;
  for (int i = 0; i < 60'000 && process.status().phase != RolloutPhase::kSucceeded; ++i) {
    process.Call(0);
    if (weights.empty() || weights.back() != process.weight()) weights.push_back(process.weight());
  }
  EXPECT_THAT(weights, ::testing::ElementsAre(0, 0.05, 0.5, 0.95, 1));
  EXPECT_TRUE(process.events().Has(RolloutEvent::Kind::kSucceeded));
  EXPECT_TRUE(process.driver().last_error().ok()) << process.driver().last_error();
}

TEST_F(RolloutDriverTest, TheReportOfTheDecisiveFailurePublishesTheRollback) {
  Process process(clock_, "");
  process.Begin(WithRollout());
  ASSERT_TRUE(process.CallUntil(RolloutPhase::kProgressing, 0));
  double before = process.weight();
  EXPECT_EQ(before, 0.05);
  for (int i = 0; i < 60'000 && process.weight() > 0; ++i) {
    before = process.weight();
    process.Call(1);
  }
  // RunDue has not been called since: the weight went down inside Report.
  EXPECT_EQ(process.weight(), 0);
  EXPECT_EQ(before, 0.05);
  EXPECT_TRUE(process.events().Has(RolloutEvent::Kind::kRollbackStarted));
  process.driver().RunDue(clock_.Now());
  EXPECT_EQ(process.status().phase, RolloutPhase::kFailed);
}

TEST_F(RolloutDriverTest, CallsThatEndBeforeAnyAttemptRollBackToo) {
  Process process(clock_, "");
  process.Begin(WithRollout());
  ASSERT_TRUE(process.CallUntil(RolloutPhase::kProgressing, 0));
  // The canary's endpoint is gone: 503 UH for whoever drew it.
  ASSERT_TRUE(
      process.router()
          .SetEndpoints("reviews", {{.address = "10.0.0.1:80", .labels = {{"version", "v1"}}}})
          .ok());
  for (int i = 0; i < 2'000 && process.weight() > 0; ++i) {
    clock_.Advance(10ms);
    meshroute::Call call = process.router().Start({.authority = "reviews"});
    (void)call.Next();
    call.Report(1, Outcome::Status(200, 1ms));
    (void)call.Next();
  }
  EXPECT_EQ(process.weight(), 0);
}

ValidatedConfig WithLatency() {
  std::string rollout(kRollout);
  const std::string before = "request-success-rate, thresholdRange: {min: 90}";
  rollout.replace(rollout.find(before), before.size(),
                  "request-duration, thresholdRange: {max: 500}");
  rollout.replace(rollout.find("minRequests: 50"), 15, "minRequests: 1000");
  return Load(std::string(kRules) + rollout);
}

TEST_F(RolloutDriverTest, ARequestStillOpenPastTheLimitIsBadAtThatMomentAndOnce) {
  Process process(clock_, "");
  process.Begin(WithLatency());
  ASSERT_TRUE(process.CallUntil(RolloutPhase::kProgressing, 0));
  const auto bad = [&process] { return process.status().metrics.at(0).canary.bad; };
  while (process.begun().empty()) process.CallThatHangs();
  const TimePoint limit = process.begun()[0] + 500ms;
  while (clock_.Now() < limit) process.CallThatHangs();
  EXPECT_EQ(clock_.Now(), limit);
  EXPECT_EQ(bad(), 0);
  process.CallThatHangs();
  EXPECT_GE(bad(), 1);
  while (process.weight() > 0 && process.begun().size() < 30) process.CallThatHangs();
  EXPECT_EQ(process.weight(), 0) << "rolled back, with no request of the canary ended";
  EXPECT_GE(bad(), 4);
  process.EndHanging();
  process.driver().RunDue(clock_.Now());
  EXPECT_EQ(bad(), static_cast<int64_t>(process.begun().size())) << "each is counted once";
}

TEST_F(RolloutDriverTest, ARestartGoesOnWithTheSameWeightAndScore) {
  const TemporaryFolder folder;
  double score = 0;
  {
    Process process(clock_, folder.path());
    process.Begin(WithRollout());
    ASSERT_TRUE(process.CallUntil(RolloutPhase::kProgressing, 0));
    for (int i = 0; i < 300; ++i) process.Call(0);
    clock_.Advance(1s);
    process.driver().RunDue(clock_.Now());
    score = process.status().score;
  }
  Process process(clock_, folder.path());
  process.Begin(WithRollout());
  EXPECT_EQ(process.weight(), 0.05);
  EXPECT_EQ(process.status().phase, RolloutPhase::kProgressing);
  EXPECT_DOUBLE_EQ(process.status().score, score);
  EXPECT_TRUE(process.events().Has(RolloutEvent::Kind::kRestored));
}

TEST_F(RolloutDriverTest, WhatFailedStaysFailedOverARestart) {
  const TemporaryFolder folder;
  {
    Process process(clock_, folder.path());
    process.Begin(WithRollout());
    ASSERT_TRUE(process.CallUntil(RolloutPhase::kFailed, 1));
  }
  Process process(clock_, folder.path());
  process.Begin(WithRollout());
  EXPECT_EQ(process.status().phase, RolloutPhase::kFailed);
  EXPECT_EQ(process.weight(), 0);
}

TEST_F(RolloutDriverTest, ADamagedStateFileWaitsForSomeone) {
  const TemporaryFolder folder;
  folder.Write("default.reviews.rollout", "nothing that was ever saved");
  Process process(clock_, folder.path());
  process.Begin(WithRollout());
  EXPECT_EQ(process.status().phase, RolloutPhase::kPaused);
  EXPECT_EQ(process.status().pause_reason, PauseReason::kEvidenceLost);
  EXPECT_EQ(process.weight(), 0);
}

TEST_F(RolloutDriverTest, AStateThatCannotBeSavedIsToldOf) {
  Process process(clock_, "/nonexistent/folder");
  process.Begin(WithRollout());
  EXPECT_THAT(std::string(process.driver().last_error().message()),
              HasSubstr("rollout default/reviews: /nonexistent/folder"));
  EXPECT_EQ(process.weight(), 0);
}

TEST_F(RolloutDriverTest, FollowsTheConfiguration) {
  Process process(clock_, "");
  process.Begin(Load(kRules));
  EXPECT_THAT(process.driver().status(), IsEmpty());
  EXPECT_EQ(process.weight(), -1);

  process.router().Apply(WithRollout());
  process.driver().RunDue(clock_.Now());
  EXPECT_EQ(process.status().rollout, "default/reviews");
  ASSERT_TRUE(process.CallUntil(RolloutPhase::kProgressing, 0));
  EXPECT_EQ(process.weight(), 0.05);

  process.router().Apply(WithRollout());  // As it was.
  process.driver().RunDue(clock_.Now());
  EXPECT_EQ(process.weight(), 0.05);

  process.router().Apply(Load(kRules));
  process.driver().RunDue(clock_.Now());
  EXPECT_THAT(process.driver().status(), IsEmpty());
  EXPECT_EQ(process.weight(), -1);
}

TEST_F(RolloutDriverTest, ARolloutWithoutItsRuleIsToldOfUntilTheRuleComes) {
  Process process(clock_, "");
  std::string other(kRules);
  other.replace(other.find("name: default, route"), 13, "name: another");
  process.Begin(Load(other + std::string(kRollout)));
  EXPECT_THAT(std::string(process.driver().last_error().message()),
              HasSubstr("must have one http rule named \"default\", has 0"));
  process.router().Apply(WithRollout());
  process.driver().RunDue(clock_.Now());
  EXPECT_TRUE(process.driver().last_error().ok()) << process.driver().last_error();
  EXPECT_EQ(process.weight(), 0);
}

TEST_F(RolloutDriverTest, SomeoneMayPauseResumeAndAbort) {
  Process process(clock_, "");
  process.Begin(WithRollout());
  ASSERT_TRUE(process.CallUntil(RolloutPhase::kProgressing, 0));
  RolloutDriver& driver = process.driver();
  EXPECT_TRUE(driver.Apply("default/reviews", RolloutCommand::kPause, "amy").ok());
  EXPECT_FALSE(process.CallUntil(RolloutPhase::kSucceeded, 0, 5'000));
  EXPECT_EQ(process.weight(), 0.05);
  EXPECT_TRUE(driver.Apply("default/reviews", RolloutCommand::kResume, "amy").ok());
  EXPECT_EQ(process.status().phase, RolloutPhase::kProgressing);
  EXPECT_TRUE(driver.Apply("default/reviews", RolloutCommand::kAbort, "amy").ok());
  EXPECT_EQ(process.weight(), 0);
  EXPECT_EQ(driver.Apply("default/reviews", RolloutCommand::kPause, "amy").code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(driver.Apply("default/other", RolloutCommand::kPause, "amy").code(),
            absl::StatusCode::kNotFound);
}

// Callers report, one thread runs what is due, and someone reloads the configuration.
TEST(RolloutDriverThreadsTest, ReportsReloadsAndTimersMeet) {
  RolloutDriver driver;
  Router router(RouterOptions{.observer = &driver});
  router.Apply(WithRollout());
  driver.Attach(router);
  std::atomic<bool> over = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      while (!over) {
        Call call = router.Start({.authority = "reviews"});
        Step step = call.Next();
        const auto* send = std::get_if<Send>(&step);
        if (send == nullptr) continue;
        const bool is_canary = send->endpoint->address() == "10.0.0.2:80";
        call.Report(send->attempt, Outcome::Status(is_canary ? 503 : 200, 1ms));
        (void)call.Next();
      }
    });
  }
  threads.emplace_back([&] {
    for (int i = 0; i < 50; ++i) router.Apply(WithRollout());
  });
  RolloutPhase phase = RolloutPhase::kIdle;
  for (int i = 0; i < 20'000 && phase != RolloutPhase::kFailed; ++i) {
    driver.RunDue(router.options().clock->Now());
    phase = driver.status().at(0).phase;
    std::this_thread::yield();
  }
  over = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(phase, RolloutPhase::kFailed);
  EXPECT_EQ(router.tables()->splits.at(0).weight, 0);
}

}  // namespace
}  // namespace meshroute
