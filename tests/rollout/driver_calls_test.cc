// SPDX-License-Identifier: Apache-2.0
// Who may call a driver when, and what has happened once a call returns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "meshroute/rollout/rollout_driver.h"
#include "tests/rollout/driven_process.h"

namespace meshroute {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;
using Kind = RolloutEvent::Kind;

class DriverCallsTest : public ::testing::Test {
 protected:
  VirtualClock clock_;
};

TEST_F(DriverCallsTest, AListenerMayCallTheDriverAndHearsEverythingInOrder) {
  Process process(clock_, "");
  RolloutDriver& driver = process.driver();
  int depth = 0;
  process.events().then = [&](const RolloutEvent& event) {
    EXPECT_EQ(++depth, 1) << "one event at a time";
    EXPECT_TRUE(driver.last_error().ok());
    EXPECT_EQ(driver.status().at(0).rollout, event.rollout);
    driver.RunDue(clock_.Now());
    if (event.kind == Kind::kStepStarted) {
      EXPECT_TRUE(driver.Apply("default/reviews", RolloutCommand::kPause, "listener").ok());
    }
    if (event.kind == Kind::kPaused) {
      EXPECT_TRUE(driver.Apply("default/reviews", RolloutCommand::kResume, "listener").ok());
    }
    if (event.kind == Kind::kFailed) {
      EXPECT_TRUE(driver.Apply("default/reviews", RolloutCommand::kRetry, "listener").ok());
    }
    --depth;
  };
  process.Begin(WithRollout());
  ASSERT_TRUE(process.CallUntil(RolloutPhase::kProgressing, 0));
  for (int i = 0; i < 60'000 && !process.events().Has(Kind::kFailed); ++i) process.Call(1);
  std::vector<Kind> kinds = process.events().kinds;
  std::erase(kinds, Kind::kHolding);
  EXPECT_THAT(kinds, ElementsAre(Kind::kRolloutStarted, Kind::kStepStarted, Kind::kPaused,
                                 Kind::kResumed, Kind::kRollbackStarted, Kind::kRolledBack,
                                 Kind::kFailed, Kind::kRolloutStarted));
}

// Hears updates of the configuration, some of which the driver makes itself.
class ConfigListener final : public Observer {
 public:
  void OnConfig(const ConfigEvent& event) override {
    versions.push_back(event.version);
    if (then) then();
  }

  std::vector<uint64_t> versions;
  std::function<void()> then;
};

TEST_F(DriverCallsTest, AnObserverOfTheRouterMayCallTheDriver) {
  ConfigListener listener;
  Process process(clock_, {.observer = &listener});
  listener.then = [&process] { (void)process.driver().status(); };
  process.Begin(WithRollout());
  EXPECT_THAT(listener.versions, ElementsAre(2, 3)) << "the configuration, and then the weights";
  EXPECT_EQ(process.router().version(), 3U);
}

TEST_F(DriverCallsTest, BadRequestsThatComeTogetherAreWeighedByTheNextReport) {
  Process process(clock_, {.shortest_advance = 5ms});
  process.Begin(WithRollout());
  ASSERT_TRUE(process.CallUntil(RolloutPhase::kProgressing, 0));
  std::vector<Call> calls = process.CanaryCalls(11);
  clock_.Advance(5ms);
  for (size_t i = 0; i < 10; ++i) process.End(calls[i], 503);
  EXPECT_EQ(process.weight(), 0.05) << "the first was weighed alone, the others wait";
  clock_.Advance(5ms - 1ns);
  process.End(calls[10], 200);
  EXPECT_EQ(process.weight(), 0.05);
  std::vector<Call> later = process.CanaryCalls(1);
  clock_.Advance(1ns);
  process.End(later[0], 200);
  EXPECT_EQ(process.weight(), 0) << "by a report of something good";
}

TEST_F(DriverCallsTest, BadRequestsThatComeTogetherAreWeighedByRunDueAtTheTimeItSays) {
  Process process(clock_, {.shortest_advance = 5ms});
  process.Begin(WithRollout());
  ASSERT_TRUE(process.CallUntil(RolloutPhase::kProgressing, 0));
  std::vector<Call> calls = process.CanaryCalls(10);
  process.driver().RunDue(clock_.Now());
  for (Call& call : calls) process.End(call, 503);
  EXPECT_EQ(process.weight(), 0.05);
  process.driver().RunDue(clock_.Now());
  EXPECT_EQ(process.weight(), 0) << "what is due may be asked for at any time";
}

// Shows a calendar that someone else looks at, too.
class ObservedClock final : public Clock {
 public:
  TimePoint Now() const override { return clock.Now(); }
  WallTime Wall() const override {
    if (on_look) std::exchange(on_look, nullptr)();
    return clock.Wall();
  }
  void SleepUntil(TimePoint moment) override { clock.SleepUntil(moment); }

  VirtualClock clock;
  mutable std::function<void()> on_look;
};

// The calendar is looked at when a step begins: RunDue has taken all trials in by then,
// and still owns the rollouts, so that the reports of another thread find them taken.
TEST_F(DriverCallsTest, WhoOwnsTheRolloutsWeighsWhatIsReportedMeanwhileBeforeItReturns) {
  ObservedClock clock;
  SeededRandom random(7);
  RecordedEvents events;
  RolloutDriver driver(
      {.rollout_observer = &events, .shortest_advance = 0ns, .rollout = {.random = &random}});
  Router router(RouterOptions{.clock = &clock, .random = &random, .observer = &driver});
  router.Apply(WithRollout());
  driver.Attach(router);
  std::vector<Call> open;
  const auto call_well = [&] {
    clock.clock.Advance(10ms);
    Call call = router.Start({.authority = "reviews"});
    const Step step = call.Next();
    const bool is_canary = std::get<Send>(step).endpoint->address() == "10.0.0.2:80";
    if (is_canary && open.size() < 10) return open.push_back(std::move(call));
    Process::End(call, 200);
  };
  while (!events.Has(Kind::kStepStarted)) {
    call_well();
    driver.RunDue(clock.Now());
  }
  for (int i = 0; i < 1'000; ++i) call_well();  // Without RunDue, for more than minDuration.
  ASSERT_EQ(open.size(), 10U);
  clock.on_look = [&open] {
    std::thread([&open] {
      for (Call& call : open) Process::End(call, 503);
    }).join();
  };
  driver.RunDue(clock.Now());
  EXPECT_FALSE(clock.on_look);
  EXPECT_THAT(events.kinds,
              ElementsAre(Kind::kRolloutStarted, Kind::kStepStarted, Kind::kStepStarted,
                          Kind::kRollbackStarted, Kind::kRolledBack, Kind::kFailed));
  EXPECT_EQ(router.tables()->splits.at(0).weight, 0);
}

}  // namespace
}  // namespace meshroute
