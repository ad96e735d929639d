// SPDX-License-Identifier: Apache-2.0
#include "lib/simulation/acceptance_flagger.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/simulation/rollout_tally.h"

namespace meshroute {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

// A rule, and what the model of it gave.
struct Rule {
  std::string name;
  uint32_t threshold = 0;  // 0: ours.
  Duration interval{seconds(30)};
  const char* false_rollbacks;  // 100 requests/s, 0.1 and 0.5 %; 10 requests/s, 0.5 %.
  const char* five_percent;     // Median time.
  const char* one_percent;      // Found.
};

StreamOfRun Steady(double rate, double baseline_bad, double canary_bad) {
  return [=](uint64_t) -> RolloutStream {
    return [=](const StreamTime&) -> StreamMoment { return {rate, baseline_bad, {canary_bad}}; };
  };
}

class Comparison {
 public:
  Comparison(const Rule& rule, const AcceptanceEffort& effort) : rule_(rule), effort_(effort) {}

  // Share of healthy rollouts that are taken back.
  double FalseRollbacks(double rate, double bad) const {
    const AcceptancePlan plan = IsClassic() ? OneCheckPerStep() : AcceptancePlan();
    const RolloutTally tally = Run(plan, Steady(rate, bad, bad), 10'000, hours(2));
    return tally.Percent(tally.rolled_back);
  }

  double SecondsForFivePercent() const {
    AcceptancePlan plan;
    plan.step = hours(10);
    const RolloutTally tally = Run(plan, Steady(100, 0.001, 0.05), 2000, hours(2));
    return PercentileOfRuns(tally.rollback_seconds, tally.runs, 50);
  }

  double FoundOnePercent() const {
    AcceptancePlan plan = OneCheckPerStep();
    if (!IsClassic()) {
      plan = {.step = seconds(60), .last_step = seconds(300), .requests = 1000, .holdback = 5};
    }
    const RolloutTally tally = Run(plan, Steady(100, 0.001, 0.01), 2000, hours(2));
    return tally.Percent(tally.rolled_back);
  }

 private:
  bool IsClassic() const { return rule_.threshold > 0; }

  // As Flagger goes on: a step with each check that passes.
  AcceptancePlan OneCheckPerStep() const {
    AcceptancePlan plan;
    plan.step = rule_.interval;
    return plan;
  }

  RolloutTally Run(AcceptancePlan plan, const StreamOfRun& stream, double runs,
                   Duration limit) const {
    plan.threshold = rule_.threshold;
    plan.interval = rule_.interval;
    TallyOptions options{.seed = effort_.seed, .limit = limit};
    options.runs = static_cast<uint64_t>(std::max(1.0, std::round(runs * effort_.share)));
    return TallyOf(MakePlan(plan), stream, options);
  }

  const Rule& rule_;
  const AcceptanceEffort& effort_;
};

// What came out for one rule.
struct Row {
  double false_rollbacks[3];  // Percent, in the order of Rule::false_rollbacks.
  double seconds = 0;
  double found = 0;  // Percent.

  double loudest() const { return *std::max_element(false_rollbacks, false_rollbacks + 3); }
};

Row RowOf(const Rule& rule, const AcceptanceEffort& effort) {
  const Comparison comparison(rule, effort);
  return {.false_rollbacks = {comparison.FalseRollbacks(100, 0.001),
                              comparison.FalseRollbacks(100, 0.005),
                              comparison.FalseRollbacks(10, 0.005)},
          .seconds = comparison.SecondsForFivePercent(),
          .found = comparison.FoundOnePercent()};
}

// Whether `row` takes a faulty version back as fast as `ours`, and healthy ones as rarely.
bool IsAsGood(const Row& row, const Row& ours) {
  return row.seconds <= ours.seconds && row.loudest() <= ours.loudest();
}

constexpr double kLoudest = 0.02;      // Percent.
constexpr double kSlowest = 24 * 1.2;  // Seconds: 1.2 times the model.
constexpr double kFewestFound = 97;    // Percent.

}  // namespace

void RunFlaggerRule(const AcceptanceEffort& effort, const TellLine& tell) {
  const Rule rules[] = {
      {"60 s, threshold 10", 10, seconds(60), "0, 0, 0 %", "660 s", "1.3 %"},
      {"60 s, threshold 5", 5, seconds(60), "0, 0, 0.4 %", "360 s", "19 %"},
      {"60 s, threshold 1", 1, seconds(60), "0.1, 17.6, 44 %", "120 s", "86 %"},
      {"10 s, threshold 5", 5, seconds(10), "0, 0.3, 0.05 %", "60 s", "14 %"},
      {"10 s, threshold 1", 1, seconds(10), "9.4, 44, 28 %", "20 s", "82 %"},
      {"sequential, defaults", 0, seconds(30), "0, 0, 0 %", "24 s", "98.9 %"},
  };
  std::vector<Row> rows;
  for (const Rule& rule : rules) {
    const Row& row = rows.emplace_back(RowOf(rule, effort));
    const bool is_ours = rule.threshold == 0;
    tell({rule.name + ": healthy rolled back; 5 % canary; 1 % canary found",
          is_ours ? "each at most 0.02 %; at most 1.2 times the model; at least 97 %"
                  : "none: the yardstick",
          absl::StrCat(rule.false_rollbacks, "; ", rule.five_percent, "; ", rule.one_percent),
          absl::StrFormat("%.3g, %.3g, %.3g %%; %g s; %.3g %%", row.false_rollbacks[0],
                          row.false_rollbacks[1], row.false_rollbacks[2], row.seconds, row.found),
          !is_ours ||
              (row.loudest() <= kLoudest && row.seconds <= kSlowest && row.found >= kFewestFound)});
  }
  const auto as_good = std::count_if(
      rows.begin(), rows.end() - 1, [&rows](const Row& row) { return IsAsGood(row, rows.back()); });
  tell({"of the others, both as fast and as quiet as the sequential one", "none", "none",
        absl::StrCat(as_good, " of ", rows.size() - 1), as_good == 0});
}

}  // namespace meshroute
