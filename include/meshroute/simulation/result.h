// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_SIMULATION_RESULT_H_
#define MESHROUTE_SIMULATION_RESULT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/simulation/latency_histogram.h"

namespace meshroute {

// A destination that calls went to.
struct SimulatedVersion {
  std::string name;    // "reviews v2"; "local" for answers that no destination gave.
  std::string host;    // "reviews.default.svc.cluster.local"
  std::string subset;  // "v2"
};

// What became of calls and attempts in a span of time; each counts where it ended.
struct CallCounts {
  uint64_t calls = 0;
  uint64_t failed = 0;     // Status 500 and more, or none.
  uint64_t attempts = 0;   // Requests sent to endpoints.
  uint64_t retries = 0;    // ... but the first of each call.
  uint64_t overflows = 0;  // Calls with the flag UO: a limit refused the call or its retry.
  LatencyHistogram latency{};

  void Add(const CallCounts& other);
};

// Where a rollout stood at the end of an interval.
struct RolloutPoint {
  std::string phase;     // "Progressing"
  double weight = 0;     // Percent of the canary.
  double score = 0;      // The evidence against the canary; 1 says nothing.
  uint32_t holding = 0;  // 1 where it waits because the score is suspicious.
};

// One row of the timeline.
struct SimulatedInterval {
  Duration from{0};
  Duration until{0};
  uint64_t started = 0;
  CallCounts all{};
  std::vector<CallCounts> versions{};      // In the order of SimulationResult::versions.
  std::map<int32_t, uint64_t> statuses{};  // Calls by status.
  uint64_t ejections = 0;                  // By outlier detection.
  uint64_t ejected = 0;                    // Endpoints, the most at one time in one process.
  uint64_t in_flight = 0;                  // Calls at its end.
  std::vector<RolloutPoint> rollouts{};    // In the order of SimulationResult::rollouts.
};

// Something that happened, in words.
struct TimelineEvent {
  Duration at{0};
  std::string kind;  // "incident", "change", "ejection", "rollout"
  std::string text;
};

// How a rollout came out.
struct RolloutOutcome {
  std::string name;   // "default/reviews"
  std::string phase;  // At the end.
  double weight = 0;
  double peak_score = 0;
  double score_limit = 0;  // At which it is taken back.
  std::optional<Duration> rollback_at{};
  std::optional<Duration> promoted_at{};
  uint64_t users_hurt = 0;  // Failed calls of the canary until it was taken back.
};

// All that a run brought. Two runs of one scenario with one seed are equal.
struct SimulationResult {
  static constexpr size_t kMaximumEvents = 2000;

  std::string name;
  uint64_t seed = 0;
  Duration duration{0};
  std::vector<SimulatedVersion> versions{};
  std::vector<SimulatedInterval> timeline{};
  SimulatedInterval total{};
  std::vector<TimelineEvent> events{};  // The first kMaximumEvents.
  uint64_t event_count = 0;
  std::vector<RolloutOutcome> rollouts{};
};

}  // namespace meshroute

#endif  // MESHROUTE_SIMULATION_RESULT_H_
