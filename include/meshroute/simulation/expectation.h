// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_SIMULATION_EXPECTATION_H_
#define MESHROUTE_SIMULATION_EXPECTATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "meshroute/base/clock.h"

namespace meshroute {

struct Scenario;          // scenario.h
struct SimulationResult;  // result.h

// Something that a scenario claims of its own result, so that it serves as a test.
//
//   - {measure: failedPercent, atMost: 0.1}
//   - {measure: sharePercent, of: v2, atLeast: 4, atMost: 6, from: 1m, until: 2m}
//   - {measure: rolloutPhase, is: Failed}
struct ScenarioExpectation {
  enum class Measure : uint8_t {
    kCalls,             // That ended.
    kFailedCalls,       // Status 500 and more, or none.
    kFailedPercent,     // ... of the calls.
    kSharePercent,      // Calls of a version among those of its host.
    kAttempts,          // Requests sent to endpoints.
    kAttemptsPerCall,   //
    kRetries,           // Attempts but the first.
    kOverflows,         // Calls and retries that a limit refused.
    kP50Milliseconds,   // Of calls, from their start to their end.
    kP99Milliseconds,   //
    kEjections,         // By outlier detection.
    kEjectedEndpoints,  // The most at one time.
    kUsersHurt,         // Failed calls of a rollout's canary before it was taken back.
    kRolloutPhase,      // At the end.
    kRollbackSeconds,   // When the rollback began; not met where there was none.
    kPromotedSeconds,   // When the canary had all traffic; likewise.
    kWeightPercent,     // Of the canary at the end.
    kPeakScore,         // The highest score of a rollout.
  };

  Measure measure = Measure::kCalls;
  std::string of{};  // A version ("v2"), or a rollout where there are several.

  // A span of whole intervals of the timeline; by default everything. Looked at by
  // the measures of calls and endpoints alone.
  Duration from{0};
  std::optional<Duration> until{};

  std::optional<double> at_least{};
  std::optional<double> at_most{};
  std::optional<std::string> is{};  // Of rolloutPhase.

  bool operator==(const ScenarioExpectation&) const = default;
};

// One expectation, judged.
struct ExpectationResult {
  bool met = false;
  std::string expected;  // "failedPercent at most 0.1"
  std::string actual;    // "0.04"
};

// In the order of the scenario.
std::vector<ExpectationResult> CheckExpectations(const Scenario& scenario,
                                                 const SimulationResult& result);

}  // namespace meshroute

#endif  // MESHROUTE_SIMULATION_EXPECTATION_H_
