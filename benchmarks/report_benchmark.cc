// SPDX-License-Identifier: Apache-2.0
// What the end of an attempt costs: load, breaker and outlier detector, with and without
// what is judged at sweeps; and what sweeps cost, which are off the request path.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "meshroute/upstream/outlier_detector.h"
#include "meshroute/upstream/subset_pool.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;

enum Detector : int64_t { kConsecutive, kRates, kRatesAndLatency };

OutlierDetectionExtension ExtensionOf(int64_t detector) {
  OutlierDetectionExtension extension;
  if (detector >= kRates) {
    extension.success_rate.emplace();
    extension.failure_percentage.emplace();
  }
  if (detector >= kRatesAndLatency) extension.latency.emplace();
  return extension;
}

const char* NameOf(int64_t detector) {
  static constexpr const char* kNames[] = {"consecutive", "+ rates", "+ rates, latency"};
  return kNames[detector];
}

std::vector<EndpointSpec> Specs(int64_t count) {
  std::vector<EndpointSpec> specs(static_cast<size_t>(count));
  for (size_t i = 0; i < specs.size(); ++i) {
    specs[i].address = "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ":80";
  }
  return specs;
}

// The detector's part alone.
void BM_Record(benchmark::State& state) {
  EndpointSet endpoints(MakeEndpoints(Specs(state.range(1))));
  OutlierDetector detector(OutlierDetection(), ExtensionOf(state.range(0)), endpoints, {});
  const Outcome outcome = Outcome::Status(200, milliseconds(20));
  size_t i = 0;
  for (auto _ : state) {
    detector.Record(endpoints.at(i), outcome, TimePoint());
    if (++i == endpoints.size()) i = 0;
  }
  state.SetLabel(NameOf(state.range(0)));
}
BENCHMARK(BM_Record)->ArgsProduct({{kConsecutive, kRates, kRatesAndLatency}, {10, 1000}});

struct Shared {
  explicit Shared(int64_t detector, int64_t endpoints)
      : pool(DestinationKey{"h", 80, ""}, PolicyOf(detector), Specs(endpoints)) {}

  static EffectivePolicy PolicyOf(int64_t detector) {
    EffectivePolicy policy;
    policy.load_balancer.emplace().simple = LoadBalancerSettings::Simple::kRoundRobin;
    policy.outlier_detection.emplace();
    policy.outlier_detection_extension = ExtensionOf(detector);
    return policy;
  }

  SubsetPool pool;
};

// A pick and its report; less BM_PickAlone this is the report.
void BM_PickAndReport(benchmark::State& state) {
  static std::unique_ptr<Shared> shared;
  if (state.thread_index() == 0) {
    shared = std::make_unique<Shared>(state.range(0), state.range(1));
  }
  const Outcome outcome = Outcome::Status(200, milliseconds(20));
  SubsetPool::Refusal refusal;
  for (auto _ : state) {
    Lease lease = shared->pool.TryAcquire({}, refusal);
    lease.Finish(outcome, TimePoint());
  }
  if (state.thread_index() == 0) state.SetLabel(NameOf(state.range(0)));
}
BENCHMARK(BM_PickAndReport)
    ->ArgsProduct({{kConsecutive, kRates, kRatesAndLatency}, {10, 1000}})
    ->Threads(1)
    ->Threads(2);

// Reports alone: leases are taken while the clock of the benchmark stands.
void BM_ReportAlone(benchmark::State& state) {
  Shared shared(state.range(0), state.range(1));
  const Outcome outcome = Outcome::Status(200, milliseconds(20));
  constexpr size_t kBatch = 10'000;
  std::vector<Lease> leases(kBatch);
  SubsetPool::Refusal refusal;
  while (state.KeepRunningBatch(kBatch)) {
    state.PauseTiming();
    for (Lease& lease : leases) lease = shared.pool.TryAcquire({}, refusal);
    state.ResumeTiming();
    for (Lease& lease : leases) lease.Finish(outcome, TimePoint());
  }
  state.SetLabel(NameOf(state.range(0)));
}
BENCHMARK(BM_ReportAlone)->ArgsProduct({{kConsecutive, kRates, kRatesAndLatency}, {10, 1000}});

// A sweep over endpoints that all have answers to be judged.
void BM_Sweep(benchmark::State& state) {
  EndpointSet endpoints(MakeEndpoints(Specs(state.range(1))));
  OutlierDetectionExtension extension = ExtensionOf(state.range(0));
  if (extension.success_rate) extension.success_rate->request_volume = 1;
  if (extension.failure_percentage) extension.failure_percentage->request_volume = 1;
  if (extension.latency) extension.latency->request_volume = 1;
  OutlierDetector detector(OutlierDetection(), extension, endpoints, {});
  for (auto _ : state) {
    state.PauseTiming();
    for (size_t i = 0; i < endpoints.size(); ++i) {
      const Outcome outcome = Outcome::Status(200, milliseconds(20) + Duration(i * 7919 % 100'000));
      detector.Record(endpoints.at(i), outcome, TimePoint());
    }
    state.ResumeTiming();
    detector.Sweep(TimePoint());
  }
  state.SetLabel(NameOf(state.range(0)));
}
BENCHMARK(BM_Sweep)
    ->ArgsProduct({{kConsecutive, kRates, kRatesAndLatency}, {10'000}})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace meshroute
