// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_ROLLOUT_PLAN_H_
#define MESHROUTE_CONFIG_ROLLOUT_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/config/http_actions.h"
#include "meshroute/config/metadata.h"
#include "meshroute/config/rollout_analysis.h"

namespace meshroute {

// spec.rollback: how requests leave the canary again.
struct RolloutReturn {
  // Falling percentages on the way to 0, one analysis.interval each. Empty: to 0 in
  // one swap, as always where more than half of the canary's requests fail.
  std::vector<double> steps;

  // Set: `steps` are taken only while the baseline has fewer healthy endpoints.
  std::optional<uint32_t> min_baseline_endpoints;

  // How long the rollout is kept open at weight 0 before it counts as failed.
  Duration drain{0};

  // Requests of analysis.match stay on the canary.
  bool keep_match = false;

  bool operator==(const RolloutReturn&) const = default;
};

// spec.postPromotion.
struct RolloutWatch {
  // Time at 100 % under the absolute limits before the rollout has succeeded. Of
  // blueGreen 0 means analysis.min_duration.
  Duration watch{0};

  bool operator==(const RolloutWatch&) const = default;
};

// A resource of our own, meshroute.io/v1alpha1 Rollout: how the requests of one HTTP
// rule move from one version to the next, and back. Plain data; the class that obeys
// it is Rollout (meshroute/rollout/rollout.h).
struct RolloutPlan {
  enum class Strategy : uint8_t {
    kCanary,     // More and more requests, step by step.
    kBlueGreen,  // A few, then all in one swap, then watched.
    kAbTest,     // Those of analysis.match, and nobody else.
  };

  Metadata metadata;

  // The VirtualService that holds the rule: a name in the same namespace, or
  // "namespace/name".
  std::string virtual_service;

  // http[].name; empty: the VirtualService's only HTTP rule.
  std::string route;

  std::optional<Destination> baseline;  // Required.
  std::optional<Destination> canary;    // Required.

  // Of strategy canary: the baseline's version in a subset of its own that is as young
  // as the canary. It gets as many requests as the canary, by chance, and the two are
  // compared with each other alone.
  std::optional<Destination> fresh_baseline;

  // Names what is rolled out: a change begins a new rollout. Empty: a hash of the
  // canary's subset.
  std::string revision;

  Strategy strategy = Strategy::kCanary;
  RolloutAnalysis analysis;
  RolloutReturn rollback;
  RolloutWatch post_promotion;

  // Of abTest: false ends the test with its verdict, and promotes nothing.
  bool promote = true;

  // A call whose first attempt went to the canary is retried on the baseline, as long as
  // that has requests of its own. The first attempt counts for the canary all the same.
  bool retry_on_baseline = false;

  // Decides and reports, and leaves the weights as they are.
  bool dry_run = false;

  bool operator==(const RolloutPlan&) const = default;
};

// Percent of requests that go to the canary of a blueGreen rollout before the swap.
inline constexpr double kProbeWeight = 1;

// The steps that `plan` means, whichever way it writes them, every field set: those of
// a blueGreen are one of kProbeWeight, those of an abTest one of 0.
std::vector<RolloutStep> StepsOf(const RolloutPlan& plan);

// The holdback of a plan that does not say, in percent.
inline constexpr double kUsualHoldback = 5;

// Percent kept on the baseline while a last step of 100 is watched: as written, or
// kUsualHoldback. Where that would make the last step no step forward, half of what the
// step before left: 2.5 after a step of 95.
double HoldbackOf(const RolloutPlan& plan);

// The share of requests that a step sends to the canary, 0..1: its weight, where the
// last step of 100 keeps HoldbackOf on the baseline.
double CanaryShareOf(const RolloutPlan& plan, const std::vector<RolloutStep>& steps, size_t step);

// The chance of the canary, 0..1, for a request that analysis.match holds for, while it
// is obeyed: analysis.within of an abTest. 1: it goes there without a draw.
double MatchShareOf(const RolloutPlan& plan);

// The share of requests, 0..1, that a fresh baseline gets beside a canary that gets
// `canary_share`: as much, or what is left. 0: there is none.
double FreshShareOf(const RolloutPlan& plan, double canary_share);

// The share of the baseline's requests that is mirrored before the first step, 0..1.
double MirrorShareOf(const RolloutPlan& plan);

// The time at 100 % after the promotion.
Duration WatchOf(const RolloutPlan& plan);

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_ROLLOUT_PLAN_H_
