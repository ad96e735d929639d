// SPDX-License-Identifier: Apache-2.0
// The return of an endpoint by a trickle of requests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "meshroute/upstream/subset_pool.h"
#include "tests/upstream/detection.h"

namespace meshroute {
namespace {

using Kind = Outcome::Kind;
using std::chrono::seconds;
using ::testing::ElementsAre;

// Endpoint 0 is on trial: out for 30 seconds, and these are over.
class HalfOpenTest : public DetectionTest {
 protected:
  HalfOpenTest() { extension_.half_open = HalfOpenReturn{.percent = 5, .successes = 3}; }

  void BuildOnTrial() {
    Build();
    Record(0, Outcome::Status(503), 5);
    Pass(seconds(30));
    diary_.lines.erase(diary_.lines.begin());
  }

  bool OnTrial(size_t endpoint) { return endpoints_->at(endpoint).on_trial(); }
};

TEST_F(HalfOpenTest, WhenItsTimeIsOverAnEndpointIsOnTrialAndStillOut) {
  BuildOnTrial();
  EXPECT_TRUE(OnTrial(0));
  EXPECT_TRUE(Ejected(0));
  EXPECT_EQ(endpoints_->available_size(), 9U);
  EXPECT_EQ(detector_->counters().out, 1U);
  EXPECT_THAT(diary_.lines, ElementsAre("on trial 10.0.0.0:80"));
  Pass(seconds(1000));
  EXPECT_TRUE(OnTrial(0)) << "as long as nobody tries it";
  EXPECT_EQ(diary_.lines.size(), 1U);
}

TEST_F(HalfOpenTest, SoManySuccessesReadmitIt) {
  BuildOnTrial();
  Record(0, Outcome::Status(200), 2);
  EXPECT_TRUE(OnTrial(0));
  Record(0, Outcome::Status(404));
  EXPECT_FALSE(OnTrial(0));
  EXPECT_FALSE(Ejected(0));
  EXPECT_EQ(endpoints_->available_size(), 10U);
  EXPECT_EQ(diary_.lines.back(), "readmitted 10.0.0.0:80");
  EXPECT_EQ(endpoints_->at(0).state().consecutive_5xx, 0U);
}

TEST_F(HalfOpenTest, TheFirstFailureEjectsItForLonger) {
  for (const Outcome& failure :
       {Outcome::Status(500), Outcome::Failure(Kind::kTimeout),
        Outcome::Failure(Kind::kConnectFailed), Outcome::Failure(Kind::kResetAfterHeaders)}) {
    diary_.lines.clear();
    BuildOnTrial();
    Record(0, Outcome::Status(200), 2);
    Record(0, failure);
    EXPECT_FALSE(OnTrial(0));
    EXPECT_TRUE(Ejected(0));
    EXPECT_EQ(diary_.lines.back(), "ejected 10.0.0.0:80 failed_trial 60s");
    EXPECT_EQ(detector_->counters().failed_trials, 1U);
    Pass(seconds(50));
    EXPECT_FALSE(OnTrial(0));
    Pass(seconds(10));
    EXPECT_TRUE(OnTrial(0)) << "and begins anew";
    Record(0, Outcome::Status(200), 2);
    EXPECT_TRUE(OnTrial(0));
    Record(0, Outcome::Status(200));
    EXPECT_FALSE(Ejected(0));
  }
}

TEST_F(HalfOpenTest, WhatSaysNothingOfTheEndpointIsNoTrial) {
  BuildOnTrial();
  Record(0, Outcome::Failure(Kind::kCancelled), 9);
  Record(0, Outcome::Failure(Kind::kOverflow), 9);
  EXPECT_TRUE(OnTrial(0));
  EXPECT_EQ(endpoints_->at(0).state().trial_successes, 0U);
}

TEST_F(HalfOpenTest, AnswersOfBeforeItsTrialAreNone) {
  Build();
  Record(0, Outcome::Status(503), 5);
  Record(0, Outcome::Status(200), 50);
  EXPECT_TRUE(Ejected(0));
  Pass(seconds(30));
  EXPECT_TRUE(OnTrial(0));
}

TEST_F(HalfOpenTest, WhoKeepsTheTrialOfEachAttemptHasItDecidedByItsOwn) {
  BuildOnTrial();
  const Endpoint& endpoint = endpoints_->at(0);
  const TrialId first = endpoint.trial();
  Record(0, Outcome::Status(503));
  EXPECT_EQ(endpoint.trial(), 0U) << "out, and not tried";
  Pass(seconds(60));
  const TrialId second = endpoint.trial();
  EXPECT_NE(second, first);
  for (const TrialId other : {TrialId{0}, first, second + 1}) {
    detector_->Record(endpoint, Outcome::Status(503), clock_.Now(), other);
    EXPECT_TRUE(OnTrial(0)) << other;
  }
  for (int i = 0; i < 3; ++i) {
    detector_->Record(endpoint, Outcome::Status(200), clock_.Now(), second);
  }
  EXPECT_FALSE(Ejected(0));
}

TEST_F(HalfOpenTest, InServiceItsMultiplierShrinksAndOnTrialItDoesNot) {
  BuildOnTrial();
  Pass(seconds(100));
  EXPECT_EQ(Multiplier(0), 1U);
  Record(0, Outcome::Status(200), 3);
  Pass(seconds(10));
  EXPECT_EQ(Multiplier(0), 0U);
}

TEST_F(HalfOpenTest, OnTrialItCountsForTheCap) {
  settings_.max_ejection_percent = 10;
  BuildOnTrial();
  Record(1, Outcome::Status(503), 5);
  EXPECT_FALSE(Ejected(1));
}

TEST_F(HalfOpenTest, AnUpdateThatTakesTrialsAwayReadmitsAtTheNextSweep) {
  BuildOnTrial();
  OutlierDetector follower(settings_, {}, *endpoints_,
                           {.observer = &diary_, .previous = detector_.get()});
  follower.Sweep(clock_.Now());
  EXPECT_FALSE(Ejected(0));
  EXPECT_FALSE(OnTrial(0));
}

TEST_F(HalfOpenTest, ReadmitAllEndsTrials) {
  BuildOnTrial();
  detector_->ReadmitAll(clock_.Now());
  EXPECT_FALSE(Ejected(0));
  EXPECT_FALSE(OnTrial(0));
  EXPECT_EQ(detector_->counters().out, 0U);
}

// A pool of endpoints A, B, C ... of which A is on trial.
class TrialPicksTest : public testing::Test {
 protected:
  void Build(size_t endpoints, uint32_t percent = 5) {
    EffectivePolicy policy = PolicyOf(LoadBalancerSettings::Simple::kRandom);
    policy.outlier_detection.emplace().max_ejection_percent = 100;
    policy.outlier_detection_extension.emplace().half_open =
        HalfOpenReturn{.percent = percent, .successes = 2};
    pool_ = std::make_unique<SubsetPool>(DestinationKey{"h", 80, ""}, policy, Specs(endpoints),
                                         SubsetPool::Environment{&clock_, &random_});
  }

  void FailFirst() {
    const Outcome failure = Outcome::Status(503);
    for (int i = 0; i < 5; ++i) PickOf({}, {0}).Finish(failure);
  }

  void PutOnTrial() {
    FailFirst();
    clock_.Advance(seconds(30));
    pool_->RunDue(clock_.Now());
    ASSERT_TRUE(pool_->endpoints().at(0).on_trial());
  }

  Lease PickOf(const PickContext& context, std::initializer_list<uint64_t> draws) {
    random_.Append(draws);
    absl::StatusOr<Lease> lease = pool_->Acquire(context);
    EXPECT_TRUE(lease.ok()) << lease.status();
    return lease.ok() ? *std::move(lease) : Lease();
  }

  char Letter(const Lease& lease) { return LetterOf(pool_->endpoints(), &lease.endpoint()); }

  VirtualClock clock_;
  ScriptedRandom random_;
  std::unique_ptr<SubsetPool> pool_;
};

TEST_F(TrialPicksTest, WhileNobodyIsOnTrialNothingMoreIsDrawn) {
  Build(4);
  FailFirst();
  const size_t before = random_.draws();
  EXPECT_EQ(Letter(PickOf({}, {1})), 'C') << "of B, C and D the second";
  EXPECT_EQ(random_.draws() - before, 1U);
}

TEST_F(TrialPicksTest, AShareOfThePicksTriesIt) {
  Build(4);
  PutOnTrial();
  EXPECT_EQ(Letter(PickOf({}, {4})), 'A') << "4 of 100 is within 5";
  EXPECT_EQ(Letter(PickOf({}, {5, 0})), 'B');
  EXPECT_EQ(Letter(PickOf({.hash = 7}, {104})), 'A') << "hash key or not";
}

TEST_F(TrialPicksTest, ARetryGoesToEndpointsInService) {
  Build(4);
  PutOnTrial();
  const Endpoint* const tried[] = {&pool_->endpoints().at(1)};
  EXPECT_EQ(Letter(PickOf({.tried = tried}, {2})), 'D');
}

TEST_F(TrialPicksTest, ARetryThatMayGoBackDoesNotGoToEndpointsOnTrialEither) {
  Build(4, 100);
  PutOnTrial();
  EXPECT_EQ(Letter(PickOf({.attempt = 2}, {2})), 'D');
  EXPECT_EQ(Letter(PickOf({.attempt = 1}, {0})), 'A');
}

TEST_F(TrialPicksTest, AttemptsThatBeganBeforeATrialDoNotDecideIt) {
  Build(4, 100);
  std::vector<Lease> before;
  for (int i = 0; i < 3; ++i) before.push_back(PickOf({}, {0}));
  PutOnTrial();
  before[0].Finish(Outcome::Status(200));
  before[1].Finish(Outcome::Status(200));
  EXPECT_TRUE(pool_->endpoints().at(0).on_trial()) << "two successes, but of no trial";
  before[2].Finish(Outcome::Status(503));
  EXPECT_TRUE(pool_->endpoints().at(0).on_trial());
  PickOf({}, {0}).Finish(Outcome::Status(503));
  EXPECT_FALSE(pool_->endpoints().at(0).on_trial());
}

TEST_F(TrialPicksTest, AttemptsOfAnEarlierTrialDoNotDecideALaterOne) {
  Build(4, 100);
  PutOnTrial();
  const Endpoint& endpoint = pool_->endpoints().at(0);
  std::vector<Lease> earlier;
  for (int i = 0; i < 4; ++i) earlier.push_back(PickOf({}, {0}));
  earlier[0].Finish(Outcome::Status(503));
  EXPECT_FALSE(endpoint.on_trial());
  earlier[1].Finish(Outcome::Status(200));
  clock_.Advance(seconds(60));
  pool_->RunDue(clock_.Now());
  ASSERT_TRUE(endpoint.on_trial()) << "for the second time";

  PickOf({}, {0}).Finish(Outcome::Status(200));
  earlier[2].Finish(Outcome::Status(200));
  EXPECT_TRUE(endpoint.on_trial()) << "one success of this trial";
  earlier[3].Finish(Outcome::Status(503));
  EXPECT_TRUE(endpoint.on_trial()) << "the failure is of the trial before";
  EXPECT_EQ(endpoint.state().ejections, 2u);
  PickOf({}, {0}).Finish(Outcome::Status(200));
  EXPECT_TRUE(endpoint.available());
}

TEST_F(TrialPicksTest, AnAttemptOfATrialThatEndsInServiceIsOneLikeAnyOther) {
  Build(4, 100);
  PutOnTrial();
  std::vector<Lease> trials;
  for (int i = 0; i < 7; ++i) trials.push_back(PickOf({}, {0}));
  for (Lease& trial : std::span(trials).first(2)) trial.Finish(Outcome::Status(200));
  EXPECT_TRUE(pool_->endpoints().at(0).available());
  for (Lease& trial : std::span(trials).last(5)) trial.Finish(Outcome::Status(503));
  EXPECT_TRUE(pool_->endpoints().at(0).ejected()) << "five failures in a row";
}

TEST_F(TrialPicksTest, WhereNobodyIsInServiceItGetsAll) {
  Build(1);
  PutOnTrial();
  EXPECT_EQ(Letter(PickOf({}, {99})), 'A');
}

TEST_F(TrialPicksTest, ItsSuccessesBringItBackAndPicksAreTheBalancersAgain) {
  Build(4, 100);
  PutOnTrial();
  PickOf({}, {0}).Finish(Outcome::Status(200));
  PickOf({}, {0}).Finish(Outcome::Status(200));
  EXPECT_TRUE(pool_->endpoints().at(0).available());
  const size_t before = random_.draws();
  EXPECT_EQ(Letter(PickOf({}, {0})), 'A');
  EXPECT_EQ(random_.draws() - before, 1U);
}

TEST_F(TrialPicksTest, OnTrialItIsAfterAnUpdateToo) {
  Build(4);
  PutOnTrial();
  const std::unique_ptr<SubsetPool> previous = std::move(pool_);
  pool_ = std::make_unique<SubsetPool>(DestinationKey{"h", 80, ""}, previous->policy(), Specs(5),
                                       SubsetPool::Environment{&clock_, &random_}, previous.get());
  EXPECT_EQ(Letter(PickOf({}, {0})), 'A');
}

TEST(HalfOpenThreads, PicksAndEndsGoOnWhileEndpointsComeAndGo) {
  VirtualClock clock;
  EffectivePolicy policy = PolicyOf(LoadBalancerSettings::Simple::kRoundRobin);
  policy.outlier_detection.emplace().max_ejection_percent = 50;
  policy.outlier_detection->consecutive_5xx_errors = 1;
  OutlierDetectionExtension& extension = policy.outlier_detection_extension.emplace();
  extension.half_open = HalfOpenReturn{.percent = 50, .successes = 2};
  extension.success_rate.emplace();
  extension.latency.emplace();
  SubsetPool pool(DestinationKey{"h", 80, ""}, policy, Specs(6),
                  SubsetPool::Environment{.clock = &clock});
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 2; ++thread) {
    threads.emplace_back([&pool, &stop, thread] {
      for (int i = 0; !stop.load(); ++i) {
        absl::StatusOr<Lease> lease = pool.Acquire();
        ASSERT_TRUE(lease.ok());
        lease->Finish(Outcome::Status(i % 7 == thread ? 503 : 200, std::chrono::milliseconds(1)),
                      TimePoint());
      }
    });
  }
  for (int sweep = 0; sweep < 300; ++sweep) {
    pool.RunDue(TimePoint() + seconds(30) * sweep);
    size_t out = 0;
    for (size_t i = 0; i < 6; ++i) out += pool.endpoints().at(i).ejected() ? 1U : 0U;
    EXPECT_LE(out, 3U);
  }
  stop.store(true);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace meshroute
