// SPDX-License-Identifier: Apache-2.0
// What a rollout costs per request, and per look at the evidence.
#include <benchmark/benchmark.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "meshroute/rollout/rollout.h"
#include "meshroute/testing/virtual_clock.h"

namespace meshroute {
namespace {

class Deaf final : public RolloutObserver {
 public:
  void OnRolloutEvent(const RolloutEvent&) override {}
};

ValidatedPlan PlanOf(int metrics, Duration maturity) {
  RolloutPlan plan;
  plan.metadata.name = "reviews";
  plan.metadata.namespace_name = "prod";
  plan.virtual_service = "reviews";
  plan.baseline = Destination{.host = "reviews", .subset = "v1", .port = {}};
  plan.canary = Destination{.host = "reviews", .subset = "v2", .port = {}};
  plan.revision = "r";
  plan.analysis.step_weights = {50, 60};
  plan.analysis.min_duration = std::chrono::hours(24);
  plan.analysis.max_duration = std::chrono::hours(48);
  plan.analysis.interval = std::chrono::hours(1);
  plan.analysis.maturity = maturity;
  plan.analysis.baselining = {.min_requests = 1000, .max_duration = std::chrono::hours(1)};
  plan.analysis.metrics.emplace_back().name = kRequestSuccessRate;
  for (int i = 1; i < metrics; ++i) {
    RolloutMetric& metric = plan.analysis.metrics.emplace_back();
    metric.name = kRequestDuration;
    metric.percentile = 100 - i;
    metric.threshold_range = RolloutThreshold{.min = std::nullopt, .max = 500};
  }
  return *ValidatedPlan::Create(plan);
}

// A rollout in its first step, with a limit from the baseline's latencies; shared by the
// threads of a benchmark.
struct Run {
  Run(int metrics, Duration maturity)
      : rollout(*Rollout::Create(PlanOf(metrics, maturity), clock, observer)) {
    weights = rollout->Advance();
    for (int i = 0; i < 1000; ++i) rollout->Record(Of(Arm::kBaseline, ""));
    weights = rollout->Advance();
  }

  Trial Of(Arm arm, const std::string& endpoint) const {
    Trial trial;
    trial.assignment = {.rollout = "prod/reviews",
                        .generation = weights.generation,
                        .step = weights.step,
                        .arm = arm,
                        .weight = weights.weight};
    trial.endpoint = endpoint;
    trial.outcome = Outcome::Status(200, std::chrono::milliseconds(12));
    trial.picked_at = clock.Now();
    return trial;
  }

  VirtualClock clock;
  Deaf observer;
  std::unique_ptr<Rollout> rollout;
  RouteWeights weights;
};

void BM_Record(benchmark::State& state) {
  static Run* run = nullptr;
  if (state.thread_index() == 0) run = new Run(2, std::chrono::seconds(2));
  const std::string endpoint = "10.0.0.17:9080";
  const auto arm = static_cast<Arm>(state.range(0));
  std::unique_ptr<Trial> trial;
  for (auto _ : state) {
    if (trial == nullptr) trial = std::make_unique<Trial>(run->Of(arm, endpoint));
    benchmark::DoNotOptimize(run->rollout->Record(*trial));
  }
  if (state.thread_index() == 0) delete run;
}
BENCHMARK(BM_Record)->ArgName("canary")->Arg(0)->Arg(1);
BENCHMARK(BM_Record)->ArgName("canary")->Arg(1)->Threads(2);

// Four tests and fifty endpoints, each with something new.
void BM_Advance(benchmark::State& state) {
  Run run(4, Duration(0));
  std::vector<std::string> endpoints;
  for (int i = 0; i < 50; ++i) endpoints.push_back("10.0.0." + std::to_string(i) + ":80");
  for (auto _ : state) {
    state.PauseTiming();
    for (const std::string& endpoint : endpoints) {
      run.rollout->Record(run.Of(Arm::kCanary, endpoint));
      run.rollout->Record(run.Of(Arm::kBaseline, endpoint));
    }
    state.ResumeTiming();
    benchmark::DoNotOptimize(run.rollout->Advance());
  }
}
BENCHMARK(BM_Advance)->Iterations(20000);

void BM_AdvanceWithoutNews(benchmark::State& state) {
  Run run(4, Duration(0));
  for (auto _ : state) benchmark::DoNotOptimize(run.rollout->Advance());
}
BENCHMARK(BM_AdvanceWithoutNews);

}  // namespace
}  // namespace meshroute
