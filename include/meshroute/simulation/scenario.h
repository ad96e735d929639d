// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_SIMULATION_SCENARIO_H_
#define MESHROUTE_SIMULATION_SCENARIO_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/config/document.h"
#include "meshroute/config/metadata.h"
#include "meshroute/simulation/behaviour.h"
#include "meshroute/simulation/expectation.h"

namespace meshroute {

// `rate` more calls a second from `at` on, for as long as it `lasts`.
struct Burst {
  Duration at{0};
  Duration lasts{0};
  double rate = 0;

  bool operator==(const Burst&) const = default;
};

// From `at` on the rate goes to `rate`: at once, or evenly `over` a time.
struct RateChange {
  Duration at{0};
  double rate = 0;
  Duration over{0};

  bool operator==(const RateChange&) const = default;
};

// When calls begin.
struct Arrivals {
  enum class Process : uint8_t {
    kPoisson,   // At random, independent of each other.
    kConstant,  // Evenly.
  };

  Process process = Process::kPoisson;
  double rate = 0;                    // Calls a second at first.
  std::vector<RateChange> changes{};  // By `at`; none begins before the one before is over.
  std::vector<Burst> bursts{};        // On top, in any order; may overlap.

  bool operator==(const Arrivals&) const = default;
};

// Many callers who are told apart by a header: "user-0", "user-1", ...
struct SimulatedUsers {
  uint64_t count = 0;
  std::string header = "x-user";

  bool operator==(const SimulatedUsers&) const = default;
};

// One kind of call. Of several, each call is of one, drawn by weight.
struct SimulatedRequest {
  double weight = 1;
  std::string method = "GET";
  std::string scheme = "http";
  std::string authority{};  // "reviews:9080"
  std::string path = "/";
  std::map<std::string, std::string> headers{};
  std::optional<SimulatedUsers> users{};  // Each call is of one, drawn evenly.
  Duration deadline{0};                   // The caller's own patience; 0: endless.

  bool operator==(const SimulatedRequest&) const = default;
};

// Who calls: the client that rules with sourceLabels, exportTo and localities see.
struct SimulatedClient {
  std::string namespace_name = "default";
  Labels labels{};
  std::string locality{};

  bool operator==(const SimulatedClient&) const = default;
};

// How many processes call, each with a Router of its own: none knows of the
// others' load, failures and ejections. A call is made by any of them at random; all
// calls of one user by the same.
struct SimulatedProcesses {
  uint32_t count = 1;

  // How old the counts of other processes are when a rollout's leader sees them.
  Duration merge_lag{std::chrono::seconds(2)};

  bool operator==(const SimulatedProcesses&) const = default;
};

// Resources in a scenario's own text, as a list; null: none.
using InlineResources = std::shared_ptr<const DocumentNode>;

struct SimulatedEndpoint {
  std::string address{};
  Labels labels{};
  std::string locality{};
  uint32_t weight = 1;

  bool operator==(const SimulatedEndpoint&) const = default;
};

// All endpoints that `host` has from now on, as Router::SetEndpoints takes them.
struct EndpointsChange {
  std::string host{};
  std::vector<SimulatedEndpoint> endpoints{};

  bool operator==(const EndpointsChange&) const = default;
};

// What an operator says to a rollout.
struct RolloutChange {
  enum class Command : uint8_t {
    kPause,
    kResume,
    kAbort,
    kApprove,
    kSkipStep,
    kPromoteNow,
    kRetry,
  };

  std::string name{};  // Of the Rollout; may be empty where there is one.
  Command command = Command::kPause;

  bool operator==(const RolloutChange&) const = default;
};

// What is done to the mesh while calls go on.
struct ScenarioChange {
  Duration at{0};

  // Put over those before: an object of the same kind, namespace and name is
  // replaced, all others stay.
  std::vector<std::string> rules{};
  InlineResources resources{};

  std::optional<EndpointsChange> endpoints{};
  std::optional<RolloutChange> rollout{};

  bool operator==(const ScenarioChange&) const = default;
};

// What is to be simulated: the rules, the calls, how endpoints behave, what happens
// meanwhile, and what is expected of it. docs/simulation.md tells how it is written.
struct Scenario {
  std::string name{};
  Duration duration{0};
  uint64_t seed = 1;
  Duration interval{0};  // Of the timeline; 0: a sixtieth of the duration, in whole seconds.

  std::vector<std::string> rules{};  // Files and folders, seen from the scenario's own folder.
  InlineResources resources{};
  SimulatedClient client{};
  SimulatedProcesses processes{};

  Arrivals arrivals{};
  std::vector<SimulatedRequest> requests{};
  std::vector<EndpointBehaviour> behaviours{};
  std::vector<Incident> incidents{};
  std::vector<ScenarioChange> changes{};
  std::vector<ScenarioExpectation> expect{};

  bool operator==(const Scenario&) const = default;
};

// The length of one row of the timeline.
Duration IntervalOf(const Scenario& scenario);

}  // namespace meshroute

#endif  // MESHROUTE_SIMULATION_SCENARIO_H_
