// SPDX-License-Identifier: Apache-2.0
// Several processes that run one rollout together, each with a router and a driver.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "meshroute/rollout/rollout_driver.h"
#include "tests/discovery/temporary_folder.h"
#include "tests/rollout/driven_process.h"

namespace meshroute {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

// What a store on the network does, with a lease that a clock ends.
class NetworkStores final : public EvidenceStores {
 public:
  explicit NetworkStores(const VirtualClock& clock) : clock_(clock) {}

  absl::StatusOr<std::unique_ptr<EvidenceStore>> Open(const std::string& rollout,
                                                      const std::string& instance) override {
    EXPECT_EQ(rollout, "default/reviews");
    return std::make_unique<Connection>(*this, instance);
  }

  void Cut(const std::string& instance) { cut_.insert(instance); }
  void Mend(const std::string& instance) { cut_.erase(instance); }
  const std::string& leader() const { return leader_; }
  const std::map<std::string, EvidenceShard>& shards() const { return shards_; }

  // What was asked of them, of all that matters here, since this was called last.
  std::vector<std::string> TakeAsked() { return std::exchange(asked_, {}); }

 private:
  class Connection final : public EvidenceStore {
   public:
    Connection(NetworkStores& stores, std::string instance)
        : stores_(stores), instance_(std::move(instance)) {}

    absl::Status Publish(const EvidenceShard& shard) override {
      if (absl::Status status = Reach(); !status.ok()) return status;
      stores_.shards_[instance_] = shard;
      return absl::OkStatus();
    }
    absl::Status PublishState(const std::string& state) override {
      if (absl::Status status = Reach(); !status.ok()) return status;
      if (stores_.leader_ != instance_) return absl::FailedPreconditionError("does not lead");
      stores_.state_ = state;
      stores_.asked_.push_back("PublishState");
      return absl::OkStatus();
    }
    absl::StatusOr<Contents> ReadAll() override {
      if (absl::Status status = Reach(); !status.ok()) return status;
      Contents contents{.shards = {}, .state = stores_.state_};
      for (const auto& [instance, shard] : stores_.shards_) contents.shards.push_back(shard);
      return contents;
    }
    absl::StatusOr<bool> TryLead(Duration ttl) override {
      if (absl::Status status = Reach(); !status.ok()) return status;
      stores_.asked_.push_back("TryLead");
      const TimePoint now = stores_.clock_.Now();
      if (stores_.leader_ != instance_ && now < stores_.lead_ends_) return false;
      stores_.leader_ = instance_;
      stores_.lead_ends_ = now + ttl;
      return true;
    }

   private:
    absl::Status Reach() const {
      if (stores_.cut_.count(instance_) == 0) return absl::OkStatus();
      return absl::UnavailableError("the store cannot be reached");
    }

    NetworkStores& stores_;
    const std::string instance_;
  };

  const VirtualClock& clock_;
  std::set<std::string> cut_;
  std::map<std::string, EvidenceShard> shards_;
  std::string state_;
  std::vector<std::string> asked_;
  std::string leader_;
  TimePoint lead_ends_{};
};

// With a first step that lasts, unless the canary is bad.
ValidatedConfig WithLongStep() {
  std::string rollout(kRollout);
  rollout.replace(rollout.find("minDuration: 5s"), 15, "minDuration: 9m");
  return Load(std::string(kRules) + rollout);
}

class FleetTest : public ::testing::Test {
 protected:
  // Processes p0, p1, ...: the first leads.
  void Begin(size_t count, const RolloutDriverOptions& options, const ValidatedConfig& config) {
    for (size_t i = 0; i < count; ++i) Add(options, config);
  }

  Process& Add(RolloutDriverOptions options, const ValidatedConfig& config) {
    const size_t number = processes_.size();
    options.rollout.instance = "p" + std::to_string(number);
    processes_.push_back(std::make_unique<Process>(clock_, options, 7 + number));
    processes_.back()->Begin(config);
    return *processes_.back();
  }

  // Calls by all in turn; `bad` of the canary's answers to each are a 503.
  void Call(int rounds, const std::map<size_t, double>& bad = {}) {
    for (int i = 0; i < rounds; ++i) {
      for (size_t number = 0; number < processes_.size(); ++number) {
        if (processes_[number] == nullptr) continue;
        const auto own = bad.find(number);
        processes_[number]->Call(own == bad.end() ? 0 : own->second);
      }
    }
  }

  bool AllHave(double weight) const {
    for (const auto& process : processes_) {
      if (process != nullptr && process->weight() != weight) return false;
    }
    return true;
  }

  bool CallUntilAllHave(double weight, const std::map<size_t, double>& bad = {}) {
    for (int i = 0; i < 5'000 && !AllHave(weight); ++i) Call(1, bad);
    return AllHave(weight);
  }

  // Without calls.
  void Wait(Duration duration) {
    for (Duration passed{0}; passed < duration; passed += 100ms) {
      clock_.Advance(100ms);
      for (const auto& process : processes_) {
        if (process != nullptr) process->RunDue();
      }
    }
  }

  Process& at(size_t number) { return *processes_.at(number); }

  VirtualClock clock_;
  NetworkStores stores_{clock_};
  const RolloutDriverOptions network_{.evidence_stores = &stores_};
  std::vector<std::unique_ptr<Process>> processes_;
};

TEST_F(FleetTest, WhatAllHaveCountedAddsUpAtTheLeader) {
  Begin(3, network_, WithLongStep());
  ASSERT_TRUE(CallUntilAllHave(0.05));
  Call(1'000);
  Wait(5s);
  int calls = 0;
  for (const auto& process : processes_) {
    EXPECT_GT(process->canary_calls(), 20);
    calls += process->canary_calls();
  }
  EXPECT_EQ(at(0).status().metrics[0].canary.trials, calls);
  EXPECT_EQ(at(0).status().shards, 2U);
  EXPECT_EQ(stores_.leader(), "p0");
  EXPECT_TRUE(at(0).driver().last_error().ok()) << at(0).driver().last_error();
  EXPECT_TRUE(at(1).driver().last_error().ok()) << at(1).driver().last_error();
}

TEST_F(FleetTest, AllGoStepByStepAsTheLeaderDoes) {
  Begin(3, network_, WithRollout());
  EXPECT_TRUE(CallUntilAllHave(0.05));
  EXPECT_TRUE(CallUntilAllHave(0.5));
  EXPECT_TRUE(CallUntilAllHave(1));
  for (const auto& process : processes_) {
    EXPECT_EQ(process->status().phase, RolloutPhase::kSucceeded);
  }
}

TEST_F(FleetTest, ARollbackForWhatAFollowerSawReachesAll) {
  Begin(3, network_, WithLongStep());
  ASSERT_TRUE(CallUntilAllHave(0.05));
  EXPECT_TRUE(CallUntilAllHave(0, {{2, 1.0}}));
  EXPECT_TRUE(at(0).events().Has(RolloutEvent::Kind::kRollbackStarted));
  EXPECT_FALSE(stores_.shards().at("p2").braked) << "the leader needs less than the brake";
  Wait(3s);
  for (const auto& process : processes_) {
    EXPECT_EQ(process->status().phase, RolloutPhase::kFailed);
  }
}

TEST_F(FleetTest, TheReportOfTheLeadersDecisiveFailurePublishesAtOnce) {
  Begin(2, network_, WithLongStep());
  ASSERT_TRUE(CallUntilAllHave(0.05));
  // From here on nobody calls RunDue.
  Process& leader = at(0);
  for (int i = 0; i < 2'000 && leader.weight() > 0; ++i) {
    clock_.Advance(2ms);
    meshroute::Call call = leader.router().Start({.authority = "reviews"});
    Step step = call.Next();
    const auto* send = std::get_if<Send>(&step);
    ASSERT_NE(send, nullptr);
    const bool is_canary = send->endpoint->address() == "10.0.0.2:80";
    call.Report(send->attempt, Outcome::Status(is_canary ? 503 : 200, 1ms));
    (void)call.Next();
  }
  EXPECT_EQ(leader.weight(), 0);
  EXPECT_EQ(at(1).weight(), 0.05);
  clock_.Advance(2s);
  (void)stores_.TakeAsked();
  leader.RunDue();
  EXPECT_THAT(stores_.TakeAsked(), ElementsAre("PublishState", "TryLead"))
      << "the rollback is written before the store is asked for anything";
  Wait(2100ms);
  EXPECT_EQ(at(1).weight(), 0);
}

TEST_F(FleetTest, OnlyTheLeaderTakesCommands) {
  Begin(2, network_, WithLongStep());
  ASSERT_TRUE(CallUntilAllHave(0.05));
  EXPECT_THAT(
      std::string(at(1).driver().Apply("default/reviews", RolloutCommand::kAbort, "amy").message()),
      HasSubstr("another process leads this rollout"));
  EXPECT_TRUE(at(0).driver().Apply("default/reviews", RolloutCommand::kAbort, "amy").ok());
  Wait(2100ms);
  EXPECT_TRUE(AllHave(0));
}

TEST_F(FleetTest, WithoutALeaderWeightsStandUntilAnotherGoesOnWithAllThatWasCounted) {
  Begin(3, network_, WithLongStep());
  ASSERT_TRUE(CallUntilAllHave(0.05));
  Call(300, {{0, 0.1}});
  Wait(3s);
  const MetricStatus before = at(0).status().metrics[0];
  ASSERT_GT(before.canary.bad, 0);
  processes_[0].reset();
  Wait(5s);
  EXPECT_EQ(stores_.leader(), "p0") << "its lease still runs";
  EXPECT_TRUE(AllHave(0.05));
  Wait(9s);
  EXPECT_NE(stores_.leader(), "p0");
  Process& next = at(stores_.leader() == "p1" ? 1 : 2);
  EXPECT_TRUE(next.events().Has(RolloutEvent::Kind::kLeaderChanged));
  EXPECT_EQ(next.status().metrics[0].canary.bad, before.canary.bad);
  EXPECT_EQ(next.status().metrics[0].canary.trials, before.canary.trials);
  EXPECT_TRUE(AllHave(0.05));
  EXPECT_TRUE(CallUntilAllHave(0, {{1, 1.0}, {2, 1.0}}));
}

TEST_F(FleetTest, ALeaderThatWasStoppedForLongFollowsWhoLeadsNow) {
  Begin(2, network_, WithLongStep());
  ASSERT_TRUE(CallUntilAllHave(0.05));
  std::unique_ptr<Process> stopped = std::exchange(processes_[0], nullptr);
  Wait(15s);
  ASSERT_EQ(stores_.leader(), "p1");
  ASSERT_TRUE(at(1).driver().Apply("default/reviews", RolloutCommand::kAbort, "amy").ok());
  EXPECT_EQ(stopped->weight(), 0.05);
  processes_[0] = std::move(stopped);
  Wait(2s);
  EXPECT_TRUE(AllHave(0));
  EXPECT_EQ(stores_.leader(), "p1");
}

TEST_F(FleetTest, APartitionedProcessStandsStillAndBrakesForItself) {
  Begin(3, network_, WithLongStep());
  ASSERT_TRUE(CallUntilAllHave(0.05));
  Wait(3s);
  stores_.Cut("p2");
  Call(500);
  EXPECT_TRUE(AllHave(0.05));
  EXPECT_THAT(std::string(at(2).driver().last_error().message()),
              HasSubstr("rollout default/reviews: the store cannot be reached"));
  for (int i = 0; i < 5'000 && at(2).weight() > 0; ++i) Call(1, {{2, 1.0}});
  EXPECT_EQ(at(2).weight(), 0);
  EXPECT_GE(at(2).status().score, 10 * 3 * 1000.0);
  EXPECT_EQ(at(0).weight(), 0.05);
  EXPECT_EQ(at(1).weight(), 0.05);
  // What it has seen counts as soon as it can be told.
  stores_.Mend("p2");
  Wait(4s);
  EXPECT_TRUE(AllHave(0));
  EXPECT_EQ(at(0).status().phase, RolloutPhase::kFailed);
  EXPECT_TRUE(at(2).driver().last_error().ok()) << at(2).driver().last_error();
}

TEST_F(FleetTest, ALeaderThatCannotReachTheStoreTakesNoStep) {
  Begin(2, network_, WithRollout());
  ASSERT_TRUE(CallUntilAllHave(0.05));
  stores_.Cut("p0");
  stores_.Cut("p1");
  Call(3'000);
  EXPECT_TRUE(AllHave(0.05));
  stores_.Mend("p0");
  stores_.Mend("p1");
  EXPECT_TRUE(CallUntilAllHave(1));
}

TEST_F(FleetTest, ProcessesOfOneMachineMeetInAFolder) {
  const TemporaryFolder folder;
  const RolloutDriverOptions options{.evidence_folder = folder.path()};
  Begin(2, options, WithLongStep());
  ASSERT_TRUE(CallUntilAllHave(0.05));
  Call(300);
  processes_[0].reset();  // Its lock goes with it.
  Wait(3s);
  EXPECT_TRUE(at(1).events().Has(RolloutEvent::Kind::kLeaderChanged));
  Process& late = Add(options, WithLongStep());
  Wait(3s);
  EXPECT_EQ(late.weight(), 0.05);
  EXPECT_TRUE(CallUntilAllHave(0, {{2, 1.0}}));
}

TEST_F(FleetTest, ARestartOfAllGoesOnFromTheFolder) {
  const TemporaryFolder folder;
  const RolloutDriverOptions options{.evidence_folder = folder.path()};
  Begin(2, options, WithLongStep());
  ASSERT_TRUE(CallUntilAllHave(0.05));
  Call(300, {{0, 0.05}});
  Wait(3s);
  const RolloutStatus before = at(0).status();
  processes_.clear();
  Begin(2, options, WithLongStep());
  Wait(3s);
  EXPECT_TRUE(AllHave(0.05));
  EXPECT_EQ(at(0).status().metrics[0].canary.trials, before.metrics[0].canary.trials);
  EXPECT_NEAR(at(0).status().score, before.score, 1e-9 * before.score);
}

TEST_F(FleetTest, AFolderThatCannotBeMadeIsToldOf) {
  Begin(1, {.evidence_folder = "/proc/nowhere"}, WithRollout());
  EXPECT_THAT(std::string(at(0).driver().last_error().message()),
              HasSubstr("rollout default/reviews: /proc/nowhere/default.reviews"));
  EXPECT_EQ(at(0).weight(), -1) << "the rule keeps its own weights";
}

// Two drivers on one folder, each with a thread for what is due. The first leads, and
// only the second has callers.
TEST(FleetThreadsTest, WhatOneSeesRollsBackBoth) {
  const TemporaryFolder folder;
  std::atomic<bool> over = false;
  std::vector<std::thread> threads;
  std::vector<std::unique_ptr<RolloutDriver>> drivers;
  std::vector<std::unique_ptr<Router>> routers;
  for (int number = 0; number < 2; ++number) {
    drivers.push_back(
        std::make_unique<RolloutDriver>(RolloutDriverOptions{.evidence_folder = folder.path()}));
    routers.push_back(std::make_unique<Router>(RouterOptions{.observer = drivers.back().get()}));
    routers.back()->Apply(WithLongStep());
    drivers.back()->Attach(*routers.back());
  }
  for (size_t number = 0; number < 2; ++number) {
    RolloutDriver& driver = *drivers[number];
    Router& router = *routers[number];
    if (number == 1)
      threads.emplace_back([&over, &router] {
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
    threads.emplace_back([&over, &router, &driver] {
      while (!over) {
        driver.RunDue(router.options().clock->Now());
        std::this_thread::yield();
      }
    });
  }
  const Clock& clock = *routers[0]->options().clock;
  const TimePoint end = clock.Now() + 60s;
  const auto has_failed = [&drivers](size_t number) {
    return drivers[number]->status().at(0).phase == RolloutPhase::kFailed;
  };
  while (clock.Now() < end && !(has_failed(0) && has_failed(1))) std::this_thread::yield();
  over = true;
  for (std::thread& thread : threads) thread.join();
  for (size_t number = 0; number < 2; ++number) {
    EXPECT_TRUE(has_failed(number)) << number;
    EXPECT_EQ(routers[number]->tables()->splits.at(0).weight, 0) << number;
  }
}

}  // namespace
}  // namespace meshroute
