// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROLLOUT_NOTED_TRIAL_H_
#define MESHROUTE_LIB_ROLLOUT_NOTED_TRIAL_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "meshroute/base/clock.h"
#include "meshroute/rollout/trial.h"
#include "meshroute/telemetry/observer.h"

namespace meshroute {

// A trial as its start was told of, kept after the views in that are gone.
struct NotedTrial {
  static constexpr size_t kLongestEndpoint = 63;

  uint64_t call = 0;      // 0: a free place.
  Assignment assignment;  // Without the name of the rollout.
  TimePoint picked_at{};
  bool is_told = false;  // Of OpenTrials.
  uint8_t endpoint_size = 0;
  std::array<char, kLongestEndpoint> endpoint_bytes{};

  std::string_view endpoint() const { return {endpoint_bytes.data(), endpoint_size}; }

  // Whether `event` can be kept: a trial whose endpoint has a longer name cannot.
  static bool Fits(const TrialStartEvent& event) {
    return event.endpoint.size() <= kLongestEndpoint;
  }

  void Note(const TrialStartEvent& event) {
    call = event.call;
    assignment = *event.assignment;
    assignment.rollout = {};
    picked_at = event.at;
    is_told = false;
    endpoint_size = static_cast<uint8_t>(event.endpoint.size());
    std::copy(event.endpoint.begin(), event.endpoint.end(), endpoint_bytes.begin());
  }

  // What Rollout::Record takes; its views are of this object.
  Trial AsTrial(Trial::Stage stage, TimePoint now) const {
    Trial trial{.assignment = assignment,
                .endpoint = endpoint(),
                .outcome = {},
                .picked_at = picked_at,
                .stage = stage};
    trial.outcome.elapsed = now - picked_at;
    return trial;
  }
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_NOTED_TRIAL_H_
