// SPDX-License-Identifier: Apache-2.0
// What it costs to load, check and analyse the resources of a large mesh.
#include <benchmark/benchmark.h>

#include <optional>
#include <string>

#include "meshroute/config/analysis.h"
#include "meshroute/config/loader.h"
#include "meshroute/config/yaml.h"

namespace meshroute {
namespace {

std::string Head(const char* kind, const std::string& name, size_t team) {
  return std::string("---\napiVersion: networking.istio.io/v1\nkind: ") + kind +
         "\nmetadata: {name: " + name + ", namespace: team" + std::to_string(team) + "}\nspec:\n";
}

// One file with ten resources: two services of a team, with a DestinationRule,
// a VirtualService and two WorkloadEntries each. One route in three has a flaw.
std::string FileOf(size_t team) {
  std::string text;
  for (const std::string app : {"web", "api"}) {
    const std::string host = app + ".team" + std::to_string(team) + ".svc.cluster.local";
    text += Head("ServiceEntry", app, team) + "  hosts: [" + host +
            "]\n  ports: [{number: 80, name: http, protocol: HTTP}]\n  resolution: STATIC\n"
            "  workloadSelector: {labels: {app: " +
            app + "}}\n";
    text += Head("DestinationRule", app, team) + "  host: " + app +
            "\n  trafficPolicy: {outlierDetection: {consecutive5xxErrors: 3}}\n"
            "  subsets:\n  - {name: v1, labels: {version: v1}}\n"
            "  - {name: v2, labels: {version: v2}}\n";
    text += Head("VirtualService", app, team) + "  hosts: [" + app +
            "]\n  http:\n"
            "  - match: [{uri: {prefix: /new}}]\n"
            "    route: [{destination: {host: " +
            app +
            ", subset: v2}}]\n"
            "  - match: [{headers: {user: {exact: tester}}}]\n"
            "    route: [{destination: {host: " +
            app +
            ", subset: v3}}]\n"
            "  - route: [{destination: {host: " +
            app + ", subset: v1}}]\n";
    for (const std::string version : {"v1", "v2"}) {
      text += Head("WorkloadEntry", app + "-" + version, team) +
              "  address: 10.0.0.1\n  labels: {app: " + app + ", version: " + version + "}\n";
    }
  }
  return text;
}

absl::StatusOr<ValidatedConfig> LoadFiles(size_t files) {
  ResourceLoader loader{LoadOptions{}};
  for (size_t i = 0; i < files; ++i) AddYaml({std::to_string(i) + ".yaml", FileOf(i)}, loader);
  return loader.Finish();
}

void LoadAndValidate(benchmark::State& state) {
  const auto files = static_cast<size_t>(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(LoadFiles(files).ok());
}
BENCHMARK(LoadAndValidate)->Arg(100)->Arg(1'000)->Unit(benchmark::kMillisecond);

void AnalyzeForAll(benchmark::State& state) {
  const absl::StatusOr<ValidatedConfig> config = LoadFiles(static_cast<size_t>(state.range(0)));
  if (!config.ok()) return state.SkipWithError("the config is not valid");
  size_t problems = 0;
  for (auto _ : state) problems = Analyze(*config, std::nullopt, MeshOptions()).size();
  state.counters["problems"] = static_cast<double>(problems);
}
BENCHMARK(AnalyzeForAll)->Arg(100)->Arg(1'000)->Arg(4'000)->Unit(benchmark::kMillisecond);

void AnalyzeForOneClient(benchmark::State& state) {
  const absl::StatusOr<ValidatedConfig> config = LoadFiles(static_cast<size_t>(state.range(0)));
  if (!config.ok()) return state.SkipWithError("the config is not valid");
  ClientIdentity client;
  client.namespace_name = "team7";
  for (auto _ : state) benchmark::DoNotOptimize(Analyze(*config, client, MeshOptions()).size());
}
BENCHMARK(AnalyzeForOneClient)->Arg(100)->Arg(1'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace meshroute
