// SPDX-License-Identifier: Apache-2.0
// Endpoints that someone outside asks to set aside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "meshroute/upstream/subset_pool.h"
#include "tests/upstream/detection.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

constexpr EjectionAsk kSuspect{.reason = "rollout_suspect", .one_in = 3};

class AskedEjectionTest : public DetectionTest {
 protected:
  absl::StatusOr<Duration> Eject(size_t endpoint, const EjectionAsk& ask = kSuspect) {
    return detector_->Eject(endpoints_->at(endpoint), ask, clock_.Now());
  }
};

TEST_F(AskedEjectionTest, AreInForceAtOnceAndEndWithTheSweepAfterTheirTime) {
  Build();
  EXPECT_EQ(*Eject(1), seconds(30));
  EXPECT_TRUE(Ejected(1));
  EXPECT_EQ(endpoints_->available_size(), 9U);
  Pass(seconds(30) - milliseconds(1));
  EXPECT_TRUE(Ejected(1));
  Pass(milliseconds(1));
  EXPECT_FALSE(Ejected(1));
  EXPECT_THAT(diary_.lines,
              ElementsAre("ejected 10.0.0.1:80 rollout_suspect 30s", "readmitted 10.0.0.1:80"));
}

TEST_F(AskedEjectionTest, LastLongerEachTimeAsTheDetectorsOwnDo) {
  settings_.interval = seconds(300);
  Build();
  EXPECT_EQ(*Eject(0), seconds(30));
  Pass(seconds(300));
  EXPECT_EQ(*Eject(0), seconds(60));
  EXPECT_EQ(detector_->counters().ejections, 2U);
}

TEST_F(AskedEjectionTest, OfAnEndpointThatIsOutAreRefused) {
  Build();
  Record(0, Outcome::Status(503), 5);
  ASSERT_TRUE(Ejected(0));
  const absl::Status status = Eject(0).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(status.message(), "has set 10.0.0.0:80 aside already");
  EXPECT_EQ(Multiplier(0), 1U);
}

TEST_F(AskedEjectionTest, ObeyTheStrictCapOfTheSettings) {
  settings_.max_ejection_percent = 10;
  Build(9);
  const absl::Status status = Eject(0, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(),
            "has 0 of 9 endpoints out, and maxEjectionPercent 10 % allows no more");
  EXPECT_FALSE(Ejected(0));
  EXPECT_EQ(detector_->counters().refused_by_cap, 1U);
  EXPECT_THAT(diary_.lines, ElementsAre("refused 10.0.0.0:80 asked"));
}

TEST_F(AskedEjectionTest, ObeyTheCapOfTheAskAlsoWhereTheSettingsAllowMore) {
  settings_.max_ejection_percent = 100;
  extension_.always_eject_one_endpoint = true;
  Build(2);
  EXPECT_EQ(Eject(0).status().message(),
            "has 0 of 2 endpoints out, and maxEjectionPercent 100 %, or one in 3, allows no more");
  Build(6);
  Record(0, Outcome::Status(503), 5);
  ASSERT_TRUE(Ejected(0)) << "counts against the third";
  EXPECT_TRUE(Eject(1).ok());
  EXPECT_EQ(Eject(2).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(endpoints_->available_size(), 4U);
}

TEST_F(AskedEjectionTest, LeaveTheEndpointsThatMustStay) {
  settings_.max_ejection_percent = 100;
  extension_.minimum_available = 9;
  Build(10);
  EXPECT_TRUE(Eject(0).ok());
  EXPECT_EQ(Eject(1).status().message(),
            "has 1 of 10 endpoints out, and maxEjectionPercent 100 %, or one in 3, or "
            "minimumAvailable 9 allows no more");
}

TEST_F(AskedEjectionTest, AreToldAndCountedButNotInForceInShadowMode) {
  extension_.shadow = true;
  Build();
  const absl::Status status = Eject(0).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "has outlier detection in shadow mode");
  EXPECT_FALSE(Ejected(0));
  EXPECT_THAT(diary_.lines, ElementsAre("would be ejected 10.0.0.0:80 rollout_suspect 30s"));
  EXPECT_EQ(detector_->counters().shadow_ejections, 1U);
}

class AskedPoolTest : public testing::Test {
 protected:
  std::unique_ptr<SubsetPool> Make(size_t endpoints, const SubsetPool* previous = nullptr) {
    return std::make_unique<SubsetPool>(DestinationKey{"reviews", 80, "v2"}, policy_,
                                        Specs(endpoints), SubsetPool::Environment{.clock = &clock_},
                                        previous);
  }

  EffectivePolicy policy_ = PolicyOf(LoadBalancerSettings::Simple::kRoundRobin);
  VirtualClock clock_;
};

TEST_F(AskedPoolTest, WithoutOutlierDetectionNobodyIsSetAside) {
  const auto pool = Make(6);
  const absl::Status status = pool->Eject(AddressOf(0), kSuspect, clock_.Now()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "outbound|80|v2|reviews has no outlierDetection");
  EXPECT_EQ(pool->endpoints().available_size(), 6U);
}

TEST_F(AskedPoolTest, AllGenerationsLoseTheEndpointAndOneThatIsGoneCannotBeSetAside) {
  policy_.outlier_detection.emplace().max_ejection_percent = 50;
  const auto before = Make(7);
  const auto after = Make(6, before.get());
  EXPECT_TRUE(before->Eject(AddressOf(0), kSuspect, clock_.Now()).ok());
  EXPECT_EQ(before->endpoints().available_size(), 6U);
  EXPECT_EQ(after->endpoints().available_size(), 5U);
  for (SubsetPool* const pool : {before.get(), after.get()}) {
    absl::StatusOr<Duration> gone = pool->Eject(AddressOf(6), kSuspect, clock_.Now());
    EXPECT_EQ(gone.status().code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(gone.status().message(), "outbound|80|v2|reviews has no endpoint " + AddressOf(6));
  }
}

}  // namespace
}  // namespace meshroute
