// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/rate_judgement.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

// Endpoints A, B, C ... with so many good answers of so many.
class RateJudgementTest : public testing::Test {
 protected:
  void Add(uint32_t good, uint32_t total = 100) {
    endpoints_.push_back(std::make_unique<Endpoint>(
        EndpointSpec{.address = std::string(1, static_cast<char>('A' + endpoints_.size()))}));
    samples_.push_back({endpoints_.back().get(), {total, good}});
  }

  static std::string Names(const std::vector<Outlier>& outliers) {
    std::string names;
    for (const Outlier& outlier : outliers) names += outlier.endpoint->address();
    return names;
  }

  std::string BySuccessRate() {
    return Names(JudgeSuccessRate(samples_, success_rate_, RateOrigin::kExternal));
  }
  std::string ByFailurePercentage() {
    return Names(JudgeFailurePercentage(samples_, failure_percentage_, RateOrigin::kExternal));
  }

  std::vector<std::unique_ptr<Endpoint>> endpoints_;
  std::vector<RateSample> samples_;
  SuccessRateDetection success_rate_;
  FailurePercentageDetection failure_percentage_;
};

TEST_F(RateJudgementTest, TheWorkedExampleOfTheSuccessRate) {
  for (int i = 0; i < 5; ++i) Add(100);
  Add(20);
  const std::vector<Outlier> outliers =
      JudgeSuccessRate(samples_, success_rate_, RateOrigin::kExternal);
  ASSERT_EQ(Names(outliers), "F");
  EXPECT_EQ(outliers[0].finding.value, 20);
  EXPECT_NEAR(outliers[0].finding.peers, 86.67, 0.005) << "the mean";
  EXPECT_NEAR(outliers[0].finding.threshold, 30.02, 0.005) << "86.67 - 1.9 * 29.81";
  EXPECT_NEAR((outliers[0].finding.peers - outliers[0].finding.threshold) / 1.9, 29.81, 0.005);
  EXPECT_EQ(outliers[0].finding.reason, "success_rate");
}

TEST_F(RateJudgementTest, OneSlightlyWorseEndpointIsAnOutlierAmongPerfectOnes) {
  for (int i = 0; i < 5; ++i) Add(1000, 1000);
  Add(999, 1000);
  EXPECT_EQ(BySuccessRate(), "F");
}

// k equally bad ones of n are outliers where (n - k) / k > f^2, however bad they are.
TEST_F(RateJudgementTest, HowManyEquallyBadEndpointsAreFoundDoesNotHangOnHowBadTheyAre) {
  for (const uint32_t good : {0U, 50U, 99U}) {
    for (size_t n = 5; n <= 30; ++n) {
      for (size_t k = 1; k < n; ++k) {
        endpoints_.clear();
        samples_.clear();
        for (size_t i = 0; i < n; ++i) Add(i < k ? good : 100);
        const bool found = static_cast<double>(n - k) / static_cast<double>(k) > 1.9 * 1.9;
        EXPECT_EQ(BySuccessRate().size(), found ? k : 0U) << k << " of " << n;
      }
    }
  }
}

TEST_F(RateJudgementTest, TheComparisonWithTheMeanIsStrict) {
  for (int i = 0; i < 6; ++i) Add(70);
  EXPECT_EQ(BySuccessRate(), "") << "nobody is below a threshold that is its own rate";
  success_rate_.stdev_factor = 0;
  EXPECT_EQ(BySuccessRate(), "");
}

TEST_F(RateJudgementTest, EndpointsWithoutTheVolumeAreNeitherJudgedNorCounted) {
  for (int i = 0; i < 4; ++i) Add(100);
  Add(0, 99);
  EXPECT_EQ(BySuccessRate(), "") << "four with the volume are too few";
  Add(0, 100);
  EXPECT_EQ(BySuccessRate(), "F");
  success_rate_.minimum_endpoints = 6;
  EXPECT_EQ(BySuccessRate(), "");
  success_rate_.request_volume = 99;
  EXPECT_EQ(BySuccessRate(), "") << "two of six spread the rates too far";
  success_rate_.stdev_factor = 1;
  EXPECT_EQ(BySuccessRate(), "EF");
}

TEST_F(RateJudgementTest, NothingAtAllIsJudgedOfNothing) {
  success_rate_.minimum_endpoints = 0;
  failure_percentage_.minimum_endpoints = 0;
  EXPECT_EQ(BySuccessRate(), "");
  EXPECT_EQ(ByFailurePercentage(), "");
}

TEST_F(RateJudgementTest, FailuresCountFromTheThresholdOn) {
  for (const uint32_t good : {100U, 16U, 15U, 14U, 90U}) Add(good);
  EXPECT_EQ(ByFailurePercentage(), "DC") << "86 and 85 percent, the worst first";
  failure_percentage_.threshold = 86;
  EXPECT_EQ(ByFailurePercentage(), "D");
  failure_percentage_.threshold = 0;
  EXPECT_EQ(ByFailurePercentage(), "DCBEA");
}

TEST_F(RateJudgementTest, FailuresNeedVolumeAndEndpoints) {
  for (int i = 0; i < 4; ++i) Add(0, 50);
  Add(0, 49);
  EXPECT_EQ(ByFailurePercentage(), "");
  failure_percentage_.minimum_endpoints = 4;
  EXPECT_EQ(ByFailurePercentage(), "ABCD") << "in declared order where all are the same";
  failure_percentage_.request_volume = 49;
  EXPECT_EQ(ByFailurePercentage(), "ABCDE");
}

TEST_F(RateJudgementTest, LocalOriginHasNamesAndSharesOfItsOwn) {
  for (int i = 0; i < 5; ++i) Add(100);
  Add(0);
  success_rate_.enforcing = 10;
  success_rate_.enforcing_local_origin = 20;
  failure_percentage_.enforcing = 30;
  failure_percentage_.enforcing_local_origin = 40;
  const auto told = [](const std::vector<Outlier>& outliers) {
    return std::pair(std::string(outliers.at(0).finding.reason), outliers.at(0).finding.enforcing);
  };
  using Told = std::pair<std::string, uint32_t>;
  EXPECT_EQ(told(JudgeSuccessRate(samples_, success_rate_, RateOrigin::kExternal)),
            Told("success_rate", 10));
  EXPECT_EQ(told(JudgeSuccessRate(samples_, success_rate_, RateOrigin::kLocal)),
            Told("local_origin_success_rate", 20));
  EXPECT_EQ(told(JudgeFailurePercentage(samples_, failure_percentage_, RateOrigin::kExternal)),
            Told("failure_percentage", 30));
  EXPECT_EQ(told(JudgeFailurePercentage(samples_, failure_percentage_, RateOrigin::kLocal)),
            Told("local_origin_failure_percentage", 40));
}

}  // namespace
}  // namespace meshroute
