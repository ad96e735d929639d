// SPDX-License-Identifier: Apache-2.0
// What a pick costs by algorithm, number of endpoints and threads: alone, and with the
// lease that follows it (permit, load, release, learning; no outlier detection).
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "meshroute/base/random_source.h"
#include "meshroute/upstream/subset_pool.h"

namespace meshroute {
namespace {

using Simple = LoadBalancerSettings::Simple;

enum class Weights { kEqual, kUnequal };

struct Algorithm {
  const char* name;
  EffectivePolicy policy;
  Weights weights = Weights::kEqual;
};

EffectivePolicy SimplePolicy(Simple simple) {
  EffectivePolicy policy;
  policy.load_balancer.emplace().simple = simple;
  return policy;
}

EffectivePolicy HashPolicy(bool maglev, uint32_t factor) {
  EffectivePolicy policy;
  ConsistentHash& hash = policy.load_balancer.emplace().consistent_hash.emplace();
  if (maglev) hash.maglev.emplace().table_size = 65'537;
  policy.load_balancer_extension.emplace().hash_balance_factor = factor;
  return policy;
}

template <typename Set>
EffectivePolicy ExtensionPolicy(Set set) {
  EffectivePolicy policy;
  set(policy.load_balancer_extension.emplace());
  return policy;
}

std::vector<Algorithm> Algorithms() {
  using Extension = LoadBalancerExtension;
  return {
      {"round_robin", SimplePolicy(Simple::kRoundRobin)},
      {"round_robin_weighted", SimplePolicy(Simple::kRoundRobin), Weights::kUnequal},
      {"least_request", SimplePolicy(Simple::kLeastRequest)},
      {"least_request_weighted", SimplePolicy(Simple::kLeastRequest), Weights::kUnequal},
      {"random", SimplePolicy(Simple::kRandom)},
      {"ring", HashPolicy(false, 0)},
      {"ring_bounded", HashPolicy(false, 150)},
      {"maglev", HashPolicy(true, 0)},
      {"maglev_bounded", HashPolicy(true, 150)},
      {"peak_ewma", ExtensionPolicy([](Extension& e) { e.peak_ewma.emplace(); })},
      {"latency_aware", ExtensionPolicy([](Extension& e) { e.latency_aware.emplace(); })},
  };
}

std::vector<EndpointSpec> Specs(Weights weights, size_t count) {
  std::vector<EndpointSpec> specs(count);
  for (size_t i = 0; i < count; ++i) {
    specs[i].address = "10." + std::to_string(i >> 16) + "." + std::to_string((i >> 8) & 255) +
                       "." + std::to_string(i & 255) + ":9080";
    if (weights == Weights::kUnequal) specs[i].weight = static_cast<uint32_t>(1 + i % 7);
  }
  return specs;
}

// What the threads of one run share.
struct Shared {
  std::unique_ptr<SubsetPool> pool;
  std::unique_ptr<LoadBalancer> balancer;
};
Shared shared;

constexpr TimePoint kNow{std::chrono::seconds(1000)};

void Set(const Algorithm& algorithm, int64_t endpoints) {
  shared.pool =
      std::make_unique<SubsetPool>(DestinationKey{"reviews", 9080, "v1"}, algorithm.policy,
                                   Specs(algorithm.weights, static_cast<size_t>(endpoints)));
  // Everyone has answered once, in one of a few times.
  SubsetPool& pool = *shared.pool;
  for (int64_t i = 0; i < 4 * endpoints; ++i) {
    SubsetPool::Refusal refusal;
    Lease lease =
        pool.TryAcquire({.hash = static_cast<uint64_t>(i), .tried = {}, .now = kNow}, refusal);
    const auto latency = std::chrono::milliseconds(1 + i % 5);
    lease.Finish(Outcome::Status(200, latency), kNow);
  }
  shared.balancer = MakeLoadBalancer(
      algorithm.policy, pool.endpoints(),
      {.random = ThreadRandom(), .rotations = MakeRotations(), .breaker = &pool.breaker()});
}

void PickAlone(benchmark::State& state, const Algorithm& algorithm) {
  if (state.thread_index() == 0) Set(algorithm, state.range(0));
  SeededRandom keys(static_cast<uint64_t>(state.thread_index()) + 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        shared.balancer->Pick({.hash = keys.Next(), .tried = {}, .now = kNow}));
  }
  if (state.thread_index() == 0) shared = {};
}

void PickAndRelease(benchmark::State& state, const Algorithm& algorithm) {
  if (state.thread_index() == 0) Set(algorithm, state.range(0));
  SeededRandom keys(static_cast<uint64_t>(state.thread_index()) + 1);
  for (auto _ : state) {
    SubsetPool::Refusal refusal;
    Lease lease = shared.pool->TryAcquire({.hash = keys.Next(), .tried = {}, .now = kNow}, refusal);
    lease.Finish(Outcome::Status(200, std::chrono::milliseconds(2)), kNow);
  }
  if (state.thread_index() == 0) shared = {};
}

const bool registered = [] {
  for (const Algorithm& algorithm : Algorithms()) {
    const std::string name = algorithm.name;
    const auto add = [&](const std::string& what, auto run) {
      benchmark::RegisterBenchmark((what + "/" + name).c_str(), run, algorithm)
          ->RangeMultiplier(10)
          ->Range(10, 100'000)
          ->Threads(1)
          ->Threads(2)
          ->UseRealTime();
    };
    add("pick", PickAlone);
    add("pick_and_release", PickAndRelease);
  }
  return true;
}();

}  // namespace
}  // namespace meshroute
