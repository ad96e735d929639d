// SPDX-License-Identifier: Apache-2.0
#include "meshroute/simulation/study.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "lib/simulation/report_numbers.h"
#include "lib/simulation/rollout_tally.h"
#include "lib/simulation/scenario_stream.h"
#include "meshroute/rollout/validated_plan.h"
#include "meshroute/simulation/expectation.h"
#include "meshroute/simulation/report.h"
#include "meshroute/simulation/simulation.h"

namespace meshroute {
namespace {

void Sort(StudyValues& values) { std::sort(values.sorted.begin(), values.sorted.end()); }

void AddRollouts(const SimulationResult& result, StudyResult& study) {
  study.rollouts.resize(std::max(study.rollouts.size(), result.rollouts.size()));
  for (size_t i = 0; i < result.rollouts.size(); ++i) {
    const RolloutOutcome& outcome = result.rollouts[i];
    StudyRollout& rollout = study.rollouts[i];
    rollout.name = outcome.name;
    if (outcome.rollback_at.has_value()) {
      ++rollout.rolled_back;
      rollout.rollback_seconds.sorted.push_back(SecondsOf(*outcome.rollback_at));
      rollout.users_hurt.sorted.push_back(static_cast<double>(outcome.users_hurt));
    } else if (outcome.promoted_at.has_value()) {
      ++rollout.promoted;
      rollout.promotion_seconds.sorted.push_back(SecondsOf(*outcome.promoted_at));
    }
  }
}

}  // namespace

double StudyValues::Percentile(double percent) const {
  return PercentileOf(sorted, percent).value_or(0);
}

StudyResult RunStudy(const LoadedScenario& loaded, uint64_t seed, uint64_t runs) {
  StudyResult study;
  study.name = loaded.scenario.name;
  study.runs = runs;
  study.first_seed = seed;
  for (uint64_t run = 0; run < runs; ++run) {
    SimulationReport report;
    report.result = Simulate(loaded, seed + run);
    report.expectations = CheckExpectations(loaded.scenario, report.result);
    study.all_met += report.all_met() ? 1 : 0;
    const CallCounts& all = report.result.total.all;
    study.failed_percent.sorted.push_back(PercentOf(all.failed, all.calls));
    study.p99_milliseconds.sorted.push_back(MillisecondsOf(all.latency.Percentile(99)));
    AddRollouts(report.result, study);
  }
  Sort(study.failed_percent);
  Sort(study.p99_milliseconds);
  for (StudyRollout& rollout : study.rollouts) {
    Sort(rollout.rollback_seconds);
    Sort(rollout.users_hurt);
    Sort(rollout.promotion_seconds);
  }
  return study;
}

absl::StatusOr<StudyResult> RunFastStudy(const LoadedScenario& loaded, uint64_t seed,
                                         uint64_t runs) {
  const std::vector<ValidatedPlan> plans = ValidatedPlan::AllOf(loaded.rules);
  if (plans.size() != 1) {
    return absl::FailedPreconditionError("a fast study needs a scenario with one Rollout");
  }
  const std::vector<RolloutMetric>& metrics = plans.front().plan().analysis.metrics;
  const bool is_simple =
      std::all_of(metrics.begin(), metrics.end(),
                  [](const RolloutMetric& metric) { return metric.name == kRequestSuccessRate; });
  if (metrics.size() != 1 || !is_simple) {
    return absl::FailedPreconditionError(
        "a fast study looks at the success rate alone; leave --fast out");
  }
  const RolloutStream stream = StreamOf(loaded, plans.front());
  const RolloutTally tally =
      TallyOf(plans.front(), [&stream](uint64_t) { return stream; },
              {.runs = runs, .seed = seed, .limit = loaded.scenario.duration});
  StudyResult study;
  study.name = loaded.scenario.name;
  study.runs = runs;
  study.first_seed = seed;
  StudyRollout& rollout = study.rollouts.emplace_back();
  rollout.name = plans.front().name();
  rollout.rolled_back = tally.rolled_back;
  rollout.promoted = tally.promoted;
  rollout.rollback_seconds.sorted = tally.rollback_seconds;
  rollout.users_hurt.sorted = tally.failures;
  rollout.promotion_seconds.sorted = tally.promotion_seconds;
  return study;
}

}  // namespace meshroute
