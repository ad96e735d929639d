// SPDX-License-Identifier: Apache-2.0
#include "meshroute/simulation/rollout_stream.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <vector>

#include "lib/simulation/poisson.h"
#include "lib/simulation/rollout_acceptance.h"
#include "lib/simulation/rollout_tally.h"
#include "lib/simulation/sticky_stream.h"

namespace meshroute {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""s;

RolloutStream Always(double rate, double baseline_bad, double canary_bad) {
  return [=](const StreamTime&) -> StreamMoment { return {rate, baseline_bad, {canary_bad}}; };
}

TEST(DrawPoisson, HasTheMeanAndTheVarianceOfItsRate) {
  for (const double mean : {0.05, 3.0, 9.9, 10.1, 95.0, 950.0}) {
    SeededRandom random(1);
    double sum = 0;
    double squares = 0;
    constexpr int kDraws = 100'000;
    for (int i = 0; i < kDraws; ++i) {
      const auto drawn = static_cast<double>(DrawPoisson(mean, random));
      sum += drawn;
      squares += drawn * drawn;
    }
    const double average = sum / kDraws;
    EXPECT_NEAR(average, mean, 5 * std::sqrt(mean / kDraws)) << mean;
    EXPECT_NEAR((squares / kDraws - average * average) / mean, 1, 0.03) << mean;
  }
}

TEST(RolloutStream, AHealthyCanaryIsPromotedWhenEachStepHasItsRequests) {
  const AcceptancePlan plan{.step = 60s, .last_step = 300s, .requests = 1000, .holdback = 5};
  const StreamOutcome outcome = RunOnStream(MakePlan(plan), Always(100, 0.001, 0.001), 1, 1h);
  EXPECT_EQ(outcome.phase, RolloutPhase::kSucceeded);
  ASSERT_TRUE(outcome.promoted_after.has_value());
  EXPECT_GT(*outcome.promoted_after, 640s);
  EXPECT_LT(*outcome.promoted_after, 700s);
  EXPECT_FALSE(outcome.rolled_back_after.has_value());
}

TEST(RolloutStream, AFaultyCanaryIsTakenBack) {
  const StreamOutcome outcome = RunOnStream(MakePlan({}), Always(100, 0.001, 0.2), 1, 1h);
  ASSERT_TRUE(outcome.rolled_back_after.has_value());
  EXPECT_LT(*outcome.rolled_back_after, 15s);
  EXPECT_GE(outcome.canary_failures, 3u);
  EXPECT_FALSE(outcome.promoted_after.has_value());
}

TEST(RolloutStream, OneEndpointThatIsDownIsNamedAndNotTakenForTheVersion) {
  StreamMoment moment{100, 0.001, std::vector<double>(10, 0.001)};
  moment.canary_bad[3] = 1;
  const StreamOutcome outcome = RunOnStream(
      MakePlan({.step = 10h}), [&moment](const StreamTime&) { return moment; }, 1, 200s);
  EXPECT_FALSE(outcome.rolled_back_after.has_value());
  ASSERT_TRUE(outcome.suspected_after.has_value());
  EXPECT_EQ(outcome.suspect, "canary-3");
}

ValidatedPlan WithCopies(double alpha, Duration baselining) {
  RolloutPlan plan = MakePlan({}).plan();
  plan.analysis.mirror = true;
  plan.analysis.false_rollback_probability = alpha;
  plan.analysis.baselining = {.min_requests = 1'000'000, .max_duration = baselining};
  return *ValidatedPlan::Create(plan);
}

TEST(RolloutStream, CopiesFindAFaultyCanaryBeforeItsFirstStep) {
  const StreamOutcome outcome = RunOnStream(WithCopies(0.001, 1h), Always(100, 0.001, 0.05), 1, 1h);
  EXPECT_EQ(outcome.phase, RolloutPhase::kFailed);
  EXPECT_EQ(outcome.rolled_back_after, 0s);
  EXPECT_EQ(outcome.canary_requests, 0u);
}

// As many as a twentieth may be: copies and steps have one bound together.
TEST(RolloutStream, CopiesOfACanaryAtItsMarginRollBackNoMoreOftenThanIsPromised) {
  const ValidatedPlan plan = WithCopies(0.05, 100s);
  constexpr int kRuns = 1000;
  int rolled_back = 0;
  for (uint64_t seed = 0; seed < kRuns; ++seed) {
    const StreamOutcome outcome = RunOnStream(plan, Always(100, 0.01, 0.016), seed, 400s);
    if (outcome.rolled_back_after) ++rolled_back;
  }
  EXPECT_GT(rolled_back, 0) << "the bet is a bet";
  EXPECT_LE(rolled_back, kRuns / 20);
}

TEST(RolloutStream, TheSeedAloneDecides) {
  const ValidatedPlan plan = MakePlan({});
  const StreamOutcome first = RunOnStream(plan, Always(100, 0.001, 0.02), 7, 1h);
  const StreamOutcome second = RunOnStream(plan, Always(100, 0.001, 0.02), 7, 1h);
  EXPECT_EQ(first.rolled_back_after, second.rolled_back_after);
  EXPECT_EQ(first.canary_requests, second.canary_requests);
}

TEST(RolloutTally, RunsWithoutAValueCountAsWithoutEnd) {
  const std::vector<double> seconds{1, 2, 3, 4, 5, 6};
  EXPECT_EQ(PercentileOf(seconds, 50), 3);
  EXPECT_EQ(PercentileOfRuns(seconds, 6, 50), 3);
  EXPECT_EQ(PercentileOfRuns(seconds, 10, 50), 5);
  EXPECT_EQ(PercentileOfRuns(seconds, 10, 60), 6);
  EXPECT_EQ(PercentileOfRuns(seconds, 10, 61), HUGE_VAL);
  EXPECT_EQ(PercentileOfRuns({}, 10, 50), HUGE_VAL);
}

// The bars of the acceptance table with a small share of its runs.
struct ShortTest {
  const char* name;
  double share;
};

class AcceptanceShort : public testing::TestWithParam<ShortTest> {};

TEST_P(AcceptanceShort, AllBarsAreMet) {
  const std::vector<AcceptanceLine> lines =
      RunAcceptance({.share = GetParam().share, .seed = 1}, GetParam().name);
  EXPECT_FALSE(lines.empty());
  for (const AcceptanceLine& line : lines) {
    EXPECT_TRUE(line.met) << line.test << ": " << line.bar << ", model " << line.model
                          << ", measured " << line.measured;
  }
}

INSTANTIATE_TEST_SUITE_P(Tests, AcceptanceShort,
                         testing::Values(ShortTest{"identical", 0.004}, ShortTest{"margin", 0.02},
                                         ShortTest{"incidents", 0.02}, ShortTest{"drift", 0.02},
                                         ShortTest{"sticky", 0.05}, ShortTest{"endpoints", 0.1},
                                         ShortTest{"detection", 0.1}, ShortTest{"late", 0.1},
                                         ShortTest{"healthy", 0.02}, ShortTest{"flagger", 0.01}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace meshroute
