// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TESTS_SIMULATION_SCENARIOS_H_
#define MESHROUTE_TESTS_SIMULATION_SCENARIOS_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "meshroute/config/yaml.h"
#include "meshroute/simulation/scenario_reader.h"
#include "meshroute/simulation/simulation.h"

namespace meshroute {

// A service with two endpoints of v1 and one of v2, split 90 to 10.
inline constexpr std::string_view kReviews = R"(
- apiVersion: networking.istio.io/v1
  kind: ServiceEntry
  metadata: {name: reviews}
  spec:
    hosts: [reviews.default.svc.cluster.local]
    location: MESH_INTERNAL
    resolution: STATIC
    ports: [{number: 9080, name: http, protocol: HTTP}]
    endpoints:
    - {address: 10.0.0.1, labels: {version: v1}}
    - {address: 10.0.0.2, labels: {version: v1}}
    - {address: 10.0.0.3, labels: {version: v2}}
)";

inline std::string SplitRules(int v1, int v2, std::string_view extra = "") {
  return "\n- apiVersion: networking.istio.io/v1\n  kind: VirtualService\n"
         "  metadata: {name: reviews}\n  spec:\n    hosts: [reviews]\n    http:\n"
         "    - route:\n"
         "      - {destination: {host: reviews, subset: v1}, weight: " +
         std::to_string(v1) +
         "}\n"
         "      - {destination: {host: reviews, subset: v2}, weight: " +
         std::to_string(v2) + "}\n" + std::string(extra) + "\n";
}

inline std::string SubsetRules(const std::string& policy = "") {
  return "\n- apiVersion: networking.istio.io/v1\n  kind: DestinationRule\n"
         "  metadata: {name: reviews}\n  spec:\n    host: reviews\n" +
         (policy.empty() ? "" : "    trafficPolicy: " + policy + "\n") +
         "    subsets:\n    - {name: v1, labels: {version: v1}}\n"
         "    - {name: v2, labels: {version: v2}}\n";
}

inline std::string Usual() { return std::string(kReviews) + SplitRules(90, 10) + SubsetRules(); }

// `text` further in, for a list below a list.
inline std::string Indented(std::string_view text) {
  std::string indented;
  for (const char c : text) {
    indented += c;
    if (c == '\n') indented += "  ";
  }
  return indented;
}

// `text` with `resources` as its resources.
inline std::string WithResources(std::string_view text, std::string_view resources) {
  return std::string(text) + "\nresources:" + std::string(resources);
}

inline Scenario ReadText(const std::string& text, ConfigErrors& errors) {
  const std::vector<std::unique_ptr<DocumentNode>> documents =
      ReadYaml({"scenario.yaml", text}, LoadOptions(), errors);
  if (documents.empty()) return {};
  return ReadScenario(*documents.front(), "scenario.yaml", errors);
}

inline LoadedScenario LoadText(const std::string& text) {
  ConfigErrors errors;
  Scenario scenario = ReadText(text, errors);
  EXPECT_TRUE(errors.ok()) << errors.ToStatus();
  absl::StatusOr<LoadedScenario> loaded = LoadScenario(std::move(scenario), "scenario.yaml");
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  return loaded.ok() ? *std::move(loaded) : LoadedScenario();
}

inline SimulationResult RunText(const std::string& text, uint64_t seed = 1) {
  return Simulate(LoadText(text), seed);
}

// The counts of a version in an interval, and over a whole run.
inline CallCounts CountsOf(const SimulationResult& result, const SimulatedInterval& interval,
                           std::string_view subset) {
  for (size_t i = 0; i < result.versions.size(); ++i) {
    if (result.versions[i].subset == subset) return interval.versions[i];
  }
  return {};
}

inline CallCounts CountsOf(const SimulationResult& result, std::string_view subset) {
  return CountsOf(result, result.total, subset);
}

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_SIMULATION_SCENARIOS_H_
