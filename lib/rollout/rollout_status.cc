// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/rollout_status.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/rollout/rollout_state.h"
#include "meshroute/rollout/anytime_bounds.h"

namespace meshroute {
namespace {

ArmStatus StatusOfArm(const Tally::Pair& all, const Tally::Pair& step) {
  constexpr double kAlpha = 0.05;
  ArmStatus status{.trials = static_cast<int64_t>(all.bad + all.good),
                   .bad = static_cast<int64_t>(all.bad),
                   .step_trials = static_cast<int64_t>(step.bad + step.good),
                   .step_bad = static_cast<int64_t>(step.bad)};
  const RateInterval interval = AnytimeRate(status.trials, status.bad, kAlpha);
  status.low = interval.low;
  status.high = interval.high;
  return status;
}

std::string NameOfMetric(const RolloutMetric& metric) {
  if (metric.name != kRequestDuration) return metric.name;
  return absl::StrCat(metric.name, "-p", metric.percentile);
}

}  // namespace

MetricStatus Rollout::State::StatusOf(size_t metric) const {
  const size_t signal = judge_->RelativeSignal(metric);
  const Tally::Step& step = sums_.At(progress_.tag);
  MetricStatus status;
  status.name = NameOfMetric(analysis().metrics[metric]);
  status.score = board_->MetricValue(metric);
  status.share = board_->share(metric);
  status.baseline = StatusOfArm(sums_.BaselineSum(signal), step.BaselineSum(signal));
  status.canary = StatusOfArm(sums_.CanarySum(signal), step.CanarySum(signal));
  status.pairs = sums_.Pairs(signal);
  if (const StepEvidence* const evidence = evidence_.FindStep(progress_.tag)) {
    status.latency_limit = evidence->LatencyLimit(metric);
  }
  return status;
}

RolloutStatus Rollout::State::status() const {
  RolloutStatus status;
  status.rollout = plan_.name();
  status.revision = plan_.revision();
  status.phase = progress_.phase;
  status.pause_reason = progress_.pause_reason;
  status.paused_phase = progress_.paused_phase;
  status.reason = progress_.reason;
  status.generation = progress_.generation;
  status.attempt = progress_.attempt;
  status.dry_run = plan().dry_run;
  status.step = progress_.step;
  status.steps = static_cast<uint32_t>(steps_.size());
  status.weight = PublishedWeight();
  status.fresh_weight = FreshWeight();
  status.match_weight = published_.obeys_match ? published_.match_weight : 0;
  status.waiting_gates = WaitingGates();
  status.holding = progress_.holding;
  status.score = board_->Value();
  status.score_limit = Limit();
  status.mirror_score = board_->MirrorValue();
  status.step_requests = StepRequests();
  status.requests_wanted = *RunningStep().min_requests;
  for (size_t i = 0; i < board_->metrics(); ++i) status.metrics.push_back(StatusOf(i));
  if (!progress_.suspect.empty()) status.suspects = {progress_.suspect};
  status.last_transition = last_transition_;
  status.in_step = progress_.in_step;
  status.paused = progress_.paused;
  status.running = progress_.running;
  status.last_decision = last_decision_;
  status.shards = static_cast<uint32_t>(peers_.size());
  for (const auto& [instance, peer] : peers_) {
    status.oldest_shard = std::max(status.oldest_shard, Duration(now_ - peer.heard));
  }
  status.events = events_;
  status.rollbacks = rollbacks_;
  status.step_times = step_times_;
  status.history.assign(history_.begin(), history_.end());
  return status;
}

}  // namespace meshroute
