// SPDX-License-Identifier: Apache-2.0
// What one attempt costs in this room: TryAcquire (pick, permit) and Finish
// (release, load, detector), and what an availability change costs.
#include <benchmark/benchmark.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "meshroute/base/random_source.h"
#include "meshroute/upstream/subset_pool.h"

namespace meshroute {
namespace {

using Simple = LoadBalancerSettings::Simple;

enum class Algorithm : int64_t {
  kRoundRobin,
  kLeastRequest,
  kRandom,
  kRing,
  kMaglev,
  kWeightedRoundRobin,
  kWeightedLeastRequest,
  kFailover,    // Least request; all priorities but the client's zone wait.
  kLocalities,  // Least request in one of four localities by weight.
  kOwnZone,     // Least request in the client's zone, or another for one in five.
};

const char* NameOf(Algorithm algorithm) {
  static constexpr const char* kNames[] = {"round robin",
                                           "least request",
                                           "random",
                                           "ring",
                                           "maglev",
                                           "weighted round robin",
                                           "weighted least request",
                                           "failover",
                                           "localities by weight",
                                           "own zone"};
  return kNames[static_cast<size_t>(algorithm)];
}

EffectivePolicy PolicyOf(Algorithm algorithm) {
  EffectivePolicy policy;
  policy.outlier_detection.emplace();
  LoadBalancerSettings& balancer = policy.load_balancer.emplace();
  switch (algorithm) {
    case Algorithm::kRoundRobin:
    case Algorithm::kWeightedRoundRobin:
      balancer.simple = Simple::kRoundRobin;
      break;
    case Algorithm::kRandom:
      balancer.simple = Simple::kRandom;
      break;
    case Algorithm::kRing:
      balancer.consistent_hash.emplace().ring_hash.emplace();
      break;
    case Algorithm::kMaglev:
      balancer.consistent_hash.emplace().maglev = Maglev{65'537};
      break;
    case Algorithm::kLocalities:
      balancer.locality_lb_setting.emplace().distribute = {
          {"*", {{"us/0", 40}, {"us/1", 30}, {"us/2", 20}, {"us/3", 10}}}};
      break;
    case Algorithm::kOwnZone:
      balancer.zone_aware_lb_setting.emplace();
      break;
    case Algorithm::kLeastRequest:
    case Algorithm::kWeightedLeastRequest:
    case Algorithm::kFailover:
      break;
  }
  return policy;
}

std::vector<EndpointSpec> Specs(Algorithm algorithm, int64_t count) {
  const bool weighted =
      algorithm == Algorithm::kWeightedRoundRobin || algorithm == Algorithm::kWeightedLeastRequest;
  std::vector<EndpointSpec> specs(static_cast<size_t>(count));
  for (size_t i = 0; i < specs.size(); ++i) {
    specs[i].address = "10." + std::to_string(i >> 16) + "." + std::to_string((i >> 8) & 255) +
                       "." + std::to_string(i & 255) + ":9080";
    if (weighted) specs[i].weight = static_cast<uint32_t>(1 + i % 7);
    if (algorithm == Algorithm::kFailover || algorithm == Algorithm::kLocalities) {
      specs[i].locality = "us/" + std::to_string(i % 4);
    }
    if (algorithm == Algorithm::kOwnZone) {
      specs[i].locality = i % 10 < 2 ? "us/0" : "us/" + std::to_string(1 + i % 3);
    }
  }
  return specs;
}

std::unique_ptr<SubsetPool> MakePool(Algorithm algorithm, int64_t count) {
  static const ClientIdentity client{.locality = "us/0"};
  return std::make_unique<SubsetPool>(DestinationKey{"reviews", 9080, "v1"}, PolicyOf(algorithm),
                                      Specs(algorithm, count),
                                      SubsetPool::Environment{.client = &client});
}

// One pool for all threads of a run.
std::unique_ptr<SubsetPool> pool;

void BM_AcquireAndFinish(benchmark::State& state) {
  const auto algorithm = static_cast<Algorithm>(state.range(0));
  if (state.thread_index() == 0) {
    pool = MakePool(algorithm, state.range(1));
    state.SetLabel(NameOf(algorithm));
  }
  SeededRandom keys(static_cast<uint64_t>(state.thread_index()) + 1);
  for (auto _ : state) {
    SubsetPool::Refusal refusal;
    Lease lease = pool->TryAcquire({.hash = keys.Next(), .tried = {}}, refusal);
    lease.Finish(Outcome::Status(200), TimePoint());
  }
  if (state.thread_index() == 0) pool.reset();
}

void AlgorithmsAndSizes(benchmark::internal::Benchmark* benchmark) {
  for (int64_t algorithm = 0; algorithm <= 9; ++algorithm) {
    for (const int64_t endpoints : {10, 1'000, 100'000}) benchmark->Args({algorithm, endpoints});
  }
}
BENCHMARK(BM_AcquireAndFinish)->Apply(AlgorithmsAndSizes)->Threads(1)->Threads(2)->UseRealTime();

// The pick alone.
void BM_Pick(benchmark::State& state) {
  const auto algorithm = static_cast<Algorithm>(state.range(0));
  const std::unique_ptr<SubsetPool> own = MakePool(algorithm, state.range(1));
  const std::unique_ptr<LoadBalancer> balancer =
      MakeLoadBalancer(PolicyOf(algorithm), own->endpoints(),
                       {.random = ThreadRandom(), .rotations = MakeRotations()});
  SeededRandom keys(1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(balancer->Pick({.hash = keys.Next(), .tried = {}}));
  }
  state.SetLabel(NameOf(algorithm));
}
BENCHMARK(BM_Pick)->Apply(AlgorithmsAndSizes);

// Building a pool: what an update costs off the request threads.
void BM_Build(benchmark::State& state) {
  const auto algorithm = static_cast<Algorithm>(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(MakePool(algorithm, state.range(1)));
  state.SetLabel(NameOf(algorithm));
}
BENCHMARK(BM_Build)->Apply(AlgorithmsAndSizes)->Unit(benchmark::kMicrosecond);

// An ejection or a readmission: the list and the balancer's tables are made anew.
void BM_AvailabilityChange(benchmark::State& state) {
  const auto algorithm = static_cast<Algorithm>(state.range(0));
  const std::unique_ptr<SubsetPool> own = MakePool(algorithm, state.range(1));
  bool ejected = false;
  for (auto _ : state) {
    ejected = !ejected;
    own->endpoints().at(3).state().ejected = ejected;
    own->endpoints().Refresh();
  }
  state.SetLabel(NameOf(algorithm));
}
BENCHMARK(BM_AvailabilityChange)->Apply(AlgorithmsAndSizes)->Unit(benchmark::kMicrosecond);

// A sweep that finds nothing to do.
void BM_Sweep(benchmark::State& state) {
  EndpointSet endpoints(MakeEndpoints(Specs(Algorithm::kRandom, state.range(0))));
  OutlierDetector detector(OutlierDetection(), endpoints);
  for (auto _ : state) detector.Sweep(TimePoint());
}
BENCHMARK(BM_Sweep)->Arg(10'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace meshroute
