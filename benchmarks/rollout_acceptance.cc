// SPDX-License-Identifier: Apache-2.0
// The acceptance of rollouts: runs the production state machine on thousands of streams
// and prints a table of what is asked, what the model gave and what came out.
//
//   rollout_acceptance [SHARE] [SEED] [TEST]
//
// SHARE 1 (the default) is the full number of runs; TEST is one of those that it names.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "lib/simulation/rollout_acceptance.h"

int main(int argc, char** argv) {
  const meshroute::AcceptanceEffort effort{argc > 1 ? std::strtod(argv[1], nullptr) : 1,
                                           argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1};
  const std::string only = argc > 3 ? argv[3] : "";
  if (!(effort.share > 0)) {
    std::fprintf(stderr, "usage: rollout_acceptance [SHARE] [SEED] [TEST]\ntests:");
    for (const meshroute::AcceptanceTest& test : meshroute::AcceptanceTests()) {
      std::fprintf(stderr, " %s", test.name);
    }
    std::fprintf(stderr, "\n");
    return 2;
  }
  std::printf("| test | bar | model | measured | |\n|---|---|---|---|---|\n");
  bool all_met = true;
  meshroute::RunAcceptance(effort, only, [&all_met](const meshroute::AcceptanceLine& line) {
    all_met = all_met && line.met;
    std::printf("| %s | %s | %s | %s | %s |\n", line.test.c_str(), line.bar.c_str(),
                line.model.c_str(), line.measured.c_str(), line.met ? "met" : "NOT MET");
    std::fflush(stdout);
  });
  return all_met ? 0 : 1;
}
