// SPDX-License-Identifier: Apache-2.0
#include "lib/simulation/rollout_acceptance.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/simulation/acceptance_flagger.h"
#include "lib/simulation/latency_sampler.h"
#include "lib/simulation/report_numbers.h"
#include "lib/simulation/rollout_tally.h"
#include "lib/simulation/sticky_stream.h"

namespace meshroute {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr double kPercent = 0.01;

// What the bars of times allow above the model.
constexpr double kSlack = 1.2;

// Rates that do not change, or change once at `fault_at`.
StreamOfRun Steady(double rate, double baseline_bad, double canary_bad,
                   Duration fault_at = Duration::zero()) {
  return [=](uint64_t) -> RolloutStream {
    return [=](const StreamTime& time) -> StreamMoment {
      return {rate, baseline_bad, {time.since_first_step >= fault_at ? canary_bad : baseline_bad}};
    };
  };
}

TallyOptions Options(const AcceptanceEffort& effort, double runs, Duration limit) {
  const double scaled = std::max(1.0, std::round(runs * effort.share));
  return {.runs = static_cast<uint64_t>(scaled), .seed = effort.seed, .limit = limit};
}

// Whether at most `of_10000` of 10,000 are `count`; few runs may have none.
bool AtMost(uint64_t count, double of_10000, uint64_t runs) {
  return static_cast<double>(count) * 10'000 <= of_10000 * static_cast<double>(runs);
}

std::string Of(uint64_t count, uint64_t runs) { return absl::StrCat(count, " of ", runs); }

// Healthy rollouts of which next to none may be rolled back.
void TellQuiet(const std::string& test, const RolloutTally& tally, double of_10000,
               const std::string& model, const TellLine& tell) {
  tell({test, absl::StrFormat("at most %g of 10000 rolled back", of_10000), model,
        Of(tally.rolled_back, tally.runs), AtMost(tally.rolled_back, of_10000, tally.runs)});
}

// Medians and 95th percentiles against those of the model, over all runs.
void TellTimes(const std::string& test, const RolloutTally& tally, double median, double p95,
               const TellLine& tell) {
  const double m = PercentileOfRuns(tally.rollback_seconds, tally.runs, 50);
  const double p = PercentileOfRuns(tally.rollback_seconds, tally.runs, 95);
  const bool all = tally.rolled_back == tally.runs;
  // Times are whole seconds: one more is within what a single second can tell.
  const auto within = [](double value, double model) {
    return value <= std::max(model * kSlack, model + 1);
  };
  tell({test, "at most 1.2 times the model", absl::StrFormat("%g s, p95 %g s", median, p95),
        absl::StrFormat("%g s, p95 %g s%s", m, p,
                        all ? "" : absl::StrCat(", of ", Of(tally.rolled_back, tally.runs))),
        within(m, median) && within(p, p95)});
}

void RunIdentical(const AcceptanceEffort& effort, const TellLine& tell) {
  const ValidatedPlan plan = MakePlan({});
  uint64_t held = 0;
  uint64_t runs = 0;
  for (const double rate : {10.0, 100.0, 1000.0}) {
    for (const double bad : {0.0, 0.05, 0.1, 0.3, 0.5}) {
      const RolloutTally tally = TallyOf(plan, Steady(rate, bad * kPercent, bad * kPercent),
                                         Options(effort, 10'000, hours(2)));
      held = std::max(held, tally.held);
      runs = tally.runs;
      TellQuiet(absl::StrFormat("A/A, %g requests/s, %g %% bad", rate, bad), tally, 2, "0 of 10000",
                tell);
    }
  }
  tell({"A/A, ever holding, worst of these", "at most 1 %", "at most 0.41 %", Of(held, runs),
        AtMost(held, 100, runs)});
}

void RunMargin(const AcceptanceEffort& effort, const TellLine& tell) {
  RolloutTally all;
  for (const double rate : {100.0, 1000.0}) {
    for (const double bad : {0.05, 0.1, 0.3, 0.5}) {
      const double baseline = bad * kPercent;
      const RolloutTally tally =
          TallyOf(MakePlan({.weights = {5, 10, 50, 95}}),
                  Steady(rate, baseline, 1.5 * baseline + 0.001), Options(effort, 1000, hours(2)));
      all.runs += tally.runs;
      all.rolled_back += tally.rolled_back;
    }
  }
  TellQuiet("canary exactly at the margin", all, 10, "0 of 8000", tell);
}

// Both arms fail for half a minute at a moment that the run's number draws.
StreamOfRun Incident(double rate, double bad, uint64_t seed) {
  return [=](uint64_t run) -> RolloutStream {
    SeededRandom random(seed ^ (run * 0x9e3779b97f4a7c15ULL));
    const auto from = Duration(static_cast<int64_t>(DrawUnit(random) * 1200e9));
    return [=](const StreamTime& time) -> StreamMoment {
      const Duration at = time.since_first_step;
      const double share = at >= from && at < from + seconds(30) ? bad : 0.001;
      return {rate, share, {share}};
    };
  };
}

void RunIncidents(const AcceptanceEffort& effort, const TellLine& tell) {
  const ValidatedPlan plan = MakePlan({.holdback = 5});
  for (const double bad : {2.0, 5.0, 50.0, 100.0}) {
    RolloutTally all;
    for (const double rate : {20.0, 100.0, 1000.0}) {
      const RolloutTally tally = TallyOf(plan, Incident(rate, bad * kPercent, effort.seed),
                                         Options(effort, 2000, hours(2)));
      all.runs += tally.runs;
      all.rolled_back += tally.rolled_back;
    }
    TellQuiet(absl::StrFormat("shared incident of %g %% for 30 s, holdback 5", bad), all, 2,
              "0 of 6000", tell);
  }
}

// A rate that drifts between 0.1 and 0.5 %, and every two minutes 30 % for 5 s.
StreamOfRun Drift(double rate, uint64_t seed) {
  return [=](uint64_t run) -> RolloutStream {
    SeededRandom random(seed ^ (run * 0x9e3779b97f4a7c15ULL));
    const double phase = DrawUnit(random);
    const double offset = DrawUnit(random) * 115;
    return [=](const StreamTime& time) -> StreamMoment {
      const double second = SecondsOf(time.since_first_step);
      double share = 0.003 + 0.002 * std::sin(2 * std::numbers::pi * (second / 600 + phase));
      const double within = std::fmod(std::max(0.0, second), 120) - offset;
      if (within >= 0 && within < 5) share = 0.3;
      return {rate, share, {share}};
    };
  };
}

void RunDrift(const AcceptanceEffort& effort, const TellLine& tell) {
  RolloutTally all;
  for (const double rate : {20.0, 100.0, 1000.0}) {
    const RolloutTally tally = TallyOf(MakePlan({.holdback = 5}), Drift(rate, effort.seed),
                                       Options(effort, 2000, hours(2)));
    all.runs += tally.runs;
    all.rolled_back += tally.rolled_back;
  }
  TellQuiet("drift of 0.1 to 0.5 % and bursts of 30 % for 5 s, holdback 5", all, 2, "0 of 6000",
            tell);
}

void RunSticky(const AcceptanceEffort& effort, const TellLine& tell) {
  const ValidatedPlan plan = MakePlan({.weights = {5, 10, 50}, .sticky = true});
  for (const uint64_t broken : {uint64_t{1}, uint64_t{20}}) {
    RolloutTally tally;
    const TallyOptions options = Options(effort, 300, seconds(900));
    for (uint64_t run = 0; run < options.runs; ++run) {
      AddOutcome(RunOnUsers(plan, {.broken = broken}, effort.seed + run * 7919, options.limit),
                 Duration::zero(), tally);
    }
    TellQuiet(
        absl::StrCat(broken, " always-failing sticky user", broken > 1 ? "s" : "", " among 2000"),
        tally, 2, "0 of 300", tell);
  }
}

// Ten endpoints of the canary, of which the first `down` fail always.
StreamOfRun Endpoints(size_t count, size_t down, double bad) {
  return [=](uint64_t) -> RolloutStream {
    return [=](const StreamTime&) -> StreamMoment {
      StreamMoment moment{100, 0.001, std::vector<double>(count, bad)};
      std::fill_n(moment.canary_bad.begin(), down, 1.0);
      return moment;
    };
  };
}

void RunEndpoints(const AcceptanceEffort& effort, const TellLine& tell) {
  const ValidatedPlan plan = MakePlan({.step = hours(10)});
  const RolloutTally down =
      TallyOf(plan, Endpoints(10, 1, 0.001), Options(effort, 500, seconds(600)));
  const double named = PercentileOfRuns(down.suspicion_seconds, down.runs, 50);
  tell({"1 of 10 endpoints down", "none rolled back, suspect named within 20 s",
        "0 of 500, named after 10 s",
        absl::StrFormat("%s, named after %g s", Of(down.rolled_back, down.runs), named),
        down.rolled_back == 0 && named <= 20});
  const std::pair<size_t, double> kCases[] = {{10, 36}, {5, 43}, {2, 85}};
  for (const auto& [count, model] : kCases) {
    const RolloutTally tally =
        TallyOf(plan, Endpoints(count, 0, 0.05), Options(effort, 500, hours(1)));
    const double median = PercentileOfRuns(tally.rollback_seconds, tally.runs, 50);
    tell({absl::StrCat("version fails 5 %, ", count, " endpoints"), "at most 1.2 times the model",
          absl::StrFormat("%g s", model), absl::StrFormat("%g s", median),
          median <= model * kSlack});
  }
}

void RunDetection(const AcceptanceEffort& effort, const TellLine& tell) {
  struct Case {
    double rate, bad, median, p95;
  };
  constexpr Case kCases[] = {
      {100, 100, 1, 2},  {100, 20, 5, 10}, {100, 5, 24, 52}, {100, 2, 91, 200}, {100, 1, 320, 663},
      {1000, 100, 1, 1}, {1000, 20, 1, 1}, {1000, 5, 3, 6},  {1000, 2, 10, 21}, {1000, 1, 34, 70}};
  const ValidatedPlan plan = MakePlan({.step = hours(10)});
  for (const Case& at : kCases) {
    const RolloutTally tally =
        TallyOf(plan, Steady(at.rate, 0.001, at.bad * kPercent), Options(effort, 2000, hours(3)));
    TellTimes(absl::StrFormat("0.1 %% -> %g %% at 5 %%, %g requests/s", at.bad, at.rate), tally,
              at.median, at.p95, tell);
    if (at.rate != 100 || at.bad != 5) continue;
    const double hurt = PercentileOfRuns(tally.failures, tally.runs, 50);
    tell({"users hurt by that fault of 5 %, 100 requests/s", "median at most 8", "6 to 8",
          absl::StrFormat("%g", hurt), hurt <= 8});
  }
}

void RunLateFaults(const AcceptanceEffort& effort, const TellLine& tell) {
  struct Case {
    const char* where;
    double holdback;
    int step;
    double median, p95;
  };
  constexpr Case kCases[] = {{"in step 1 (5 %)", 0, 0, 34, 63},
                             {"in step 2 (10 %)", 0, 1, 20, 37},
                             {"in step 3 (50 %)", 0, 2, 13, 21},
                             {"in the last step at 95 %", 5, 3, 85, 121},
                             {"in the last step at 100 %", 0, 3, 4, 8}};
  for (const Case& at : kCases) {
    const Duration fault = seconds(300 * at.step + 150);
    TallyOptions options = Options(effort, 2000, hours(3));
    options.from = fault;
    const RolloutTally tally =
        TallyOf(MakePlan({.holdback = at.holdback}), Steady(100, 0.001, 0.05, fault), options);
    TellTimes(absl::StrCat("late fault of 5 % ", at.where), tally, at.median, at.p95, tell);
  }
}

const AcceptancePlan kUsualPlan{
    .step = seconds(60), .last_step = seconds(300), .requests = 1000, .holdback = 5};

void RunHealthy(const AcceptanceEffort& effort, const TellLine& tell) {
  const std::pair<double, double> kCases[] = {{20, 1902}, {100, 661}, {1000, 480}};
  for (const auto& [rate, model] : kCases) {
    const RolloutTally tally =
        TallyOf(MakePlan(kUsualPlan), Steady(rate, 0.001, 0.001), Options(effort, 1000, hours(3)));
    const double median = PercentileOfRuns(tally.promotion_seconds, tally.runs, 50);
    tell({absl::StrFormat("healthy plan, %g requests/s: promoted after", rate),
          "at most 5 % above the model", absl::StrFormat("%g s", model),
          absl::StrFormat("%g s, %s", median, Of(tally.promoted, tally.runs)),
          median <= model * 1.05 && tally.promoted == tally.runs});
  }
}

void RunMistakes(const AcceptanceEffort& effort, const TellLine& tell) {
  struct Case {
    double rate, bad, runs, most_percent;
    const char* model;
  };
  constexpr Case kCases[] = {{100, 1, 2000, 3, "1.1 %"},    {20, 1, 2000, 6, "3.6 %"},
                             {1000, 1, 2000, 0.05, "0"},    {100, 2, 2000, 0, "0 of 2000"},
                             {100, 0.5, 1000, 100, "82 %"}, {20, 0.5, 1000, 100, "83 %"},
                             {1000, 0.5, 1000, 2, "0.4 %"}};
  for (const Case& at : kCases) {
    const RolloutTally tally =
        TallyOf(MakePlan(kUsualPlan), Steady(at.rate, 0.001, at.bad * kPercent),
                Options(effort, at.runs, hours(3)));
    tell({absl::StrFormat("canary of %g %% promoted by mistake, %g requests/s", at.bad, at.rate),
          at.most_percent < 100 ? absl::StrFormat("at most %g %%", at.most_percent)
                                : "none: below the promise of 1000 requests",
          at.model,
          absl::StrFormat("%.3g %% (%s)", tally.Percent(tally.promoted),
                          Of(tally.promoted, tally.runs)),
          tally.Percent(tally.promoted) <= at.most_percent});
  }
}

}  // namespace

const std::vector<AcceptanceTest>& AcceptanceTests() {
  static const std::vector<AcceptanceTest>* const kTests = new std::vector<AcceptanceTest>{
      {"identical", RunIdentical}, {"margin", RunMargin},       {"incidents", RunIncidents},
      {"drift", RunDrift},         {"sticky", RunSticky},       {"endpoints", RunEndpoints},
      {"detection", RunDetection}, {"late", RunLateFaults},     {"healthy", RunHealthy},
      {"mistakes", RunMistakes},   {"flagger", RunFlaggerRule},
  };
  return *kTests;
}

std::vector<AcceptanceLine> RunAcceptance(const AcceptanceEffort& effort, const std::string& only,
                                          const TellLine& tell) {
  std::vector<AcceptanceLine> lines;
  for (const AcceptanceTest& test : AcceptanceTests()) {
    if (!only.empty() && only != test.name) continue;
    test.run(effort, [&](const AcceptanceLine& line) {
      lines.push_back(line);
      if (tell) tell(line);
    });
  }
  return lines;
}

}  // namespace meshroute
