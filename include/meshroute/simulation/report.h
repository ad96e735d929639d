// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_SIMULATION_REPORT_H_
#define MESHROUTE_SIMULATION_REPORT_H_

#include <string>
#include <vector>

#include "meshroute/config/document.h"
#include "meshroute/simulation/expectation.h"
#include "meshroute/simulation/result.h"

namespace meshroute {

// A result and what the scenario expected of it.
struct SimulationReport {
  SimulationResult result{};
  std::vector<ExpectationResult> expectations{};

  bool all_met() const;
};

// The timeline as a table, what happened, the summary and the expectations.
std::string ToText(const SimulationReport& report);

// All of it, for programs; config/json.h writes it. Times are in seconds, latencies in
// milliseconds, shares and weights in percent.
DocumentNode ToDocument(const SimulationReport& report);

// One page without anything from elsewhere: plots of rate, shares and weights, errors,
// latency and score, and the table. Fits light and dark screens.
std::string ToHtml(const SimulationReport& report);

}  // namespace meshroute

#endif  // MESHROUTE_SIMULATION_REPORT_H_
