// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_SCRIPTED_ENDPOINT_H_
#define MESHROUTE_LIB_SIMULATION_SCRIPTED_ENDPOINT_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <queue>
#include <string_view>
#include <vector>

#include "lib/simulation/latency_sampler.h"
#include "meshroute/base/clock.h"
#include "meshroute/base/random_source.h"
#include "meshroute/message/outcome.h"
#include "meshroute/simulation/scenario.h"

namespace meshroute {

// What becomes of one attempt, known when it is sent.
struct ServedAttempt {
  Duration ends = Duration::max();  // Since the start; max: never.
  Outcome::Kind kind = Outcome::Kind::kResponse;
  int status = 200;
};

// The share, 0..1, of requests at `moment` that go wrong at such an endpoint: by no
// answer, or one of 500 and more.
double BadShareAt(const Scenario& scenario, std::string_view address, const Labels& labels,
                  Duration moment);

// One endpoint of a simulated mesh: behaves as the scenario says. Times are since the
// start and never go back. Thread-compatible.
class ScriptedEndpoint {
 public:
  // What is said of it stays, over all processes that call it.
  ScriptedEndpoint(const Scenario& scenario, std::string_view address, const Labels& labels,
                   uint64_t seed);

  // Takes a request in at `now`.
  ServedAttempt Serve(Duration now);

 private:
  // From `from` on, until the next phase.
  struct Phase {
    Duration from{0};
    LatencySampler latency{};
    double slowdown = 1;
    std::vector<std::vector<FailureModel>> failures{};  // Drawn one after the other.
    std::optional<CapacityModel> capacity{};
    std::optional<ColdStart> cold_start{};
  };

  void EnterPhase(Duration now);
  Duration DrawLatency(const Phase& phase, Duration now);
  const FailureModel* DrawFailure(const Phase& phase);

  // When work on a request that comes in at `now` begins; nullopt: refused.
  std::optional<Duration> StartOfWork(const CapacityModel& capacity, Duration now);

  SeededRandom random_;
  std::vector<Phase> phases_;
  size_t phase_ = 0;
  std::optional<Duration> first_request_{};

  // Of one with a capacity: when its workers are free again, the next first, and
  // when the requests that wait are begun, in order.
  std::priority_queue<Duration, std::vector<Duration>, std::greater<>> workers_;
  std::deque<Duration> waiting_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_SCRIPTED_ENDPOINT_H_
