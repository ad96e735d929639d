// SPDX-License-Identifier: Apache-2.0
// A user's what-if run, without any file: a scenario made in code.

#include <chrono>
#include <cstdio>

#include "meshroute/simulation/simulation.h"

int main() {
  meshroute::Scenario scenario;
  scenario.duration = std::chrono::seconds(10);
  scenario.arrivals.rate = 100;
  scenario.requests.push_back({.authority = "upstream.example:80"});
  const auto loaded = meshroute::LoadScenario(scenario, "scenario");
  if (!loaded.ok()) return 1;
  const meshroute::SimulationResult result = meshroute::Simulate(*loaded, 1);
  const bool right = result.total.all.calls > 900 && result.total.all.failed == 0;
  std::printf("simulation %s\n", right ? "works" : "is broken");
  return right ? 0 : 1;
}
