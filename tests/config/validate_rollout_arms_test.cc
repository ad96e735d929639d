// SPDX-License-Identifier: Apache-2.0
// The plans of rollouts whose versions are not simply two that share all requests: an
// abTest that splits its match, a fresh baseline, retries elsewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "meshroute/config/rollout_plan.h"
#include "meshroute/config/writer.h"
#include "tests/config/analyze.h"
#include "tests/config/validation_cases.h"

namespace meshroute {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kArms[] =
    "virtualService: reviews\nbaseline: {host: a, subset: v1}\ncanary: {host: a, subset: v2}\n";
constexpr char kMetrics[] = "metrics: [{name: request-success-rate}]";
const std::string kSteps = std::string("analysis: {stepWeights: [5, 50], ") + kMetrics + "}\n";

// An abTest of which "@" is one field of the analysis.
const std::string kAbTest =
    std::string(kArms) + "strategy: abTest\nanalysis: {match: [{port: 80}], " + kMetrics + ", @}";

RolloutPlan PlanOf(const std::string& spec) {
  const Loaded loaded = Loaded::Spec("Rollout", spec);
  EXPECT_THAT(loaded.errors(), IsEmpty());
  return loaded.resources().rollouts.at(0);
}

TEST(RolloutWithin, IsAPercentageOrHalves) {
  for (const std::string half : {"within: 50", "within: 50/50", "within: 5e1"}) {
    const RolloutPlan plan = PlanOf(Filled(kAbTest, half));
    EXPECT_EQ(plan.analysis.within, 50) << half;
    EXPECT_EQ(MatchShareOf(plan), 0.5) << half;
  }
  EXPECT_EQ(MatchShareOf(PlanOf(Filled(kAbTest, "within: 0.125"))), 0.00125);
  EXPECT_EQ(PlanOf(Filled(kAbTest, "interval: 9s")).analysis.within, std::nullopt);
  for (const std::string other : {"within: 90/10", "within: '50'", "within: {canary: 50}"}) {
    const Loaded loaded = Loaded::Spec("Rollout", Filled(kAbTest, other));
    EXPECT_THAT(loaded.errors(), ElementsAre(HasSubstr("the canary's percentage, such as 10, or "
                                                       "50/50")))
        << other;
  }
}

TEST(RolloutWithin, ReadsBackAsItIsWritten) {
  const Loaded loaded = Loaded::Spec("Rollout", Filled(kAbTest, "within: 50/50"));
  const std::string text = WriteYaml(loaded.resources());
  EXPECT_THAT(text, HasSubstr("within: 50"));
  EXPECT_EQ(Loaded::Yaml(text).resources(), loaded.resources());
}

TEST(RolloutWithin, IsAPartOfTheMatchOfAnAbTest) {
  const std::string at = "spec.analysis.within";
  ExpectErrors("Rollout", kAbTest,
               {{"within: 0", "within: 0.001", at, "above 0 and below 100, got 0"},
                {"within: 100", "within: 99.999", at, "above 0 and below 100, got 100"},
                {"within: 0.0005", "within: 0.005", at, "three decimals"}});
  ExpectErrors("Rollout", std::string(kArms) + "analysis: {stepWeights: [5], " + kMetrics + ", @}",
               {{"within: 50/50", "interval: 9s", at, "strategy abTest alone"}});
  const std::string blue_green =
      std::string(kArms) +
      "strategy: blueGreen\nanalysis: {metrics: [{name: request-success-rate, thresholdRange: "
      "{min: 99}}], within: 100}";
  const auto both = ProblemsOf("Rollout", blue_green);
  ASSERT_EQ(both.size(), 2U) << "all at once";
  EXPECT_THAT(both[0].message, HasSubstr("strategy abTest alone"));
  EXPECT_THAT(both[1].message, HasSubstr("below 100"));
}

TEST(RolloutWithin, HasABaselineToCompareWith) {
  EXPECT_THAT(ProblemsOf("Rollout", Filled(kAbTest, "within: 50/50")), IsEmpty())
      << "no thresholdRange is needed, and nothing is doubtful";
  const auto blind = ProblemsOf("Rollout", Filled(kAbTest, "interval: 9s"));
  ASSERT_EQ(blind.size(), 1U);
  EXPECT_THAT(blind[0].message, HasSubstr("an abTest without within has no baseline"));

  const std::string watched = "postPromotion: {watch: 1m}\n" + Filled(kAbTest, "within: 50");
  const auto refused = ProblemsOf("Rollout", watched);
  ASSERT_EQ(refused.size(), 1U) << "once promoted there is no baseline";
  EXPECT_THAT(refused[0].message, HasSubstr("postPromotion.watch has no baseline"));
  EXPECT_THAT(ProblemsOf("Rollout", "promote: false\n" + watched), IsEmpty());
}

TEST(RolloutFreshBaseline, IsAnotherDestinationOfACanary) {
  const std::string spec = std::string(kArms) + kSteps + "@";
  const std::string good = "freshBaseline: {host: a, subset: v1-fresh}";
  const std::string at = "spec.freshBaseline";
  ExpectErrors("Rollout", spec,
               {{"freshBaseline: {host: a, subset: v1}", good, at, "must be another destination"},
                {"freshBaseline: {host: a, subset: v2}", good, at, "must be another destination"},
                {"freshBaseline: {subset: v3}", good, at + ".host", ""}});
  ExpectErrors("Rollout", Filled(kAbTest, "within: 50") + "\n@",
               {{good, "promote: false", at, "strategy canary alone"}});
  ExpectErrors("Rollout",
               std::string(kArms) + good + "\nanalysis: {stepWeights: [5], " + kMetrics + ", @}",
               {{"sessionAffinity: {key: {httpHeaderName: u}}", "interval: 9s", at,
                 "beside sessionAffinity"}});
  ExpectWarnings("Rollout",
                 std::string(kArms) + good + "\nanalysis: {stepWeights: [5], " + kMetrics + ", @}",
                 {{"mode: none", "mode: sequential", at, "mode sequential only"}});
}

TEST(RolloutFreshBaseline, GetsAsMuchAsTheCanaryOrWhatIsLeft) {
  const RolloutPlan plan =
      PlanOf(std::string(kArms) + kSteps + "freshBaseline: {host: a, subset: v1-fresh}");
  EXPECT_EQ(plan.fresh_baseline->subset, "v1-fresh");
  EXPECT_EQ(FreshShareOf(plan, 0), 0);
  EXPECT_EQ(FreshShareOf(plan, 0.05), 0.05);
  EXPECT_EQ(FreshShareOf(plan, 0.5), 0.5);
  EXPECT_EQ(FreshShareOf(plan, 0.75), 0.25);
  EXPECT_EQ(FreshShareOf(plan, 1), 0);
}

TEST(RolloutFreshBaseline, IsNotBesideMirrorWhosePairsAreWithTheOldBaseline) {
  ExpectErrors("Rollout",
               std::string(kArms) + "freshBaseline: {host: a, subset: v1-fresh}\n" +
                   "analysis: {stepWeights: [5], " + kMetrics + ", @}",
               {{"mirror: true", "mirror: false", "spec.analysis.mirror",
                 "must not be true beside spec.freshBaseline"}});
}

TEST(RolloutFreshBaseline, ItsSubsetIsLookedUpToo) {
  const std::string service = Object("VirtualService", "v",
                                     "hosts: [a.com], http: [{route: [{destination: {host: "
                                     "a.com}}]}]");
  const std::string rule = Object("DestinationRule", "d",
                                  "host: a.com, subsets: [{name: v1, labels: {v: '1'}}, {name: v2, "
                                  "labels: {v: '2'}}]");
  const std::string plan = Object(
      "Rollout", "r",
      "virtualService: v, baseline: {host: a.com, subset: v1}, canary: {host: a.com, subset: v2}, "
      "freshBaseline: {host: a.com, subset: v3}, analysis: {stepWeights: [5], " +
          std::string(kMetrics) + "}");
  std::vector<std::string> found;
  for (const ConfigProblem& problem : ProblemsBetween(service + rule + plan)) {
    if (problem.resource == "Rollout ns/r") found.push_back(problem.path);
  }
  EXPECT_THAT(found, ElementsAre("spec.freshBaseline.subset"));
}

TEST(RolloutRetries, GoToTheBaselineWhereThePlanSaysSo) {
  EXPECT_TRUE(PlanOf(std::string(kArms) + kSteps + "retryOnBaseline: true").retry_on_baseline);
}

}  // namespace
}  // namespace meshroute
