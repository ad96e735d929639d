// SPDX-License-Identifier: Apache-2.0
// Runs whose every number is known beforehand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

#include "meshroute/rollout/score.h"
#include "tests/rollout/reference.h"

namespace meshroute {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using Kind = RolloutEvent::Kind;

const std::vector<double> kPlan{5, 10, 50, 100};

void ExpectScore(double score, double expected) {
  EXPECT_NEAR(score, expected, 1e-9 * expected + 0.5e-10);
}

TEST(SplitMix, IsTheGeneratorOfTheModel) {
  SplitMix bits(1);
  EXPECT_EQ(bits.NextBits(), 0x910a2dec89025cc1U);
  EXPECT_EQ(bits.NextBits(), 0xbeeb8da1658eec67U);
  EXPECT_EQ(bits.NextBits(), 0xf893a2eefb32555eU);
  SplitMix random(1);
  EXPECT_EQ(random.Next(), 0.5665615751722809);
  EXPECT_EQ(random.Next(), 0.7457817572627011);
  EXPECT_EQ(random.Next(), 0.9710027535867962);
}

// A constant weight, one stake, checked after each bad request of the canary.
struct Decision {
  int64_t at = 0;  // 0: none.
  int64_t canary = 0;
  TrialCounts counts;
  double value = 0;
};

Decision Decide(double w, double baseline, double canary, uint64_t seed, double stake = 1) {
  SplitMix random(seed);
  Score score;
  score.Invest(stake);
  const ScoreFactors factors = RelativeFactors(w, {});
  Decision decision;
  for (int64_t i = 1; i <= 200'000; ++i) {
    const bool is_canary = random.Next() < w;
    const bool is_bad = random.Next() < (is_canary ? canary : baseline);
    TrialCounts trial;
    (!is_bad ? trial.good : is_canary ? trial.canary_bad : trial.baseline_bad) = 1;
    score.Multiply(factors, trial);
    decision.canary += is_canary ? 1 : 0;
    decision.counts.canary_bad += trial.canary_bad;
    decision.counts.baseline_bad += trial.baseline_bad;
    decision.value = 1 - stake + score.Sum();
    if (trial.canary_bad == 0 || decision.value < 1000) continue;
    decision.at = i;
    return decision;
  }
  return decision;
}

TEST(ReferenceRun, AConstantWeightDecidesAtTheRequestOfTheTable) {
  struct Row {
    double w, baseline, canary;
    uint64_t seed;
    int64_t at, trials, canary_bad, baseline_bad;
    double value;
  };
  constexpr Row kRows[] = {
      {.05, .001, .05, 1, 3424, 170, 6, 3, 1694.1329623503},
      {.05, .001, .05, 2, 1004, 58, 5, 2, 1283.9804742594},
      {.05, .001, .05, 3, 3253, 159, 6, 2, 4541.9300162185},
      {.05, .001, .01, 1, 47370, 2360, 18, 33, 1973.8164350929},
      {.05, .001, 1.0, 1, 81, 4, 4, 0, 5906.8686251269},
      {.10, .01, .05, 1, 7637, 765, 36, 82, 1540.5257441648},
      {.50, .001, .05, 1, 484, 253, 18, 0, 1084.6747983242},
      {.05, .001, .001, 1, 0, 9909, 10, 184, 0.0030838606},
      {.50, .01, .01, 1, 0, 99862, 1013, 995, 0.0000550839},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(testing::Message() << row.w << " " << row.canary << " seed " << row.seed);
    const Decision decision = Decide(row.w, row.baseline, row.canary, row.seed);
    EXPECT_EQ(decision.at, row.at);
    EXPECT_EQ(decision.canary, row.trials);
    EXPECT_EQ(decision.counts.canary_bad, row.canary_bad);
    EXPECT_EQ(decision.counts.baseline_bad, row.baseline_bad);
    ExpectScore(decision.value, row.value);
  }
}

TEST(ReferenceRun, AStakeOfAQuarterDecidesALittleLater) {
  const std::vector<std::pair<int64_t, double>> rows{
      {3457, 3282.3124341189}, {1592, 2173.4322307104}, {3253, 1136.2325040548}};
  for (size_t i = 0; i < rows.size(); ++i) {
    const Decision decision = Decide(.05, .001, .05, i + 1, 0.25);
    EXPECT_EQ(decision.at, rows[i].first);
    ExpectScore(decision.value, rows[i].second);
  }
}

void ExpectRollback(const ReferenceRun& run, double at, double score) {
  const RolloutEvent* const event = run.run.log.Find(Kind::kRollbackStarted);
  ASSERT_NE(event, nullptr);
  EXPECT_NEAR(run.SecondsOf(*event), at, 1e-6);
  EXPECT_EQ(event->subject, "evidence");
  ExpectScore(event->score, score);
}

void ExpectCounts(const RolloutStatus& status, int64_t trials, int64_t canary, int64_t canary_bad,
                  int64_t baseline_bad) {
  const MetricStatus& metric = status.metrics.at(0);
  EXPECT_EQ(metric.baseline.trials + metric.canary.trials, trials);
  EXPECT_EQ(metric.canary.trials, canary);
  EXPECT_EQ(metric.canary.bad, canary_bad);
  EXPECT_EQ(metric.baseline.bad, baseline_bad);
}

TEST(ReferenceRun, EqualVersionsArePromotedOnTime) {
  ReferenceRun run(PlanOf(kPlan), {.seed = 1});
  run.Go(1000);
  EXPECT_THAT(run.Steps(),
              ElementsAre("5 % at 0", "10 % at 60", "50 % at 120", "100 % at 180", "100 % at 240"));
  ExpectScore(run.scores[60], 0.8184321851);
  ExpectScore(run.scores[120], 0.7251102247);
  ExpectScore(run.scores[180], 0.6858553330);
  EXPECT_THAT(run.holds, IsEmpty());
  ExpectCounts(run.run.rollout->status(), 24000, 9969, 6, 12);
  EXPECT_EQ(run.run.phase(), RolloutPhase::kSucceeded);
  EXPECT_EQ(run.run.weights.weight, 1);
}

TEST(ReferenceRun, FiveOfAHundredAreFoundInSixteenSeconds) {
  ReferenceRun run(PlanOf(kPlan), {.seed = 2, .canary = .05});
  run.Go(1000);
  EXPECT_THAT(run.holds, Contains(7));
  EXPECT_THAT(run.holds, Not(Contains(6)));
  ExpectScore(run.scores[7], 17.1961446485);
  ExpectRollback(run, 15.91, 2173.4322307104);
  ExpectCounts(run.run.rollout->status(), 1592, 88, 6, 2);
  EXPECT_EQ(run.run.phase(), RolloutPhase::kFailed);
  EXPECT_EQ(run.run.weights.weight, 0);
  EXPECT_EQ(run.run.log.Find(Kind::kRollbackStarted)->sentence,
            "reviews v2 rolled back at 5 %: 6 of 88 canary requests failed (6.8 %) against 2 of "
            "1504 (0.13 %); score 2173, limit 1000; 15.9 s after step start");
}

TEST(ReferenceRun, OneOfAHundredIsHeldAndFoundInTheSecondStep) {
  ReferenceRun run(PlanOf(kPlan), {.seed = 3, .canary = .01});
  run.Go(1000);
  EXPECT_THAT(run.Steps(), ElementsAre("5 % at 0", "10 % at 60"));
  ExpectScore(run.scores[60], 1.4252337913);
  EXPECT_THAT(run.holds, Contains(85));
  ExpectScore(run.scores[85], 24.9110209616);
  ExpectRollback(run, 185.77, 1028.9934072171);
  ExpectCounts(run.run.rollout->status(), 18578, 1611, 18, 19);
}

TEST(ReferenceRun, AnOutageIsOverAfterFourRequests) {
  ReferenceRun run(PlanOf(kPlan), {.seed = 4, .canary = 1});
  run.Go(1000);
  ExpectRollback(run, 0.66, 1488.9550552043);
  ExpectCounts(run.run.rollout->status(), 67, 4, 4, 0);
}

TEST(ReferenceRun, ALateFaultIsFoundInTheThirdStep) {
  ReferenceRun run(PlanOf(kPlan), {.seed = 5, .canary = .05, .fault_from = 150});
  run.Go(1000);
  EXPECT_THAT(run.Steps(), ElementsAre("5 % at 0", "10 % at 60", "50 % at 120"));
  ExpectScore(run.scores[60], 0.8114718972);
  ExpectScore(run.scores[120], 0.7248924008);
  EXPECT_THAT(run.holds, Contains(161));
  ExpectScore(run.scores[161], 20.1479548720);
  ExpectRollback(run, 166.34, 1220.7021892201);
  ExpectCounts(run.run.rollout->status(), 16635, 3247, 48, 17);
}

TEST(ReferenceRun, ARestartAtEveryHundredthTrialChangesNothing) {
  for (const Stream& stream : {Stream{.seed = 1}, Stream{.seed = 3, .canary = .01}}) {
    ReferenceRun whole(PlanOf(kPlan), stream);
    whole.Go(1000);
    ReferenceRun broken(PlanOf(kPlan), stream);
    broken.Go(1000, [&] {
      const absl::StatusOr<RolloutSnapshot> saved =
          DecodeSnapshot(EncodeSnapshot(broken.run.rollout->Save()));
      ASSERT_TRUE(saved.ok()) << saved.status();
      broken.run.rollout =
          *Rollout::Create(*ValidatedPlan::Create(PlanOf(kPlan)), broken.run.clock, broken.run.log);
      ASSERT_TRUE(broken.run.rollout->Restore(*saved).ok());
      EXPECT_EQ(broken.run.Advance().weight, saved->progress.weight);
    });
    EXPECT_EQ(broken.Steps(), whole.Steps());
    EXPECT_EQ(broken.holds, whole.holds);
    ASSERT_EQ(broken.scores.size(), whole.scores.size());
    for (const auto& [second, score] : whole.scores) {
      EXPECT_NEAR(broken.scores[second], score, 1e-9 * score) << second;
    }
    EXPECT_EQ(broken.run.phase(), whole.run.phase());
  }
}

TEST(ReferenceRun, HalfAnHourTakesLessThanASecond) {
  RolloutPlan plan = PlanOf({5});
  plan.analysis.min_duration = std::chrono::minutes(31);
  const std::clock_t start = std::clock();
  ReferenceRun run(plan, {.seed = 1});
  run.Go(30 * 60);
  EXPECT_EQ(run.run.phase(), RolloutPhase::kProgressing);
  EXPECT_LT(std::clock() - start, CLOCKS_PER_SEC);
}

}  // namespace
}  // namespace meshroute
