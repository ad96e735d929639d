// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROLLOUT_ROLLOUT_METRICS_H_
#define MESHROUTE_ROLLOUT_ROLLOUT_METRICS_H_

#include <span>
#include <string>

#include "meshroute/rollout/rollout_status.h"

namespace meshroute {

// The metrics of rollouts in Prometheus' text format, named meshroute_rollout_*: phase,
// weight, step, score and its limit, counts and rates with their intervals, rollbacks
// and promotions, times. docs/rollout.md lists them.
std::string RolloutMetricsText(std::span<const RolloutStatus> rollouts);

}  // namespace meshroute

#endif  // MESHROUTE_ROLLOUT_ROLLOUT_METRICS_H_
