// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_ROLLOUT_ANALYSIS_H_
#define MESHROUTE_CONFIG_ROLLOUT_ANALYSIS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/config/http_match.h"
#include "meshroute/config/rollout_metric.h"
#include "meshroute/config/sticky_split.h"

namespace meshroute {

// A rest after a step has passed. Without a duration: until someone resumes.
struct RolloutPause {
  std::optional<Duration> duration;

  bool operator==(const RolloutPause&) const = default;
};

// steps[]: one stretch with a constant weight.
struct RolloutStep {
  double weight = 0;  // Percent of requests to the canary, (0,100].

  // Unset: those of the analysis.
  std::optional<Duration> min_duration;
  std::optional<uint32_t> min_requests;

  std::optional<RolloutPause> pause;

  // The name of a gate that must be approved before this step is left; empty: none.
  std::string gate;

  bool operator==(const RolloutStep&) const = default;
};

// gates[]: a moment at which someone outside is asked. Answered by
// RolloutCommand::kApprove, a rollback gate by kAbort.
struct RolloutGate {
  enum class Type : uint8_t {
    kConfirmRollout,          // Before anything is sent to the canary.
    kConfirmTrafficIncrease,  // Before each further step.
    kConfirmPromotion,        // Before all requests go to the canary.
    kRollback,                // At any time: asked to go back.
  };

  std::string name;
  Type type = Type::kConfirmPromotion;

  bool operator==(const RolloutGate&) const = default;
};

// sessionAffinity: users stay on their version, and are counted as users.
struct RolloutAffinity {
  // Empty: the caller's own key alone tells who a request is for.
  StickyKey key;

  // Mixed into the hash of the key. "auto": drawn anew for each attempt, so that it
  // is not always the same users who go first.
  std::string salt = "auto";

  bool operator==(const RolloutAffinity&) const = default;
};

// endpoints: what becomes of evidence that rests on a single endpoint.
struct RolloutEndpoints {
  enum class OnSuspect : uint8_t { kHold, kRollback };

  OnSuspect on_suspect = OnSuspect::kHold;

  // Whether outlier detection is asked to set a suspect aside: within its own limits, and
  // at most a third of the canary's endpoints.
  bool eject_suspects = true;

  // How long a suspect is looked at before `on_suspect` acts.
  Duration suspect_grace = std::chrono::seconds(60);

  bool operator==(const RolloutEndpoints&) const = default;
};

// baselining: how long the baseline is looked at before the first step. Over as soon
// as either is reached, unless mirrored pairs look suspicious by then. With fewer than
// nine pairs at the end of max_duration the plan's on_timeout says what follows.
struct RolloutBaselining {
  uint32_t min_requests = 1000;  // With RolloutAnalysis::mirror: pairs.
  Duration max_duration = std::chrono::seconds(30);

  bool operator==(const RolloutBaselining&) const = default;
};

// Rollout spec.analysis: the steps, and how each is judged.
struct RolloutAnalysis {
  enum class Mode : uint8_t {
    kSequential,  // Decides after each bad request, with a bound on false rollbacks.
    kClassic,     // Flagger's rule: so many failed checks, one per interval.
    kNone,        // Steps by time alone.
  };
  enum class Advance : uint8_t {
    kSampled,  // A fault had its chance to be found: min_requests were sent.
    kProven,   // Also: the canary's rate is shown to be within its limit.
  };
  enum class OnTimeout : uint8_t { kPause, kAdvance, kRollback };

  Mode mode = Mode::kSequential;

  // Percent of requests to the canary, strictly rising. Exactly one of the three
  // ways is set: this, `steps`, or `step_weight`.
  std::vector<double> step_weights;
  std::vector<RolloutStep> steps;

  // Flagger's way: steps of step_weight, 2 * step_weight, ... and max_weight last.
  std::optional<double> step_weight;
  std::optional<double> max_weight;  // Unset: 100.

  // Period of stakes, of merging and of classic checks. At least 1s.
  Duration interval = std::chrono::seconds(30);

  // Of classic mode: failed checks, in all, that roll back.
  uint32_t threshold = 5;

  Duration min_duration = std::chrono::seconds(60);
  Duration max_duration = std::chrono::hours(1);  // Of a step, pauses not counted.
  uint32_t min_requests = 1000;                   // Counted canary requests per step.
  Advance advance = Advance::kSampled;
  OnTimeout on_timeout = OnTimeout::kPause;  // Also of a baselining without pairs.

  // alpha: the chance that a canary within its margins is ever rolled back. (0,0.5]
  double false_rollback_probability = 0.001;

  // Percent kept on the baseline while a last step of 100 is watched. [0,50] Unset: 5,
  // or less where the step before leaves less (HoldbackOf).
  std::optional<double> holdback;

  // What is not counted after a step begins: latencies of cold caches.
  Duration warmup{0};

  // Age at which a request is compared with those of the other version, so that a
  // version that fails fast is not judged before its successes are in. At most 60s;
  // 0: as soon as it has ended.
  Duration maturity = std::chrono::seconds(2);

  // What is reported of a request later than this is not counted.
  Duration max_outcome_age = std::chrono::minutes(10);

  // A baseline that is worse than the canary lets the waits of the steps be skipped.
  bool fast_forward = false;

  std::vector<RolloutMetric> metrics;

  // Requests that go to the canary besides the weight; alternatives.
  std::vector<HttpMatchRequest> match;

  // Of abTest: percent of the requests of `match` that chance gives to the canary, so
  // that both versions of them can be compared. (0,100) Unset: all go to the canary.
  std::optional<double> within;

  std::optional<RolloutAffinity> session_affinity;

  // Flagger's: before the first step the canary gets copies of the baseline's requests,
  // whose answers nobody sees; each is compared with its original. Of calls that may be
  // sent twice alone (TrafficSplit::mirror). Not beside RolloutPlan::fresh_baseline: pairs
  // would be with the warm pods of the old baseline.
  bool mirror = false;
  std::optional<double> mirror_weight;  // Percent of the requests, (0,100]. Unset: 100.

  RolloutEndpoints endpoints;
  RolloutBaselining baselining;
  std::vector<RolloutGate> gates;

  bool operator==(const RolloutAnalysis&) const = default;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_ROLLOUT_ANALYSIS_H_
