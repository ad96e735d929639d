// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_ROLLOUT_ACCEPTANCE_H_
#define MESHROUTE_LIB_SIMULATION_ROLLOUT_ACCEPTANCE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "meshroute/rollout/validated_plan.h"

namespace meshroute {

// One figure of the acceptance of rollouts.
struct AcceptanceLine {
  std::string test;      // "A/A, 100 requests/s, baseline 0.1 %"
  std::string bar;       // "at most 2 of 10000 rolled back"
  std::string model;     // What the model that the bars were set by gave.
  std::string measured;  // What the production classes gave.
  bool met = false;
};

struct AcceptanceEffort {
  // Share of the full number of runs: 1 is 10,000 rollouts per setting of the A/A test
  // and takes many minutes.
  double share = 1;
  uint64_t seed = 1;
};

using TellLine = std::function<void(const AcceptanceLine&)>;

// The tests by name, each of which tells its lines as they are done.
struct AcceptanceTest {
  const char* name;
  void (*run)(const AcceptanceEffort& effort, const TellLine& tell);
};
const std::vector<AcceptanceTest>& AcceptanceTests();

// Runs the tests named (empty: all); every line in order.
std::vector<AcceptanceLine> RunAcceptance(const AcceptanceEffort& effort, const std::string& only,
                                          const TellLine& tell = {});

// Plans that the tests use.
struct AcceptancePlan {
  std::vector<double> weights = {5, 10, 50, 100};
  Duration step{std::chrono::seconds(300)};
  Duration last_step{0};  // 0: as the others.
  uint32_t requests = 1;
  double holdback = 0;
  bool sticky = false;

  // Of classic mode; 0: sequential.
  uint32_t threshold = 0;
  Duration interval{std::chrono::seconds(30)};
};
ValidatedPlan MakePlan(const AcceptancePlan& plan);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_ROLLOUT_ACCEPTANCE_H_
