// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_RECORDER_H_
#define MESHROUTE_LIB_SIMULATION_RECORDER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/simulation/result.h"
#include "meshroute/simulation/scenario.h"

namespace meshroute {

// One call that is over.
struct EndedCall {
  uint32_t version = 0;  // Recorder::VersionOf
  int32_t status = 0;
  uint32_t attempts = 0;
  Duration latency{0};
  enum class Limit : uint8_t { kNotReached, kReached } limit = Limit::kNotReached;
};

// Whether a call counts as failed.
constexpr bool IsFailure(int32_t status) { return status < 100 || status >= 500; }

// Writes down what happens in a run, interval by interval. Thread-compatible.
class Recorder {
 public:
  static constexpr uint32_t kLocal = 0;  // The version of answers without destination.

  Recorder(const Scenario& scenario, uint64_t seed);

  // The number of a destination in SimulationResult::versions, new where it must be.
  uint32_t VersionOf(std::string_view host, std::string_view subset);

  // ... of "outbound|9080|v2|reviews.default.svc.cluster.local".
  uint32_t VersionNamed(std::string_view destination);

  void CountStart() { ++now_.started; }
  void CountSend(uint32_t version);
  void CountEnd(const EndedCall& call);
  void CountEjection() { ++now_.ejections; }

  // How many endpoints are set aside.
  void SetEjected(uint64_t count);
  uint64_t ejected() const { return ejected_; }

  void AddEvent(Duration at, std::string kind, std::string text);

  // Ends the present interval at `until`.
  void CloseInterval(Duration until, uint64_t in_flight, std::vector<RolloutPoint> rollouts);

  SimulationResult Take(std::vector<RolloutOutcome> rollouts);

 private:
  CallCounts& Counts(uint32_t version);

  SimulationResult result_;
  SimulatedInterval now_;
  uint64_t ejected_ = 0;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_RECORDER_H_
