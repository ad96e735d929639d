// SPDX-License-Identifier: Apache-2.0
// Simulated calls a second on one core: a plain scenario of two versions, log-normal
// latencies and a few errors. The target is 500,000.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "meshroute/config/json.h"
#include "meshroute/simulation/simulation.h"

namespace meshroute {
namespace {

constexpr char kScenario[] = R"({
"duration": "60s",
"arrivals": {"rate": 5000},
"requests": [{"authority": "reviews:9080", "path": "/reviews/1"}],
"behaviours": [{"latency": {"logNormal": {"median": "8ms"}}, "failures": [{"percent": 0.1}]}],
"resources": [
{"apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry", "metadata": {"name": "reviews"},
 "spec": {"hosts": ["reviews.default.svc.cluster.local"], "resolution": "STATIC",
  "ports": [{"number": 9080, "name": "http", "protocol": "HTTP"}],
  "endpoints": [{"address": "10.0.0.1", "labels": {"version": "v1"}},
   {"address": "10.0.0.2", "labels": {"version": "v1"}},
   {"address": "10.0.0.3", "labels": {"version": "v2"}}]}},
{"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "reviews"},
 "spec": {"hosts": ["reviews"], "http": [{"timeout": "1s", "route": [
  {"destination": {"host": "reviews", "subset": "v1"}, "weight": 90},
  {"destination": {"host": "reviews", "subset": "v2"}, "weight": 10}]}]}},
{"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule", "metadata": {"name": "reviews"},
 "spec": {"host": "reviews", "trafficPolicy": {"outlierDetection": {"interval": "1s"}},
  "subsets": [{"name": "v1", "labels": {"version": "v1"}},
   {"name": "v2", "labels": {"version": "v2"}}]}}]})";

LoadedScenario Load() {
  ConfigErrors errors;
  const auto document = ReadJson({"scenario.json", kScenario}, LoadOptions(), errors);
  if (document == nullptr) std::abort();
  auto loaded = LoadScenario(ReadScenario(*document, "scenario.json", errors), "scenario.json");
  if (!errors.ok() || !loaded.ok()) {
    std::fprintf(stderr, "%s\n%s\n", errors.ToStatus().ToString().c_str(),
                 loaded.status().ToString().c_str());
    std::abort();
  }
  return *std::move(loaded);
}

void BM_SimulatedCalls(benchmark::State& state) {
  const LoadedScenario loaded = Load();
  uint64_t calls = 0;
  uint64_t seed = 0;
  for (auto _ : state) calls += Simulate(loaded, ++seed).total.all.calls;
  state.counters["calls"] =
      benchmark::Counter(static_cast<double>(calls), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_SimulatedCalls)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace meshroute
