// SPDX-License-Identifier: Apache-2.0
// What becomes known of a request after its end.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/rollout/driven_process.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;

ValidatedConfig WithReports() {
  std::string rollout(kRollout);
  rollout.insert(rollout.find("{name: request-success-rate"), "{name: reported-success-rate}, ");
  rollout.replace(rollout.find("minDuration: 5s"), 15, "maxOutcomeAge: 90s");
  return Load(std::string(kRules) + rollout);
}

class ReportedOutcomes : public ::testing::Test {
 protected:
  using Verdict = RolloutDriver::Verdict;

  void SetUp() override {
    process_.Begin(WithReports());
    ASSERT_TRUE(process_.CallUntil(RolloutPhase::kProgressing, 0));
  }

  absl::StatusCode Report(uint64_t call, Verdict verdict = Verdict::kBad) {
    return process_.driver().Report(call, verdict).code();
  }

  const MetricStatus& Metric() {
    process_.driver().RunDue(clock_.Now());
    status_ = process_.status();
    return status_.metrics.at(0);
  }

  VirtualClock clock_;
  Process process_{clock_, ""};
  RolloutStatus status_;
};

TEST_F(ReportedOutcomes, CountOnceAndWithinTheirAge) {
  EXPECT_EQ(Metric().name, "reported-success-rate");
  const uint64_t good = process_.CanaryToReport();
  const uint64_t bad = process_.CanaryToReport();
  const uint64_t late = process_.CanaryToReport();
  EXPECT_EQ(Metric().canary.trials, 0) << "an answer is no report";
  EXPECT_EQ(Report(good, Verdict::kGood), absl::StatusCode::kOk);
  EXPECT_EQ(Report(bad), absl::StatusCode::kOk);
  EXPECT_EQ(Report(bad), absl::StatusCode::kNotFound) << "twice";
  EXPECT_EQ(Report(0), absl::StatusCode::kNotFound);
  EXPECT_EQ(Report(late + 1'000'000), absl::StatusCode::kNotFound) << "unknown";
  clock_.Advance(90s + 1ns);
  EXPECT_EQ(Report(late), absl::StatusCode::kNotFound) << "too late";
  EXPECT_EQ(Metric().canary.trials, 2);
  EXPECT_EQ(Metric().canary.bad, 1);
  EXPECT_EQ(status_.metrics.at(1).canary.bad, 0) << "the answers were good";
}

TEST_F(ReportedOutcomes, CountForTheStepOfTheirDraw) {
  const uint64_t early = process_.CanaryToReport();
  while (process_.weight() == 0.05) (void)process_.CallToReport();
  ASSERT_EQ(process_.weight(), 0.5);
  const double before = Metric().score;
  EXPECT_EQ(Report(early), absl::StatusCode::kOk);
  EXPECT_EQ(Metric().canary.step_bad, 0);
  EXPECT_EQ(Metric().canary.bad, 1);
  const double by_early = Metric().score / before;
  const double between = Metric().score;
  EXPECT_EQ(Report(process_.CanaryToReport()), absl::StatusCode::kOk);
  EXPECT_EQ(Metric().canary.step_bad, 1);
  EXPECT_GT(by_early, 2 * Metric().score / between) << "of one in twenty a bad one says more";
}

TEST_F(ReportedOutcomes, OfAnEarlierRevisionCountNoMore) {
  const uint64_t early = process_.CanaryToReport();
  std::string next(kRollout);
  next.replace(next.find("revision: one"), 13, "revision: two");
  next.insert(next.find("{name: request-success-rate"), "{name: reported-success-rate}, ");
  process_.router().Apply(Load(std::string(kRules) + next));
  process_.driver().RunDue(clock_.Now());
  (void)Report(early);
  EXPECT_EQ(Metric().canary.trials, 0);
}

TEST_F(ReportedOutcomes, RollBackInsideTheReportThatDecides) {
  for (int i = 0; i < 20 && process_.weight() > 0; ++i) {
    EXPECT_EQ(process_.weight(), 0.05);
    (void)Report(process_.CanaryToReport());
  }
  EXPECT_EQ(process_.weight(), 0) << "though every answer was good";
}

}  // namespace
}  // namespace meshroute
