// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "meshroute/config/rollout_plan.h"
#include "tests/config/analyze.h"
#include "tests/config/validation_cases.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kArms[] =
    "virtualService: reviews\nbaseline: {host: a, subset: v1}\ncanary: {host: a, subset: v2}\n";

// A plan of which "@" is one field of the analysis.
std::string Analysis(const std::string& rest = "stepWeights: [5, 100]") {
  return kArms + ("analysis: {@, " + rest + "}");
}
constexpr char kMetrics[] = "metrics: [{name: request-success-rate}]";
const std::string kWithMetrics = std::string("stepWeights: [5, 100], ") + kMetrics;

RolloutPlan PlanOf(const std::string& spec) {
  const Loaded loaded = Loaded::Spec("Rollout", spec);
  EXPECT_THAT(loaded.errors(), testing::IsEmpty());
  return loaded.resources().rollouts.at(0);
}

std::vector<double> WeightsOf(const RolloutPlan& plan) {
  std::vector<double> weights;
  for (const RolloutStep& step : StepsOf(plan)) weights.push_back(step.weight);
  return weights;
}

TEST(ValidateRollout, NamesARuleAndTwoDestinations) {
  ExpectErrors(
      "Rollout", "@\nanalysis: {" + kWithMetrics + "}",
      {{"baseline: {host: a, subset: v1}\ncanary: {host: a, subset: v2}", kArms,
        "spec.virtualService", "must be set"},
       {"virtualService: a/b/c\nbaseline: {host: a, subset: v1}\ncanary: {host: b}",
        "virtualService: a/b\nbaseline: {host: a, subset: v1}\ncanary: {host: b}",
        "spec.virtualService", "must be a name"},
       {"virtualService: v\ncanary: {host: b}",
        "virtualService: v\nbaseline: {host: a}\ncanary: {host: b}", "spec.baseline", "is missing"},
       {"virtualService: v\nbaseline: {host: a}\ncanary: {host: a}",
        "virtualService: v\nbaseline: {host: a}\ncanary: {host: a, subset: v2}", "spec.canary",
        "must be another destination"}});
}

TEST(ValidateRollout, WeightsRiseWithin100) {
  ExpectErrors(
      "Rollout", Analysis(kMetrics),
      {{"stepWeights: [5, 5]", "stepWeights: [5, 6]", "spec.analysis.stepWeights[1]",
        "above the step before"},
       {"stepWeights: [0]", "stepWeights: [0.001]", "spec.analysis.stepWeights[0]", "above 0"},
       {"stepWeights: [100.5]", "stepWeights: [100]", "spec.analysis.stepWeights[0]",
        "at most 100"},
       {"stepWeights: [0.0005]", "stepWeights: [0.125]", "spec.analysis.stepWeights[0]",
        "three decimals"},
       {"stepWeights: [5, 95, 100], holdback: 5", "stepWeights: [5, 95, 100], holdback: 4",
        "spec.analysis.holdback", "above the step before, 95"},
       {"stepWeights: [50, 100], holdback: 50", "stepWeights: [50, 100], holdback: 49",
        "spec.analysis.holdback", "leaves 50"},
       {"holdback: 6", "stepWeights: [5]", "spec.analysis", "must have stepWeights"},
       {"maxWeight: 50, stepWeights: [5]", "maxWeight: 50, stepWeight: 5",
        "spec.analysis.maxWeight", "needs stepWeight"},
       {"stepWeight: 0.5", "stepWeight: 50", "spec.analysis.stepWeight", "more than 100 steps"},
       {"steps: [{weight: 5}, {weight: 4}]", "steps: [{weight: 5}, {weight: 6}]",
        "spec.analysis.steps[1].weight", "above the step before"},
       {"steps: [{weight: 5, gate: g}]",
        "steps: [{weight: 5, gate: g}], gates: [{name: g, type: "
        "confirm-traffic-increase}]",
        "spec.analysis.steps[0].gate", "is not among"}});
}

TEST(ValidateRollout, MetricsAreKnownAndWithinTheirRanges) {
  const auto metric = [](const std::string& fields) {
    return "metrics: [{name: request-success-rate, " + fields + "}]";
  };
  const auto latency = [](const std::string& fields) {
    return "metrics: [{name: request-duration, " + fields + "}]";
  };
  const std::string good = metric("weight: 1");
  const std::string at = "spec.analysis.metrics[0].";
  ExpectErrors(
      "Rollout", Analysis(),
      {{"holdback: 6", good, "spec.analysis.metrics", "must have a metric"},
       {"metrics: [{name: error-rate}]", good, at + "name", "must be request-success-rate"},
       {metric("thresholdRange: {min: 100}"), metric("thresholdRange: {min: 99.9}"),
        at + "thresholdRange.min", "below 100"},
       {metric("thresholdRange: {}"), good, at + "thresholdRange", "must set min"},
       {metric("thresholdRange: {min: 9, max: 5}"), good, at + "thresholdRange.max", "not belong"},
       {latency("thresholdRange: {max: 0}"), latency("thresholdRange: {max: 1}"),
        at + "thresholdRange.max", "above 0"},
       {metric("baseline: {maxRatio: 0.9}"), metric("baseline: {maxRatio: 1}"),
        at + "baseline.maxRatio", "from 1"},
       {metric("baseline: {slack: 100}"), metric("baseline: {slack: 99}"), at + "baseline.slack",
        "below 100"},
       {metric("baseline: {maxIncrease: 5}"), latency("baseline: {maxIncrease: 5}"),
        at + "baseline.maxIncrease", "not belong"},
       {metric("badStatus: [6xx]"), metric("badStatus: [4xx, '503', reset]"), at + "badStatus[0]",
        "must be a status"},
       {latency("percentile: 100"), latency("percentile: 99.9"), at + "percentile", "below 100"},
       {"metrics: [{name: reported-success-rate, badStatus: [5xx]}]",
        "metrics: [{name: reported-success-rate, thresholdRange: {min: 99}}]", at + "badStatus",
        "not belong"},
       {"metrics: [{name: reported-success-rate}], sessionAffinity: {key: {httpHeaderName: u}}",
        "metrics: [{name: request-success-rate}], sessionAffinity: {key: {httpHeaderName: u}}",
        at + "name", "counts each user once"},
       {metric("weight: 0"), good, at + "weight", "dryRun"},
       {"metrics: [{name: request-success-rate}, {name: request-success-rate}]",
        "metrics: [{name: request-duration}, {name: request-duration, percentile: 50}]",
        "spec.analysis.metrics[1].name", "measured before"}});
}

TEST(ValidateRollout, NumbersAndTimesAreWithinTheirRanges) {
  const std::string at = "spec.analysis.";
  ExpectErrors("Rollout", Analysis(kWithMetrics),
               {{"falseRollbackProbability: 0.51", "falseRollbackProbability: 0.5",
                 at + "falseRollbackProbability", "at most 0.5"},
                {"falseRollbackProbability: 0", "falseRollbackProbability: 0.0001",
                 at + "falseRollbackProbability", "above 0"},
                {"holdback: 51", "holdback: 50", at + "holdback", "0 to 50"},
                {"interval: 0.5s", "interval: 1s", at + "interval", "from 1s"},
                {"maturity: 61s", "maturity: 0s", at + "maturity", "0s to 60s"},
                {"maxDuration: 59s", "maxDuration: 60s", at + "maxDuration", "below minDuration"},
                {"threshold: 0", "threshold: 1", at + "threshold", "1 or more"},
                {"gates: [{type: rollback}]", "gates: [{name: g, type: rollback}]",
                 at + "gates[0].name", "must be set"},
                {"sessionAffinity: {key: {httpHeaderName: ''}}", "sessionAffinity: {key: {}}",
                 at + "sessionAffinity.key.httpHeaderName", "must not be empty"},
                {"match: [{port: 70000}]", "match: [{port: 7000}]", at + "match[0].port", ""}});
}

TEST(ValidateRollout, AStepThatNothingJudgesIsRefused) {
  const std::string with_limit =
      "metrics: [{name: request-success-rate, thresholdRange: {min: 99}}]";
  for (const std::string blind :
       {"analysis: {stepWeights: [100], holdback: 0, @}", "strategy: blueGreen\nanalysis: {@}",
        "strategy: abTest\nanalysis: {match: [{port: 80}], @}",
        "postPromotion: {watch: 1m}\nanalysis: {stepWeights: [5], @}"}) {
    SCOPED_TRACE(blind);
    const auto refused = ProblemsOf("Rollout", Filled(kArms + blind, kMetrics));
    ASSERT_EQ(refused.size(), 1U);
    EXPECT_EQ(refused[0].path, "spec.analysis.metrics");
    EXPECT_THAT(refused[0].message, HasSubstr("would be blind"));

    const auto warned = ProblemsOf("Rollout", Filled(kArms + blind, with_limit));
    ASSERT_EQ(warned.size(), 1U);
    EXPECT_EQ(warned[0].severity, Severity::kWarning);
    EXPECT_THAT(warned[0].message, HasSubstr("hits both versions"));
  }
}

TEST(ValidateRollout, DoubtfulChoicesAreWarnedOf) {
  ExpectWarnings(
      "Rollout", Analysis(kWithMetrics),
      {{"minRequests: 8", "minRequests: 9", "spec.analysis.minRequests", "always fails"},
       {"minDuration: 31m", "minDuration: 30m", "spec.analysis.interval", "124 stakes"}});
  ExpectWarnings("Rollout", Analysis(kMetrics),
                 {{"stepWeights: [5, 97, 100]", "stepWeights: [5, 94, 100]",
                   "spec.analysis.holdback", "is 1.5 instead of 5"},
                  {"steps: [{weight: 95}, {weight: 100}]", "stepWeight: 5",
                   "spec.analysis.holdback", "watched at 97.5"}});
  ExpectWarnings("Rollout", Analysis("stepWeights: [5]"),
                 {{"metrics: [{name: request-success-rate, dryRun: true}]", kMetrics,
                   "spec.analysis.metrics", "nothing can roll this back"}});
  ExpectErrors("Rollout", Analysis("mode: classic, stepWeights: [5]"),
               {{kMetrics, "metrics: [{name: request-success-rate, thresholdRange: {min: 99}}]",
                 "spec.analysis.metrics", "classic mode"}});
}

TEST(ValidateRollout, RollbackStepsFall) {
  const std::string spec = kArms + ("analysis: {" + kWithMetrics + "}\n@");
  ExpectErrors("Rollout", spec,
               {{"rollback: {steps: [10, 20]}", "rollback: {steps: [20, 10]}",
                 "spec.rollback.steps[1]", "below 10"},
                {"rollback: {drain: -1s}", "rollback: {drain: 1s}", "spec.rollback.drain", "0s"},
                {"postPromotion: {watch: -1s}", "dryRun: true", "spec.postPromotion.watch", "0s"}});
  ExpectWarnings(
      "Rollout", spec,
      {{"rollback: {minBaselineEndpoints: 2}", "rollback: {minBaselineEndpoints: 2, steps: [5]}",
        "spec.rollback.minBaselineEndpoints", "does nothing"},
       {"promote: false", "promote: true", "spec.promote", "abTest only"}});
}

TEST(RolloutPlan, HasTheDefaultsOfItsReference) {
  const RolloutPlan plan = PlanOf(kArms + ("analysis: {" + kWithMetrics + "}"));
  const RolloutAnalysis& analysis = plan.analysis;
  EXPECT_EQ(plan.strategy, RolloutPlan::Strategy::kCanary);
  EXPECT_EQ(analysis.mode, RolloutAnalysis::Mode::kSequential);
  EXPECT_EQ(analysis.interval, 30s);
  EXPECT_EQ(analysis.min_duration, 60s);
  EXPECT_EQ(analysis.max_duration, 1h);
  EXPECT_EQ(analysis.min_requests, 1000U);
  EXPECT_EQ(analysis.on_timeout, RolloutAnalysis::OnTimeout::kPause);
  EXPECT_EQ(analysis.false_rollback_probability, 0.001);
  EXPECT_EQ(HoldbackOf(plan), 5);
  EXPECT_EQ(MatchShareOf(plan), 1);
  EXPECT_EQ(FreshShareOf(plan, 0.05), 0);
  EXPECT_FALSE(plan.retry_on_baseline);
  EXPECT_EQ(analysis.warmup, 0s);
  EXPECT_TRUE(analysis.endpoints.eject_suspects);
  EXPECT_EQ(analysis.endpoints.suspect_grace, 60s);
  const RolloutMargins success = MarginsOf(analysis.metrics[0]);
  EXPECT_EQ(success.ratio, 1.5);
  EXPECT_EQ(success.slack, 0.001);
  EXPECT_EQ(WeightOf(analysis.metrics[0]), 2);
  RolloutMetric latency;
  latency.name = kRequestDuration;
  EXPECT_EQ(MarginsOf(latency).ratio, 1.25);
  EXPECT_EQ(MarginsOf(latency).slack, 0.002);
  EXPECT_EQ(MarginsOf(latency).increase, 0.1);
  EXPECT_EQ(WeightOf(latency), 1);
  EXPECT_EQ(AllowedRateOf(latency), std::nullopt);
}

TEST(RolloutPlan, StepsAreTheSameWhicheverWayTheyAreWritten) {
  const auto plan = [](const std::string& steps) {
    return PlanOf(kArms + ("analysis: {" + steps + ", " + kMetrics + "}"));
  };
  EXPECT_THAT(WeightsOf(plan("stepWeights: [5, 50]")), ElementsAre(5, 50));
  EXPECT_THAT(WeightsOf(plan("steps: [{weight: 5}, {weight: 50}]")), ElementsAre(5, 50));
  EXPECT_THAT(WeightsOf(plan("stepWeight: 20, maxWeight: 50")), ElementsAre(20, 40, 50));
  EXPECT_THAT(WeightsOf(plan("stepWeight: 50")), ElementsAre(50, 100));
  EXPECT_THAT(WeightsOf(plan("stepWeight: 20, holdback: 20")), ElementsAre(20, 40, 60, 100));
  const std::vector<RolloutStep> steps =
      StepsOf(plan("steps: [{weight: 5, minRequests: 7}], minDuration: 9s"));
  EXPECT_EQ(steps[0].min_requests, 7U);
  EXPECT_EQ(steps[0].min_duration, 9s);
}

TEST(RolloutPlan, ALastStepOf100KeepsTheHoldback) {
  RolloutPlan plan = PlanOf(kArms + ("analysis: {" + kWithMetrics + "}"));
  const std::vector<RolloutStep> steps = StepsOf(plan);
  EXPECT_EQ(CanaryShareOf(plan, steps, 0), 0.05);
  EXPECT_EQ(CanaryShareOf(plan, steps, 1), 0.95);
  plan.analysis.holdback = 0;
  EXPECT_EQ(CanaryShareOf(plan, steps, 1), 1);
}

TEST(RolloutPlan, AHoldbackThatNobodyWroteLeavesTheLastStepAStepForward) {
  const auto last_share = [](const std::string& weights) {
    const RolloutPlan plan =
        PlanOf(kArms + ("analysis: {stepWeights: [" + weights + "], " + kMetrics + "}"));
    const std::vector<RolloutStep> steps = StepsOf(plan);
    return 100 * CanaryShareOf(plan, steps, steps.size() - 1);
  };
  EXPECT_EQ(last_share("5, 94, 100"), 95);
  EXPECT_EQ(last_share("5, 95, 100"), 97.5);
  EXPECT_EQ(last_share("5, 97, 100"), 98.5);
  EXPECT_EQ(last_share("99.998, 99.999, 100"), 99.9995);
  EXPECT_EQ(last_share("5, 97, 98"), 98) << "a last step below 100 keeps nothing back";
  EXPECT_EQ(last_share("100"), 95);
}

TEST(AnalyzeRollout, FindsTheRuleAndTheSubsetsThatItSteers) {
  const std::string service = Object("VirtualService", "v",
                                     "hosts: [a.com], http: [{name: one, route: [{destination: "
                                     "{host: a.com}}]}, {name: two, route: [{destination: {host: "
                                     "a.com}}]}]");
  const std::string rule = Object("DestinationRule", "d",
                                  "host: a.com, subsets: [{name: v1, labels: {v: '1'}}, {name: v2, "
                                  "labels: {v: '2'}}]");
  const auto problems = [&](const std::string& spec, const std::string& subset) {
    std::vector<std::string> found;
    const std::string plan = Object(
        "Rollout", "r",
        spec + ", baseline: {host: a.com, subset: v1}, canary: {host: a.com, subset: " + subset +
            "}, analysis: {" + kWithMetrics + "}");
    for (const ConfigProblem& problem : ProblemsBetween(service + rule + plan)) {
      if (problem.resource == "Rollout ns/r") found.push_back(problem.path + problem.message);
    }
    return found;
  };
  EXPECT_THAT(problems("virtualService: v, route: one", "v2"), testing::IsEmpty());
  EXPECT_THAT(problems("virtualService: ns/v, route: two", "v2"), testing::IsEmpty());
  EXPECT_THAT(problems("virtualService: w, route: one", "v2"),
              ElementsAre(HasSubstr("spec.virtualService")));
  EXPECT_THAT(problems("virtualService: v", "v2"), ElementsAre(HasSubstr("has 2")));
  EXPECT_THAT(problems("virtualService: v, route: three", "v2"), ElementsAre(HasSubstr("three")));
  EXPECT_THAT(problems("virtualService: v, route: one", "v3"),
              ElementsAre(HasSubstr("spec.canary.subset")));
}

TEST(ValidateRollout, MirroringNeedsSomethingToComparePairsBy) {
  const std::string good = std::string("mirror: true, ") + kMetrics;
  const std::string at = "spec.analysis.";
  ExpectErrors(
      "Rollout", Analysis(),
      {{good + ", mirrorWeight: 0", good + ", mirrorWeight: 0.5", at + "mirrorWeight", "above 0"},
       {good + ", mirrorWeight: 101", good + ", mirrorWeight: 100", at + "mirrorWeight",
        "at most 100, got 101"},
       {std::string("mirrorWeight: 50, ") + kMetrics, good + ", mirrorWeight: 50",
        at + "mirrorWeight", "needs mirror: true beside it"},
       {"mirror: true, mode: classic, metrics: [{name: request-success-rate, thresholdRange: "
        "{min: 99}}]",
        good, at + "mirror", "needs mode sequential"},
       {"mirror: true, metrics: [{name: reported-success-rate}]",
        "mirror: true, metrics: [{name: reported-success-rate}, {name: request-duration}]",
        at + "mirror", "needs the metric request-success-rate or request-duration"},
       {"mirror: true, metrics: [{name: request-success-rate, dryRun: true}]", good, at + "mirror",
        "without dryRun"},
       {good + ", baselining: {minRequests: 0}", good + ", baselining: {minRequests: 1}",
        at + "baselining.minRequests", "no pair would be seen"},
       {good + ", baselining: {maxDuration: 0s}", good + ", baselining: {maxDuration: 1s}",
        at + "baselining.maxDuration", "no pair would be seen"}});
}

TEST(ValidateRollout, EverythingThatIsWrongWithMirroringIsToldAtOnce) {
  const std::vector<ConfigProblem> problems = ProblemsOf(
      "Rollout",
      kArms + std::string("strategy: abTest\nanalysis: {mirror: true, mirrorWeight: 0, mode: none, "
                          "match: [{headers: {x-tester: {exact: y}}}], "
                          "baselining: {minRequests: 0, maxDuration: 0s}}"));
  EXPECT_THAT(Texts(problems),
              ElementsAre(HasSubstr("spec.analysis.mirrorWeight: must be a percentage above 0"),
                          HasSubstr("spec.analysis.mirror: must not be true of an abTest"),
                          HasSubstr("spec.analysis.mirror: needs mode sequential"),
                          HasSubstr("spec.analysis.mirror: needs the metric"),
                          HasSubstr("spec.analysis.baselining.minRequests: must be 1 or more"),
                          HasSubstr("spec.analysis.baselining.maxDuration: must be above 0s")));
}

TEST(RolloutPlan, ReadsFlaggersNamesForMirroring) {
  const auto share = [](const std::string& fields) {
    return MirrorShareOf(PlanOf(kArms + ("analysis: {" + kWithMetrics + fields + "}")));
  };
  EXPECT_EQ(share(""), 0);
  EXPECT_EQ(share(", mirror: false"), 0);
  EXPECT_EQ(share(", mirror: true"), 1);
  EXPECT_EQ(share(", mirror: true, mirrorWeight: 30"), 0.3);
}

TEST(RolloutEnvelope, OnlyOurGroupHasTheKind) {
  const std::string spec = "\nkind: Rollout\nmetadata: {name: r}\nspec: {}\n";
  const Loaded argo = Loaded::Yaml("apiVersion: argoproj.io/v1alpha1" + spec);
  EXPECT_THAT(argo.errors(), testing::IsEmpty());
  EXPECT_TRUE(argo.resources().rollouts.empty());
  const Loaded old = Loaded::Yaml("apiVersion: meshroute.io/v1" + spec);
  EXPECT_THAT(old.errors(), ElementsAre(HasSubstr("must be meshroute.io/v1alpha1, got")));
  const Loaded own = Loaded::Yaml("apiVersion: meshroute.io/v1alpha1" + spec);
  EXPECT_EQ(own.resources().rollouts.size(), 1U);
}

}  // namespace
}  // namespace meshroute
