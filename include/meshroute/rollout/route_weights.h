// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROLLOUT_ROUTE_WEIGHTS_H_
#define MESHROUTE_ROLLOUT_ROUTE_WEIGHTS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/config/rollout_plan.h"
#include "meshroute/routing/traffic_split.h"
#include "meshroute/upstream/outlier_detector.h"

namespace meshroute {

// How a suspect is to be set aside: at most a third of the canary's endpoints may be out.
inline constexpr EjectionAsk kSuspectAsk{.reason = "rollout_suspect", .one_in = 3};

// What a rollout asks of the router: how the requests of its rule are divided, and
// the tag that each of them carries. A plain value.
struct RouteWeights {
  // Grows whenever anything below changes but for `latency_limit` and
  // `advance_at`: publish then.
  uint64_t version = 0;

  // Which rule, which destinations, which requests match. Never null.
  std::shared_ptr<const RolloutPlan> plan;

  // Probability of the canary, 0..1; of an abTest that is not over, 0.
  double weight = 0;

  // That of the plan's fresh baseline; 0 where it has none.
  double fresh_weight = 0;

  // The tag.
  std::string rollout;  // "prod/reviews"
  uint64_t generation = 0;
  uint32_t step = 0;

  // Mixed into the sticky key of this attempt, where the plan has one.
  std::string salt;

  // Whether requests of the plan's `match` have a probability of their own, and which: 1
  // unless the plan splits them (RolloutAnalysis::within).
  bool obeys_match = false;
  double match_weight = 1;

  // Share of the baseline's requests that are mirrored to the canary, 0..1.
  double mirror = 0;

  // Endpoints of the canary that outlier detection is asked to set aside, by
  // Router::Eject with kSuspectAsk, once each as they come.
  std::vector<std::string> suspects;

  // A first attempt that is open for longer is bad under every latency metric, and may
  // be recorded as Trial::Stage::kOpen; 0: no such metric has a limit (yet).
  Duration latency_limit{0};

  // When to call Rollout::Advance again at the latest; kNever: nothing is planned.
  TimePoint advance_at = kNever;
};

// The same in the words of Router::SetSplits.
TrafficSplit SplitOf(const RouteWeights& weights);

}  // namespace meshroute

#endif  // MESHROUTE_ROLLOUT_ROUTE_WEIGHTS_H_
