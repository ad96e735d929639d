// SPDX-License-Identifier: Apache-2.0
// What a detector does beyond Istio: jitter and caps, judgements at sweeps, shadow mode.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/upstream/detection.h"

namespace meshroute {
namespace {

using Kind = Outcome::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class OutlierExtensionTest : public DetectionTest {
 protected:
  // Answers of each endpoint, so many bad ones of a hundred, that never make a run.
  void Answer(const std::vector<int>& bad_of_a_hundred) {
    for (size_t i = 0; i < bad_of_a_hundred.size(); ++i) {
      for (int answer = 0; answer < 100; ++answer) {
        Record(i, Outcome::Status(answer < bad_of_a_hundred[i] ? 500 : 200));
      }
    }
  }

  void AnswerWithin(const std::vector<int>& latencies_ms) {
    for (size_t i = 0; i < latencies_ms.size(); ++i) {
      Record(i, Outcome::Status(200, milliseconds(latencies_ms[i])), 50);
    }
  }

  size_t CountOut() { return endpoints_->size() - endpoints_->available_size(); }
};

TEST_F(OutlierExtensionTest, JitterIsDrawnInWholeMillisecondsFromNothingToItsMost) {
  extension_.max_ejection_time_jitter = seconds(20);
  settings_.interval = milliseconds(1);
  for (const auto& [draw, jitter] : std::vector<std::pair<uint64_t, int>>{
           {0, 0}, {1, 1}, {20'000, 20'000}, {20'001, 0}, {123'456, 123'456 % 20'001}}) {
    random_ = ScriptedRandom({draw});
    Build();
    EXPECT_EQ(EjectionLasts(), seconds(30) + milliseconds(jitter));
    EXPECT_EQ(random_.draws(), 1U);
  }
}

TEST_F(OutlierExtensionTest, WithoutJitterNothingIsDrawn) {
  Build();
  EjectionLasts();
  EXPECT_EQ(random_.draws(), 0U);
}

TEST_F(OutlierExtensionTest, JitterComesOnTopOfTheLongestTime) {
  extension_.max_ejection_time_jitter = seconds(10);
  extension_.max_ejection_time = seconds(60);
  random_ = ScriptedRandom({}, 10'000);
  Build();
  std::vector<int64_t> lasted;
  for (int i = 0; i < 4; ++i) lasted.push_back(EjectionLasts() / seconds(1));
  EXPECT_EQ(lasted, (std::vector<int64_t>{40, 70, 70, 70}));
  EXPECT_EQ(diary_.last.change, EjectionEvent::Change::kReadmitted);
}

TEST_F(OutlierExtensionTest, TheLongestTimeIsTheBaseWhereThatIsLonger) {
  extension_.max_ejection_time = seconds(10);
  Build();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(EjectionLasts(), seconds(30));
}

TEST_F(OutlierExtensionTest, ExtremeJitterAndTimesDoNotOverflow) {
  extension_.max_ejection_time_jitter = Duration::max();
  extension_.max_ejection_time = Duration::max();
  random_ = ScriptedRandom({}, ~uint64_t{0} >> 1U);
  Build();
  Record(0, Outcome::Status(503), 5);
  Pass(seconds(3600));
  EXPECT_TRUE(Ejected(0));
}

TEST_F(OutlierExtensionTest, OneMayAlwaysBeOutAndNeverMoreThanTheCapBesides) {
  extension_.always_eject_one_endpoint = true;
  for (size_t n = 1; n <= 12; ++n) {
    for (const int percent : {0, 1, 20, 50, 100}) {
      settings_.max_ejection_percent = percent;
      Build(n);
      for (size_t i = 0; i < n; ++i) Record(i, Outcome::Status(503), 5);
      const size_t allowed = n * static_cast<size_t>(percent == 0 ? 10 : percent) / 100;
      EXPECT_EQ(CountOut(), std::max<size_t>(1, allowed)) << n << " endpoints, " << percent;
    }
  }
}

TEST_F(OutlierExtensionTest, SoManyRemainAvailable) {
  settings_.max_ejection_percent = 100;
  extension_.minimum_available = 7;
  extension_.always_eject_one_endpoint = true;
  Build();
  for (size_t i = 0; i < 10; ++i) Record(i, Outcome::Status(503), 5);
  EXPECT_EQ(endpoints_->available_size(), 7U);
  EXPECT_EQ(detector_->counters().refused_by_cap, 7U);
  extension_.minimum_available = 10;
  Build();
  Record(0, Outcome::Status(503), 5);
  EXPECT_FALSE(Ejected(0)) << "not even the one that may always be out";
}

TEST_F(OutlierExtensionTest, EndpointsDeclaredUnhealthyAreNotAvailableAndMayGo) {
  settings_.max_ejection_percent = 100;
  extension_.minimum_available = 2;
  std::vector<EndpointSpec> specs = Specs(4);
  specs[0].health = EndpointSpec::Health::kUnhealthy;
  specs[1].health = EndpointSpec::Health::kDraining;
  Build(specs);
  for (size_t i = 0; i < 4; ++i) Record(i, Outcome::Status(503), 5);
  EXPECT_TRUE(Ejected(0) && Ejected(1));
  EXPECT_FALSE(Ejected(2) || Ejected(3));
}

TEST_F(OutlierExtensionTest, AShareOfTheRunsIsEnforced) {
  extension_.enforcing_consecutive_5xx = 30;
  random_ = ScriptedRandom({30, 129, 29});
  Build();
  Record(0, Outcome::Status(500), 5);  // 30 of 100: not.
  EXPECT_EQ(endpoints_->at(0).state().consecutive_5xx, 0U) << "the run begins anew all the same";
  Record(0, Outcome::Status(500), 5);  // 29 of 100: ejected.
  Record(1, Outcome::Status(500), 5);
  EXPECT_THAT(diary_.lines, ElementsAre("not enforced 10.0.0.0:80 consecutive_5xx",
                                        "ejected 10.0.0.0:80 consecutive_5xx 30s",
                                        "ejected 10.0.0.1:80 consecutive_5xx 30s"));
  EXPECT_EQ(detector_->counters().not_enforced, 1U);
}

TEST_F(OutlierExtensionTest, EachKindOfRunHasItsOwnShareAndNothingIsDrawnAtTheEnds) {
  extension_.enforcing_consecutive_5xx = 0;
  extension_.enforcing_consecutive_gateway_errors = 100;
  extension_.enforcing_consecutive_local_origin_failures = 0;
  settings_.consecutive_gateway_errors = 7;
  settings_.split_external_local_origin_errors = true;
  Build();
  Record(0, Outcome::Failure(Kind::kConnectFailed), 5);
  Record(0, Outcome::Status(503), 7);
  EXPECT_THAT(diary_.lines, ElementsAre("not enforced 10.0.0.0:80 consecutive_local_origin_failure",
                                        "not enforced 10.0.0.0:80 consecutive_5xx",
                                        "ejected 10.0.0.0:80 consecutive_gateway_failure 30s"));
  EXPECT_EQ(random_.draws(), 0U);
}

TEST_F(OutlierExtensionTest, TheCapIsLookedAtBeforeTheShareIsDrawn) {
  extension_.enforcing_consecutive_5xx = 50;
  settings_.max_ejection_percent = 1;
  Build();
  Record(0, Outcome::Status(500), 5);
  EXPECT_THAT(diary_.lines, ElementsAre("refused 10.0.0.0:80 consecutive_5xx"));
  EXPECT_EQ(random_.draws(), 0U);
}

TEST_F(OutlierExtensionTest, AnEventTellsWhatWasCompared) {
  Build();
  Record(0, Outcome::Status(500), 5);
  EXPECT_EQ(diary_.last.value, 5);
  EXPECT_EQ(diary_.last.threshold, 5);
  EXPECT_EQ(diary_.last.peers, 0);
  EXPECT_FALSE(diary_.last.shadow);
}

TEST_F(OutlierExtensionTest, WithoutTheExtensionNothingIsJudgedAtSweeps) {
  settings_.consecutive_5xx_errors = 0;
  Build();
  Answer({0, 0, 0, 0, 0, 100, 100});
  Pass(seconds(20));
  EXPECT_THAT(diary_.lines, IsEmpty());
  EXPECT_EQ(endpoints_->at(0).state().statistics.load(), nullptr) << "nothing is kept either";
}

TEST_F(OutlierExtensionTest, TheSuccessRateIsJudgedAtTheSweepOverTheAnswersSinceTheLast) {
  settings_.consecutive_5xx_errors = 0;
  extension_.success_rate.emplace();
  Build();
  Answer({0, 0, 0, 0, 0, 80});
  EXPECT_THAT(diary_.lines, IsEmpty());
  Pass(seconds(10));
  EXPECT_THAT(diary_.lines, ElementsAre("ejected 10.0.0.5:80 success_rate 30s"));
  EXPECT_EQ(diary_.last.value, 20);
  EXPECT_NEAR(diary_.last.threshold, 30.02, 0.005);
  EXPECT_NEAR(diary_.last.peers, 86.67, 0.005);
  Pass(seconds(20));
  EXPECT_EQ(diary_.lines.size(), 1U) << "later windows had no answers";
}

TEST_F(OutlierExtensionTest, AnEjectedEndpointIsNotJudged) {
  extension_.success_rate.emplace();
  Build();
  Answer({0, 0, 0, 0, 0});
  for (int i = 0; i < 100; ++i) Record(5, Outcome::Status(500));
  EXPECT_TRUE(Ejected(5));
  Pass(seconds(10));
  EXPECT_EQ(diary_.lines.size(), 1U);
}

// Envoy counts such an endpoint twice and readmits it once.
TEST_F(OutlierExtensionTest, OneThatTwoJudgementsFindInOneSweepIsCountedOnce) {
  settings_.consecutive_5xx_errors = 0;
  extension_.success_rate.emplace();
  extension_.failure_percentage.emplace();
  Build();
  Answer({0, 0, 0, 0, 0, 100});
  Pass(seconds(10));
  EXPECT_THAT(diary_.lines, ElementsAre("ejected 10.0.0.5:80 success_rate 30s"));
  EXPECT_EQ(detector_->counters().out, 1U);
  EXPECT_EQ(detector_->counters().ejections, 1U);
  Pass(seconds(30));
  EXPECT_EQ(detector_->counters().out, 0U);
}

TEST_F(OutlierExtensionTest, UnderATightCapTheWorstIsEjected) {
  settings_.consecutive_5xx_errors = 0;
  settings_.max_ejection_percent = 20;
  extension_.failure_percentage.emplace().threshold = 50;
  Build();
  Answer({60, 70, 0, 90, 80, 0, 0, 0, 0, 0});
  Pass(seconds(10));
  EXPECT_THAT(diary_.lines, ElementsAre("ejected 10.0.0.3:80 failure_percentage 30s",
                                        "ejected 10.0.0.4:80 failure_percentage 30s",
                                        "refused 10.0.0.1:80 failure_percentage",
                                        "refused 10.0.0.0:80 failure_percentage"));
  EXPECT_EQ(diary_.last.value, 60);
  EXPECT_EQ(diary_.last.threshold, 50);
}

TEST_F(OutlierExtensionTest, WithTheSplitLocalOriginIsJudgedApart) {
  settings_.consecutive_5xx_errors = 0;
  settings_.split_external_local_origin_errors = true;
  settings_.consecutive_local_origin_failures = 0;
  extension_.failure_percentage.emplace();
  extension_.success_rate.emplace().enforcing_local_origin = 0;
  Build();
  Answer({0, 0, 0, 0, 0});
  Record(5, Outcome::Failure(Kind::kConnectFailed), 100);
  Pass(seconds(10));
  EXPECT_THAT(diary_.lines, ElementsAre("not enforced 10.0.0.5:80 local_origin_success_rate",
                                        "ejected 10.0.0.5:80 local_origin_failure_percentage 30s"));
}

TEST_F(OutlierExtensionTest, AMultiplierDoesNotShrinkInTheSweepThatEjects) {
  extension_.failure_percentage.emplace();
  settings_.consecutive_5xx_errors = 0;
  Build();
  const auto fail = [this] { Answer({0, 0, 0, 0, 100}); };
  fail();
  Pass(seconds(40));  // Out from 10 s to 40 s.
  EXPECT_FALSE(Ejected(4));
  fail();
  Pass(seconds(10));
  EXPECT_EQ(Multiplier(4), 2U);
}

TEST_F(OutlierExtensionTest, SlowEndpointsAreSetAside) {
  extension_.latency.emplace();
  Build();
  AnswerWithin({20, 20, 21, 19, 20, 20, 20, 200});
  Pass(seconds(10));
  EXPECT_THAT(diary_.lines, ElementsAre("ejected 10.0.0.7:80 latency 30s"));
  EXPECT_NEAR(diary_.last.value, 200, 2.2);
  EXPECT_NEAR(diary_.last.peers, 20, 0.3);
  EXPECT_NEAR(diary_.last.threshold, 40, 0.6);
}

TEST_F(OutlierExtensionTest, TimeoutsAreSlowAndQuickFailuresAreNoLatency) {
  settings_.consecutive_5xx_errors = 0;
  extension_.latency.emplace();
  Build();
  AnswerWithin({20, 20, 20, 20, 20, 20});
  Record(6, Outcome::Failure(Kind::kTimeout, seconds(1)), 50);
  Record(7, Outcome::Status(500, milliseconds(900)), 50);
  Record(8, Outcome::Failure(Kind::kConnectFailed, milliseconds(900)), 50);
  Record(9, Outcome::Status(200), 50);  // Not measured.
  Pass(seconds(10));
  EXPECT_THAT(diary_.lines, ElementsAre("ejected 10.0.0.6:80 latency 30s"));
}

TEST_F(OutlierExtensionTest, ASharedSlowdownEjectsNobody) {
  extension_.latency.emplace();
  Build();
  AnswerWithin({20, 20, 20, 20, 20, 20, 20, 20, 20, 20});
  Pass(seconds(10));
  AnswerWithin({900, 800, 1000, 950, 900, 700, 900, 800, 990, 4000});
  Pass(seconds(10));
  EXPECT_THAT(diary_.lines, ElementsAre("suppressed 10.0.0.9:80 latency"));
  EXPECT_EQ(detector_->counters().suppressed, 1U);
  EXPECT_EQ(CountOut(), 0U);
}

TEST_F(OutlierExtensionTest, InShadowModeNobodyIsEjectedAndAllIsCountedAndTold) {
  extension_.shadow = true;
  settings_.max_ejection_percent = 10;
  Build();
  Record(0, Outcome::Status(503), 50);
  Record(1, Outcome::Status(503), 5);
  EXPECT_FALSE(Ejected(0));
  EXPECT_EQ(endpoints_->available_size(), 10U);
  EXPECT_EQ(detector_->counters().out, 1U);
  Pass(seconds(30));
  EXPECT_THAT(diary_.lines, ElementsAre("would be ejected 10.0.0.0:80 consecutive_5xx 30s",
                                        "would be refused 10.0.0.1:80 consecutive_5xx",
                                        "would be readmitted 10.0.0.0:80"));
  EXPECT_EQ(detector_->counters().shadow_ejections, 1U);
  EXPECT_EQ(detector_->counters().ejections, 0U);
  EXPECT_EQ(detector_->counters().readmissions, 0U);
  Record(0, Outcome::Status(503), 5);
  EXPECT_EQ(diary_.lines.back(), "would be ejected 10.0.0.0:80 consecutive_5xx 60s");
}

TEST_F(OutlierExtensionTest, WhoIsOutComesBackWhenTheShadowBeginsAndWhoWouldBeStaysWhenItEnds) {
  Build();
  Record(0, Outcome::Status(503), 5);
  OutlierDetectionExtension shadow;
  shadow.shadow = true;
  OutlierDetector in_shadow(settings_, shadow, *endpoints_,
                            {.observer = &diary_, .previous = detector_.get()});
  EXPECT_FALSE(Ejected(0));
  EXPECT_EQ(endpoints_->available_size(), 10U);
  for (int i = 0; i < 5; ++i) {
    in_shadow.Record(endpoints_->at(1), Outcome::Status(503), clock_.Now());
  }
  EXPECT_EQ(in_shadow.counters().out, 1U);
  OutlierDetector real(settings_, {}, *endpoints_, {.observer = &diary_, .previous = &in_shadow});
  EXPECT_EQ(real.counters().out, 0U);
  EXPECT_FALSE(Ejected(1));
  EXPECT_EQ(diary_.lines.size(), 3U) << "a constructor tells nothing";
  real.TellObserver();
  EXPECT_THAT(diary_.lines,
              ElementsAre("ejected 10.0.0.0:80 consecutive_5xx 30s", "readmitted 10.0.0.0:80",
                          "would be ejected 10.0.0.1:80 consecutive_5xx 30s",
                          "would be readmitted 10.0.0.1:80"));
}

TEST_F(OutlierExtensionTest, AGrpcStatusInTrailersCountsWhereItIsToCount) {
  Outcome outcome = Outcome::Status(200);
  outcome.grpc_trailer_status = 14;
  Build();
  Record(0, outcome, 20);
  EXPECT_FALSE(Ejected(0)) << "as in Envoy";
  extension_.count_grpc_trailers = true;
  Build();
  Record(0, outcome, 4);
  EXPECT_FALSE(Ejected(0));
  Record(0, outcome);
  EXPECT_TRUE(Ejected(0));
  outcome.grpc_status = 0;  // That in the headers decides.
  Record(1, outcome, 20);
  EXPECT_FALSE(Ejected(1));
  outcome.grpc_status = Outcome::kNoGrpcStatus;
  outcome.grpc_trailer_status = 5;  // NOT_FOUND, 404.
  Record(1, outcome, 20);
  EXPECT_FALSE(Ejected(1));
}

}  // namespace
}  // namespace meshroute
