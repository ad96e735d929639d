// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_SIMULATED_MESH_H_
#define MESHROUTE_LIB_SIMULATION_SIMULATED_MESH_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "lib/simulation/recorder.h"
#include "lib/simulation/scripted_endpoint.h"
#include "lib/simulation/simulated_connections.h"
#include "lib/simulation/simulated_rollouts.h"
#include "lib/simulation/simulation_clock.h"
#include "meshroute/router.h"
#include "meshroute/simulation/scenario_reader.h"

namespace meshroute {

// What a run knows of one pool of one process.
struct PoolFacts {
  uint32_t version = Recorder::kLocal;
  SimulatedConnections* connections = nullptr;
};

// The processes that call, each with a production Router, and the endpoints that they
// call. `clock` and `recorder` outlive it; `loaded` too. Thread-compatible.
class SimulatedMesh {
 public:
  SimulatedMesh(const LoadedScenario& loaded, uint64_t seed, SimulationClock& clock,
                Recorder& recorder);
  ~SimulatedMesh();

  size_t size() const { return processes_.size(); }
  Router& router(size_t process);
  SimulatedRollouts& rollouts() { return rollouts_; }

  // Puts rules or endpoints in force in all processes.
  void Apply(const ValidatedConfig& rules);
  absl::Status SetEndpoints(const EndpointsChange& change);

  // To be called after the routers were changed by others.
  void ForgetPools();

  // What serves at `endpoint` or, where it is nullptr, under the dialled authority.
  ScriptedEndpoint& EndpointOf(const Endpoint* endpoint, std::string_view authority);

  PoolFacts FactsOf(SubsetPool* pool);

  // Runs the sweeps that are due and says when the next ones are.
  Duration RunDue();

  // Counts ejected endpoints again, if any was ejected or readmitted.
  void CountEjected();

 private:
  class Process;

  ScriptedEndpoint& EndpointAt(std::string_view address, const Labels& labels);

  const Scenario& scenario_;
  const uint64_t seed_;
  SimulationClock& clock_;
  Recorder& recorder_;
  SimulatedRollouts rollouts_;
  std::vector<std::unique_ptr<Process>> processes_;
  std::map<std::pair<std::string, Labels>, std::unique_ptr<ScriptedEndpoint>> endpoints_;
  std::deque<SimulatedConnections> connections_;
  std::map<std::shared_ptr<CircuitBreakerCounts>, SimulatedConnections::Line> lines_;

  // Until the next change of rules or endpoints, when pointers may mean others.
  absl::flat_hash_map<const Endpoint*, ScriptedEndpoint*> endpoint_cache_;
  absl::flat_hash_map<const SubsetPool*, PoolFacts> pool_cache_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_SIMULATED_MESH_H_
