// SPDX-License-Identifier: Apache-2.0
#include "meshroute/upstream/outlier_detector.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/upstream/detection.h"

namespace meshroute {
namespace {

using Kind = Outcome::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;

using OutlierDetectorTest = DetectionTest;

TEST_F(OutlierDetectorTest, FiveServerErrorsInARowEjectAtOnce) {
  Build();
  Record(1, Outcome::Status(500), 4);
  EXPECT_FALSE(Ejected(1));
  Record(1, Outcome::Status(500));
  EXPECT_TRUE(Ejected(1));
  EXPECT_EQ(endpoints_->available_size(), 9u);
  EXPECT_EQ(diary_.lines, std::vector<std::string>{"ejected 10.0.0.1:80 consecutive_5xx 30s"});
}

TEST_F(OutlierDetectorTest, AnyOtherAnswerEndsTheRun) {
  Build();
  for (const int status : {200, 301, 404, 499}) {
    Record(0, Outcome::Status(503), 4);
    Record(0, Outcome::Status(status));
  }
  Record(0, Outcome::Status(503), 4);
  EXPECT_FALSE(Ejected(0));
}

TEST_F(OutlierDetectorTest, OverflowAndCancelledNeitherLengthenNorEndTheRun) {
  Build();
  Record(0, Outcome::Status(503), 4);
  Record(0, Outcome::Failure(Kind::kOverflow), 9);
  Record(0, Outcome::Failure(Kind::kCancelled), 9);
  EXPECT_FALSE(Ejected(0));
  Record(0, Outcome::Status(503));
  EXPECT_TRUE(Ejected(0));
}

TEST_F(OutlierDetectorTest, RunsOfDifferentEndpointsAreApart) {
  Build();
  for (size_t i = 0; i < 10; ++i) Record(i, Outcome::Status(503), 4);
  EXPECT_EQ(endpoints_->available_size(), 10u);
}

TEST_F(OutlierDetectorTest, ZeroTurnsTheServerErrorCheckOff) {
  settings_.consecutive_5xx_errors = 0;
  Build();
  Record(0, Outcome::Status(503), 100);
  EXPECT_FALSE(Ejected(0));
}

TEST_F(OutlierDetectorTest, GatewayErrorsAre502And503And504) {
  settings_.consecutive_5xx_errors = 0;
  settings_.consecutive_gateway_errors = 3;
  Build();
  Record(0, Outcome::Status(502));
  Record(0, Outcome::Failure(Kind::kTimeout));
  Record(0, Outcome::Status(500));  // Ends the run of gateway errors.
  Record(0, Outcome::Status(503));
  Record(0, Outcome::Failure(Kind::kConnectFailed));
  EXPECT_FALSE(Ejected(0));
  Record(0, Outcome::Status(504));
  EXPECT_TRUE(Ejected(0));
  EXPECT_EQ(diary_.lines[0], "ejected 10.0.0.0:80 consecutive_gateway_failure 30s");
}

TEST_F(OutlierDetectorTest, GatewayComesFirstWhereBothThresholdsAreReached) {
  settings_.consecutive_gateway_errors = 5;
  Build();
  Record(0, Outcome::Status(503), 5);
  EXPECT_EQ(diary_.lines,
            std::vector<std::string>{"ejected 10.0.0.0:80 consecutive_gateway_failure 30s"});
}

TEST_F(OutlierDetectorTest, SplitCountsFailuresToConnectApartFromAnswers) {
  settings_.split_external_local_origin_errors = true;
  settings_.consecutive_local_origin_failures = 3;
  Build();
  Record(0, Outcome::Status(503), 4);
  Record(0, Outcome::Failure(Kind::kConnectFailed), 2);
  Record(0, Outcome::Failure(Kind::kResetBeforeHeaders));  // It was reached: 0, then 1.
  Record(0, Outcome::Failure(Kind::kConnectTimeout));
  EXPECT_FALSE(Ejected(0));
  Record(0, Outcome::Failure(Kind::kConnectFailed));
  EXPECT_TRUE(Ejected(0));
  EXPECT_EQ(diary_.lines[0], "ejected 10.0.0.0:80 consecutive_local_origin_failure 30s");
}

TEST_F(OutlierDetectorTest, SplitWithoutANumberEjectsAtFiveLocalFailures) {
  settings_.split_external_local_origin_errors = true;
  Build();
  Record(0, Outcome::Failure(Kind::kConnectFailed), 4);
  EXPECT_FALSE(Ejected(0));
  Record(0, Outcome::Failure(Kind::kConnectFailed));
  EXPECT_TRUE(Ejected(0));
}

TEST_F(OutlierDetectorTest, ListedErrorCodesEjectInPlaceOfServerErrors) {
  settings_.outlier_detection_http_error_codes = {429};
  Build();
  Record(0, Outcome::Status(500), 20);
  EXPECT_FALSE(Ejected(0));
  Record(0, Outcome::Status(429), 5);
  EXPECT_TRUE(Ejected(0));
}

TEST_F(OutlierDetectorTest, ReadmitsAtTheFirstSweepAfterTheEjectionTime) {
  Build();
  Pass(seconds(4));
  Record(0, Outcome::Status(503), 5);  // At 4 s: out until 34 s, and so until 40 s.
  Pass(seconds(36) - milliseconds(1));
  EXPECT_TRUE(Ejected(0));
  Pass(milliseconds(1));
  EXPECT_FALSE(Ejected(0));
  EXPECT_EQ(diary_.lines.back(), "readmitted 10.0.0.0:80");
  EXPECT_EQ(endpoints_->available_size(), 10u);
}

TEST_F(OutlierDetectorTest, ReadmissionOnTheDotOfTheSweepCounts) {
  Build();
  Record(0, Outcome::Status(503), 5);  // At 0 s; a sweep falls on 30 s.
  Pass(seconds(30) - milliseconds(1));
  EXPECT_TRUE(Ejected(0));
  Pass(milliseconds(1));
  EXPECT_FALSE(Ejected(0));
}

TEST_F(OutlierDetectorTest, AReadmittedEndpointBeginsWithoutAnyRun) {
  settings_.consecutive_gateway_errors = 7;
  settings_.split_external_local_origin_errors = true;
  Build();
  Record(0, Outcome::Failure(Kind::kConnectFailed), 4);
  Record(0, Outcome::Status(503), 5);
  Record(0, Outcome::Failure(Kind::kConnectFailed), 4);  // Late ones, while it is out.
  Record(0, Outcome::Status(503), 1);
  Pass(seconds(30));
  const EndpointState& state = endpoints_->at(0).state();
  EXPECT_EQ(state.consecutive_5xx, 0u);
  EXPECT_EQ(state.consecutive_gateway, 0u);
  EXPECT_EQ(state.consecutive_local_origin, 0u);
}

TEST_F(OutlierDetectorTest, LateFailuresOfAnEjectedEndpointDoNotProlongItsEjection) {
  Build();
  Record(0, Outcome::Status(503), 5);
  Pass(seconds(29));
  Record(0, Outcome::Status(503), 50);
  Pass(seconds(1));
  EXPECT_FALSE(Ejected(0));
  EXPECT_EQ(endpoints_->at(0).state().ejections, 1u);
}

TEST_F(OutlierDetectorTest, ASuccessLeavesAnEjectionAsItIs) {
  Build();
  Record(0, Outcome::Status(503), 5);
  Record(0, Outcome::Status(200), 100);
  EXPECT_TRUE(Ejected(0));
}

TEST_F(OutlierDetectorTest, EachEjectionLastsLongerUpToFiveMinutes) {
  Build();
  std::vector<int64_t> lasted;
  for (int i = 0; i < 13; ++i) lasted.push_back(EjectionLasts() / seconds(1));
  EXPECT_EQ(lasted,
            (std::vector<int64_t>{30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300, 300}));
  EXPECT_EQ(Multiplier(0), 11u) << "it stops where 30 s times it reaches 330 s";
}

TEST_F(OutlierDetectorTest, ABaseBeyondFiveMinutesIsItsOwnMaximum) {
  settings_.base_ejection_time = seconds(400);
  Build();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(EjectionLasts(), seconds(400));
  EXPECT_EQ(Multiplier(0), 2u);
}

TEST_F(OutlierDetectorTest, EverySweepInServiceTakesOneOffTheMultiplier) {
  Build();
  for (int i = 0; i < 3; ++i) EjectionLasts();
  EXPECT_EQ(Multiplier(0), 3u);
  Pass(seconds(10));
  EXPECT_EQ(Multiplier(0), 2u);
  Pass(seconds(20));
  EXPECT_EQ(Multiplier(0), 0u);
  Pass(seconds(50));
  EXPECT_EQ(Multiplier(0), 0u);
  EXPECT_EQ(EjectionLasts(), seconds(30));
}

TEST_F(OutlierDetectorTest, AnExtremeBaseDoesNotOverflow) {
  settings_.base_ejection_time = Duration::max() / 2;
  Build();
  Record(0, Outcome::Status(503), 5);
  Pass(seconds(3600));
  EXPECT_TRUE(Ejected(0));
}

TEST_F(OutlierDetectorTest, TheCapIsStrict) {
  for (size_t n = 1; n <= 20; ++n) {
    for (const int percent : {0, 1, 9, 10, 11, 33, 34, 50, 99, 100}) {
      settings_.max_ejection_percent = percent;
      Build(n);
      for (size_t i = 0; i < n; ++i) Record(i, Outcome::Status(503), 5);
      const size_t allowed = n * static_cast<size_t>(percent == 0 ? 10 : percent) / 100;
      EXPECT_EQ(n - endpoints_->available_size(), allowed) << n << " endpoints, " << percent;
    }
  }
}

TEST_F(OutlierDetectorTest, ARunThatTheCapRefusedBeginsAnew) {
  settings_.max_ejection_percent = 10;
  Build(5);
  Record(0, Outcome::Status(503), 5);
  EXPECT_EQ(diary_.lines, std::vector<std::string>{"refused 10.0.0.0:80 consecutive_5xx"});
  EXPECT_EQ(endpoints_->at(0).state().consecutive_5xx, 0u);
  Record(0, Outcome::Status(503), 4);
  EXPECT_EQ(diary_.lines.size(), 1u);
  Record(0, Outcome::Status(503), 1);
  EXPECT_EQ(diary_.lines.size(), 2u);
  EXPECT_FALSE(Ejected(0));
}

TEST_F(OutlierDetectorTest, TheCapCountsEndpointsThatAreNotHealthyToo) {
  std::vector<EndpointSpec> specs = Specs(10);
  for (size_t i = 1; i < 10; ++i) specs[i].health = EndpointSpec::Health::kUnhealthy;
  settings_.max_ejection_percent = 10;
  Build();
  detector_.reset();
  endpoints_ = std::make_unique<EndpointSet>(MakeEndpoints(specs));
  detector_ = std::make_unique<OutlierDetector>(settings_, *endpoints_);
  Record(0, Outcome::Status(503), 5);
  EXPECT_TRUE(Ejected(0));
}

TEST_F(OutlierDetectorTest, ReadmitAllForgetsEjectionsAndMultipliers) {
  Build();
  EjectionLasts();
  Record(0, Outcome::Status(503), 5);
  detector_->ReadmitAll(clock_.Now());
  EXPECT_FALSE(Ejected(0));
  EXPECT_EQ(Multiplier(0), 0u);
  EXPECT_EQ(endpoints_->available_size(), 10u);
}

TEST_F(OutlierDetectorTest, AnEndpointThatIsGoneFromTheNewestGenerationIsNotEjected) {
  Build();
  EndpointSet newer(MakeEndpoints(Specs(5), endpoints_.get()));
  OutlierDetector follower(settings_, {}, newer,
                           {.observer = &diary_, .previous = detector_.get()});
  Record(7, Outcome::Status(503), 20);
  EXPECT_FALSE(Ejected(7));
  Record(3, Outcome::Status(503), 5);
  EXPECT_TRUE(Ejected(3)) << "known to both";
  EXPECT_EQ(newer.available_size(), 4u);
  EXPECT_EQ(endpoints_->available_size(), 9u);
  Record(2, Outcome::Status(503), 5);
  Record(1, Outcome::Status(503), 5);
  EXPECT_FALSE(Ejected(1)) << "50 % of the newer five are two";
}

TEST_F(OutlierDetectorTest, SweepsKeepTheirTimeOverAnUpdateAndTakeTheNewInterval) {
  Build();
  Pass(seconds(15));  // Swept at 10 s.
  OutlierDetection quicker = settings_;
  quicker.interval = seconds(7);
  OutlierDetector follower(quicker, {}, *endpoints_,
                           {.observer = &diary_, .previous = detector_.get()});
  EXPECT_EQ(follower.RunDue(clock_.Now()) - clock_.Now(), seconds(2));
}

}  // namespace
}  // namespace meshroute
