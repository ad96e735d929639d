// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/latency_judgement.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;

// Endpoints A, B, C ... whose answers took so many milliseconds.
class LatencyJudgementTest : public testing::Test {
 protected:
  LatencyJudgementTest() {
    for (int i = 0; i < 26; ++i) {
      endpoints_.push_back(std::make_unique<Endpoint>(
          EndpointSpec{.address = std::string(1, static_cast<char>('A' + i))}));
    }
  }

  // "FA", or "(FA)" where they are left alone.
  std::string Slow(const std::vector<double>& latencies, uint32_t count = 50) {
    std::vector<LatencySample> samples;
    for (size_t i = 0; i < latencies.size(); ++i) {
      samples.push_back({endpoints_[i].get(), {count, std::log2(latencies[i] * 1e6)}});
    }
    last_ = judgement_.Judge(samples, settings_);
    std::string names;
    for (const Outlier& outlier : last_.slow) names += outlier.endpoint->address();
    return last_.suppressed ? "(" + names + ")" : names;
  }

  std::vector<std::unique_ptr<Endpoint>> endpoints_;
  LatencyDetection settings_;
  LatencyJudgement judgement_;
  LatencyJudgement::Verdict last_;
};

TEST_F(LatencyJudgementTest, OneThatIsSlowerThanItsPeersIsFound) {
  EXPECT_EQ(Slow({20, 21, 22, 20, 19, 100}), "F");
  const Finding& finding = last_.slow.at(0).finding;
  EXPECT_EQ(finding.reason, "latency");
  EXPECT_NEAR(finding.value, 100, 1e-6);
  EXPECT_NEAR(finding.peers, std::sqrt(20.0 * 21.0), 1e-6) << "the median, of six by logarithm";
  EXPECT_NEAR(finding.threshold, 2 * finding.peers, 1e-6) << "the ratio is the highest bar";
}

TEST_F(LatencyJudgementTest, TheMedianIsNotMovedByTheSlowOnes) {
  settings_.maximum_slow_percent = 50;
  EXPECT_EQ(Slow({20, 20, 20, 20, 20, 20, 5000, 9000, 7000}), "HIG") << "the slowest first";
  EXPECT_NEAR(last_.slow.at(0).finding.peers, 20, 1e-6);
}

TEST_F(LatencyJudgementTest, AllAlikeNobodyIsSlow) {
  EXPECT_EQ(Slow({20, 20, 20, 20, 20}), "");
  settings_.mad_factor = 0;
  settings_.minimum_ratio = 1;
  settings_.minimum_difference = Duration(0);
  EXPECT_EQ(Slow({20, 20, 20, 20, 20}), "");
}

TEST_F(LatencyJudgementTest, TheRatioIsNeeded) {
  EXPECT_EQ(Slow({100, 100, 100, 100, 199}), "");
  EXPECT_EQ(Slow({100, 100, 100, 100, 200.1}), "E");
}

TEST_F(LatencyJudgementTest, TheDifferenceIsNeeded) {
  EXPECT_EQ(Slow({1, 1, 1, 1, 10.9}), "") << "ten times, and less than 10 ms above";
  EXPECT_EQ(Slow({1, 1, 1, 1, 11.1}), "E");
}

TEST_F(LatencyJudgementTest, WherePeersDifferMuchOneHasToStandOutMore) {
  // Powers of two: the median is 40, the median distance from it one octave.
  settings_.mad_factor = 2;
  EXPECT_EQ(Slow({10, 20, 40, 80, 160}), "") << "2 octaves are less than 2 * 1.4826";
  settings_.mad_factor = 1.3;
  EXPECT_EQ(Slow({10, 20, 40, 80, 160}), "E");
  EXPECT_NEAR(last_.slow.at(0).finding.threshold, 40 * std::exp2(1.3 * 1.4826), 1e-6);
}

TEST_F(LatencyJudgementTest, WhereAllSlowDownNobodyIsSlow) {
  EXPECT_EQ(Slow({20, 21, 22, 20, 19}), "");
  EXPECT_EQ(Slow({200, 210, 220, 200, 190}), "()");
}

TEST_F(LatencyJudgementTest, InASharedSlowdownEvenTheWorstIsLeftAloneUntilItIsUsual) {
  EXPECT_EQ(Slow({20, 20, 20, 20, 100}), "E");
  // Usual are 20 ms, then 36, 55, 76 and 97, then 116.
  for (int sweep = 0; sweep < 5; ++sweep) {
    EXPECT_EQ(Slow({200, 200, 200, 200, 1000}), "(E)") << sweep;
  }
  EXPECT_EQ(Slow({200, 200, 200, 200, 1000}), "E");
}

TEST_F(LatencyJudgementTest, GettingFasterSuppressesNothing) {
  EXPECT_EQ(Slow({200, 200, 200, 200, 200}), "");
  EXPECT_EQ(Slow({20, 20, 20, 20, 200}), "E");
}

TEST_F(LatencyJudgementTest, WhereTooManyAreSlowTheyAreLeftAlone) {
  EXPECT_EQ(Slow({20, 20, 20, 20, 20, 20, 20, 200, 200, 200}), "HIJ") << "30 percent";
  EXPECT_EQ(Slow({20, 20, 20, 20, 20, 20, 200, 200, 200, 200}), "(GHIJ)");
  settings_.maximum_slow_percent = 0;
  EXPECT_EQ(Slow({20, 20, 20, 20, 20, 20, 20, 20, 20, 200}), "(J)");
}

TEST_F(LatencyJudgementTest, VolumeAndNumberAreNeeded) {
  EXPECT_EQ(Slow({20, 20, 20, 100}), "") << "four";
  EXPECT_EQ(Slow({20, 20, 20, 20, 100}, 49), "");
  EXPECT_EQ(Slow({}), "");
  settings_.minimum_endpoints = 3;
  EXPECT_EQ(Slow({20, 20, 100}), "(C)") << "a third is more than 30 percent";
  settings_.maximum_slow_percent = 34;
  EXPECT_EQ(Slow({20, 20, 100}), "C");
}

}  // namespace
}  // namespace meshroute
