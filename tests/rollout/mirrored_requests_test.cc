// SPDX-License-Identifier: Apache-2.0
// Mirrored pairs from the router's draw to the weights that a driver publishes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tests/discovery/temporary_folder.h"
#include "tests/rollout/driven_process.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;

ValidatedConfig WithMirror(const std::string& more = "mirror: true") {
  std::string rollout(kRollout);
  const std::string before = "maturity: 0s";
  rollout.replace(rollout.find(before), before.size(), before + "\n    " + more);
  return Load(std::string(kRules) + rollout);
}

// Which of a request and its copy ends first.
enum class First : uint8_t { kOriginal, kCopy };

class MirroredRequestsTest : public ::testing::Test {
 protected:
  // A request 15 ms after the one before, and its copy, if there is one.
  void Request(Process& process, int original, int copy, First first = First::kOriginal) {
    clock_.Advance(10ms);
    process.RunDue();
    clock_.Advance(5ms);
    meshroute::Call call = process.router().Start({.authority = "reviews"});
    Step step = call.Next();
    auto* const send = std::get_if<Send>(&step);
    ASSERT_NE(send, nullptr);
    if (send->endpoint->address() == "10.0.0.2:80") ++served_by_canary_;
    const auto end_copies = [&] {
      for (MirrorSend& mirror : send->mirrors) {
        EXPECT_EQ(mirror.endpoint()->address(), "10.0.0.2:80");
        ++copies_;
        mirror.Finish(Outcome::Status(copy, 1ms), clock_.Now());
      }
    };
    if (first == First::kCopy) end_copies();
    call.Report(1, Outcome::Status(original, 1ms));
    if (first == First::kOriginal) end_copies();
    (void)call.Next();
  }

  static PairCounts PairsOf(const Process& process) { return process.status().metrics.at(0).pairs; }

  VirtualClock clock_;
  int served_by_canary_ = 0;
  int copies_ = 0;
};

TEST_F(MirroredRequestsTest, ABrokenCanaryIsTakenBackBeforeAnybodyHasIt) {
  Process process(clock_, "");
  process.Begin(WithMirror());
  for (int i = 0; i < 100 && copies_ < 19; ++i) {
    Request(process, 200, 503, i % 2 == 0 ? First::kOriginal : First::kCopy);
  }
  EXPECT_EQ(process.status().phase, RolloutPhase::kBaselining);
  EXPECT_EQ(PairsOf(process), (PairCounts{.canary_alone = 19}));
  Request(process, 200, 503);
  EXPECT_EQ(process.router().tables()->splits.at(0).mirror, 0) << "before the report returned";
  process.RunDue();
  EXPECT_EQ(process.status().phase, RolloutPhase::kFailed);
  EXPECT_EQ(copies_, 20);
  Request(process, 200, 503);
  EXPECT_EQ(copies_, 20) << "no more copies";
  EXPECT_EQ(served_by_canary_, 0);
}

TEST_F(MirroredRequestsTest, TheEndOfTheCopyThatDecidesTellsOfTheRollback) {
  Process process(clock_, "");
  process.Begin(WithMirror());
  for (int i = 0; i < 19; ++i) Request(process, 200, 503);
  clock_.Advance(10ms);
  process.RunDue();
  clock_.Advance(5ms);
  meshroute::Call call = process.router().Start({.authority = "reviews"});
  Step step = call.Next();
  call.Report(1, Outcome::Status(200, 1ms));
  (void)call.Next();
  auto& mirrors = std::get<Send>(step).mirrors;
  ASSERT_EQ(mirrors.size(), 1u);
  ASSERT_FALSE(process.events().Has(RolloutEvent::Kind::kRollbackStarted));
  mirrors[0].Finish(Outcome::Status(503, 1ms), clock_.Now());
  EXPECT_TRUE(process.events().Has(RolloutEvent::Kind::kRollbackStarted));
}

TEST_F(MirroredRequestsTest, AHealthyCanaryGoesOnAndIsMirroredToNoMore) {
  Process process(clock_, "");
  process.Begin(WithMirror());
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(process.weight(), 0);
    Request(process, 200, 200, First::kCopy);
  }
  process.RunDue();
  clock_.Advance(1s);
  process.RunDue();
  EXPECT_EQ(process.status().phase, RolloutPhase::kProgressing);
  EXPECT_EQ(process.weight(), 0.05);
  EXPECT_EQ(PairsOf(process), (PairCounts{.both_good = 50}));
  Request(process, 200, 200);
  EXPECT_EQ(copies_, 50);
}

TEST_F(MirroredRequestsTest, AShareOfTheRequestsMakesThatManyPairs) {
  Process process(clock_, "");
  process.Begin(WithMirror("mirror: true\n    mirrorWeight: 25"));
  for (int i = 0; i < 150; ++i) Request(process, 200, 200);
  clock_.Advance(1s);
  process.RunDue();
  EXPECT_GT(copies_, 20);
  EXPECT_LT(copies_, 50);
  EXPECT_EQ(PairsOf(process), (PairCounts{.both_good = copies_}));
  EXPECT_EQ(process.status().metrics.at(0).baseline.trials, 150);
  EXPECT_EQ(process.status().phase, RolloutPhase::kBaselining) << "50 pairs, not 50 requests";
}

TEST_F(MirroredRequestsTest, ACopyThatIsNotSentMakesNoPair) {
  Process process(clock_, "");
  process.Begin(WithMirror());
  for (int i = 0; i < 30; ++i) {
    clock_.Advance(10ms);
    process.RunDue();
    meshroute::Call call = process.router().Start({.authority = "reviews"});
    (void)call.Next();  // Whoever drives it drops the copy.
    call.Report(1, Outcome::Status(200, 1ms));
    (void)call.Next();
  }
  clock_.Advance(1s);
  process.RunDue();
  EXPECT_EQ(PairsOf(process), PairCounts());
  EXPECT_EQ(process.status().metrics.at(0).baseline.trials, 30);
}

TEST_F(MirroredRequestsTest, ACopyThatEndsInAStepSaysNothingOfIt) {
  Process process(clock_, "");
  process.Begin(WithMirror());
  std::vector<MirrorSend> late;
  for (int i = 0; i < 40; ++i) {
    meshroute::Call call = process.router().Start({.authority = "reviews"});
    Step step = call.Next();
    for (MirrorSend& mirror : std::get<Send>(step).mirrors) late.push_back(std::move(mirror));
    call.Report(1, Outcome::Status(200, 1ms));
    (void)call.Next();
  }
  for (int i = 0; i < 50; ++i) Request(process, 200, 200);
  clock_.Advance(1s);
  process.RunDue();
  ASSERT_EQ(process.status().phase, RolloutPhase::kProgressing);
  const double score = process.status().score;
  for (MirrorSend& mirror : late) mirror.Finish(Outcome::Status(503, 1ms), clock_.Now());
  clock_.Advance(1ms);
  process.RunDue();
  EXPECT_EQ(process.status().score, score);
  EXPECT_EQ(process.status().metrics.at(0).canary.trials, 0);
  EXPECT_EQ(process.status().phase, RolloutPhase::kProgressing);
}

TEST_F(MirroredRequestsTest, ARestartGoesOnWithThePairsThatItHad) {
  const TemporaryFolder folder;
  double score = 0;
  {
    Process process(clock_, folder.path());
    process.Begin(WithMirror());
    for (int i = 0; i < 10; ++i) Request(process, 200, 503);
    clock_.Advance(1s);
    process.RunDue();
    score = process.status().score;
  }
  EXPECT_GT(score, 10);
  Process process(clock_, folder.path());
  process.Begin(WithMirror());
  EXPECT_EQ(process.status().phase, RolloutPhase::kBaselining);
  EXPECT_EQ(process.status().score, score);
  EXPECT_EQ(PairsOf(process), (PairCounts{.canary_alone = 10}));
  for (int i = 0; i < 10; ++i) Request(process, 200, 503);
  process.RunDue();
  EXPECT_EQ(process.status().phase, RolloutPhase::kFailed);
  EXPECT_EQ(served_by_canary_, 0);
}

TEST_F(MirroredRequestsTest, WhoHearsTheRouterHearsOfCopiesToo) {
  struct Hearer final : Observer {
    void OnMirrorEnd(const MirrorEvent& event) override { calls.push_back(event.call); }
    std::vector<uint64_t> calls;
  } hearer;
  Process process(clock_, RolloutDriverOptions{.observer = &hearer});
  process.Begin(WithMirror());
  for (int i = 0; i < 3; ++i) Request(process, 200, 200);
  EXPECT_EQ(hearer.calls.size(), 3u);
}

}  // namespace
}  // namespace meshroute
