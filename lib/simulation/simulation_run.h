// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_SIMULATION_RUN_H_
#define MESHROUTE_LIB_SIMULATION_SIMULATION_RUN_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "lib/simulation/arrival_stream.h"
#include "lib/simulation/call_table.h"
#include "lib/simulation/event_queue.h"
#include "lib/simulation/recorder.h"
#include "lib/simulation/request_source.h"
#include "lib/simulation/simulated_mesh.h"
#include "lib/simulation/simulation_clock.h"
#include "meshroute/simulation/scenario_reader.h"

namespace meshroute {

// One run of a scenario. What happens next is the earliest of: the end of an interval,
// a change, upkeep that is due, a plan of a call under way, the next arrival; of one
// moment in this order. Thread-compatible.
class SimulationRun {
 public:
  // `loaded` outlives it.
  SimulationRun(const LoadedScenario& loaded, uint64_t seed);

  SimulationResult Run();

 private:
  struct MirrorSlot {
    std::optional<MirrorSend> mirror{};
    SimulatedConnections* connections = nullptr;
    Duration sent_at{0};
  };

  // Moves the clock to the end, stopping at everything that is to be done.
  void RunUntilEnd();
  bool DoScheduled(Duration now);  // False: nothing of the kind is due.
  Duration NextScheduled();

  void MakeChange(const ScenarioChange& change, size_t index);
  void CloseInterval();

  void StartCall();
  void Drive(uint32_t number);
  void Dispatch(uint32_t number, Send& send);
  void Serve(uint32_t number, uint32_t attempt);
  void SendMirrors(Send& send, std::string_view authority);
  void Finish(uint32_t number, const Done& done);

  void Handle(const CallEventPlan& plan);
  void HandleReport(const CallEventPlan& plan);
  void HandleMirror(const CallEventPlan& plan);
  void EndRequest(SimulatedAttempt& attempt);
  void Leave(SimulatedConnections* connections);
  void PlanReport(uint32_t number, uint32_t attempt, Duration at, const ServedAttempt& served);

  const LoadedScenario& loaded_;
  const Scenario& scenario_;
  const Duration interval_;
  SimulationClock clock_;
  SeededRandom arrival_random_;
  SeededRandom request_random_;
  Recorder recorder_;
  SimulatedMesh mesh_;  // Outlives the calls and mirrors below.
  ArrivalStream arrivals_;
  RequestSource requests_;
  EventQueue plans_;
  CallTable calls_;
  std::deque<MirrorSlot> mirrors_;
  std::vector<uint32_t> free_mirrors_;

  Duration next_arrival_{0};
  Duration next_due_{0};
  Duration interval_end_{0};
  size_t next_change_ = 0;
  std::vector<TimelineEvent> incident_notes_;  // By time.
  size_t next_note_ = 0;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_SIMULATION_RUN_H_
