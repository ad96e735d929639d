// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/latency_estimate.h"

#include <algorithm>

#include "lib/upstream/latency_aware_balancer.h"
#include "lib/upstream/outlier_events.h"
#include "lib/upstream/peak_ewma_balancer.h"

namespace meshroute {
namespace {

constexpr float kFailureOfUnknown = 1e9F;  // A second.

// The latency that `outcome` shows, in nanoseconds; 0: none.
float Sample(const LatencyEstimate& estimate, const Outcome& outcome) {
  if (outcome.kind == Outcome::Kind::kCancelled || outcome.kind == Outcome::Kind::kOverflow) {
    return 0;
  }
  const auto elapsed = static_cast<float>(std::max<int64_t>(0, outcome.elapsed.count()));
  if (!IsFailure(outcome)) return elapsed;
  return std::max(elapsed, estimate.known() ? estimate.nanoseconds : kFailureOfUnknown);
}

}  // namespace

LatencyEstimate LatencyLearner::After(LatencyEstimate estimate, const Outcome& outcome,
                                      TimePoint now) const {
  const float sample = Sample(estimate, outcome);
  if (sample <= 0) return estimate;
  const uint32_t moment = LatencyEstimate::MomentOf(now);
  const bool at_once = rise_ == Rise::kAtOnce && sample >= estimate.nanoseconds;
  if (!estimate.known() || at_once) return {sample, moment};
  const float kept = decay_.Between(estimate.moment, moment);
  return {estimate.nanoseconds * kept + sample * (1 - kept), moment};
}

void LatencyLearner::Learn(std::atomic<uint64_t>& word, const Outcome& outcome,
                           TimePoint now) const {
  uint64_t before = word.load(std::memory_order_relaxed);
  for (;;) {
    const uint64_t after = After(LatencyEstimate::FromWord(before), outcome, now).ToWord();
    if (after == before) return;
    if (word.compare_exchange_weak(before, after, std::memory_order_relaxed)) return;
  }
}

std::optional<LatencyLearner> LatencyLearnerOf(const EffectivePolicy& policy) {
  const std::optional<LoadBalancerExtension>& extension = policy.load_balancer_extension;
  if (!extension.has_value()) return std::nullopt;
  if (extension->peak_ewma.has_value()) return PeakEwmaBalancer::Learner(*extension->peak_ewma);
  if (extension->latency_aware.has_value()) {
    return LatencyAwareBalancer::Learner(*extension->latency_aware);
  }
  return std::nullopt;
}

}  // namespace meshroute
