// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_SIMULATED_ROLLOUTS_H_
#define MESHROUTE_LIB_SIMULATION_SIMULATED_ROLLOUTS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/simulation/recorder.h"
#include "lib/simulation/simulation_clock.h"
#include "meshroute/base/random_source.h"
#include "meshroute/config/validated_config.h"
#include "meshroute/rollout/rollout.h"
#include "meshroute/rollout/trial.h"
#include "meshroute/router.h"
#include "meshroute/simulation/scenario.h"

namespace meshroute {

// The rollouts of a run: of each Rollout resource one production Rollout per process.
// The first process leads; once per merge lag it takes in what the others had counted,
// and they take over its state. Thread-compatible.
class SimulatedRollouts {
 public:
  // All outlive it. `routers` are the processes', in order.
  SimulatedRollouts(const Scenario& scenario, uint64_t seed, SimulationClock& clock,
                    Recorder& recorder);
  ~SimulatedRollouts();

  void AddRouter(Router& router) { routers_.push_back(&router); }

  // Takes the Rollouts of `rules` on: new ones begin, known ones are updated, those that
  // are gone end.
  void Apply(const ValidatedConfig& rules);

  // A trial that `process` saw; `status` is of the call.
  void Record(size_t process, const Trial& trial);

  // A call of `assignment` ended so; counts the users that were hurt.
  void CountCall(const Assignment& assignment, int32_t status);

  // What an operator says.
  void Command(const RolloutChange& change);

  // When Run is to be called; earlier where a trial asked for it.
  Duration next_at() const { return next_at_; }

  // Does what is due and puts the weights in force. Whether any changed.
  enum class Weights : uint8_t { kAsBefore, kChanged };
  Weights Run();

  std::vector<RolloutPoint> Points() const;
  std::vector<RolloutOutcome> Outcomes() const;

 private:
  class Member;
  struct Group;

  Group* Find(std::string_view name);
  absl::Status Adopt(const ValidatedPlan& plan);
  void Tell(std::string kind, std::string text);
  void Exchange(Group& group);
  void Advance(Group& group);
  void PublishSplits();

  const Scenario& scenario_;
  SeededRandom random_;
  SimulationClock& clock_;
  Recorder& recorder_;
  std::vector<Router*> routers_;
  std::vector<std::unique_ptr<Group>> groups_;  // In the order of the resources.
  Duration next_at_ = Duration::max();
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_SIMULATED_ROLLOUTS_H_
