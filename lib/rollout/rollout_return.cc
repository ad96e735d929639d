// SPDX-License-Identifier: Apache-2.0
// The way back.
#include <algorithm>
#include <utility>

#include "lib/rollout/rollout_state.h"

namespace meshroute {

void Rollout::State::StartRollback(std::string reason, std::string_view by) {
  progress_.reason = std::move(reason);
  const Duration last_bad(last_bad_.load(std::memory_order_relaxed));
  if (last_bad != Duration(0)) last_decision_ = now_ - TimePoint(last_bad);
  ++rollbacks_[progress_.reason];
  if (HasCanaryTraffic()) CountStepTime();
  Tell(EventKind::kRollbackStarted, progress_.reason, by);
  const bool is_outage = CanaryIsOut();  // Whatever the baseline can take, it is better.
  const RolloutReturn& rule = plan().rollback;
  const bool baseline_is_small =
      !rule.min_baseline_endpoints ||
      (health_.baseline && *health_.baseline < *rule.min_baseline_endpoints);
  const bool goes_by_steps = !is_outage && !plan().dry_run && baseline_is_small;
  Enter(Phase::kRollingBack);
  progress_.return_step = goes_by_steps ? 0 : static_cast<uint32_t>(rule.steps.size());
  double weight = 0;
  for (; progress_.return_step < rule.steps.size(); ++progress_.return_step) {
    const double step = rule.steps[progress_.return_step] / 100;
    if (step >= progress_.weight) continue;
    weight = step;
    break;
  }
  ReturnTo(weight);
}

// Whether more than half of the requests fail, in the whole step or lately: what went well
// an hour ago says nothing.
bool Rollout::State::CanaryIsOut() const {
  constexpr uint64_t kFewest = 2;  // One may fail in the best of versions.
  for (size_t i = 0; i < judge_->signals().size(); ++i) {
    if (judge_->signals()[i].kind != Signal::Kind::kOutcome) continue;
    const Tally::Pair all = sums_.At(progress_.tag).CanarySum(i);
    const Tally::Pair before = i < calm_.size() ? calm_[i] : Tally::Pair();
    const uint64_t bad = all.bad - std::min(all.bad, before.bad);
    const uint64_t good = all.good - std::min(all.good, before.good);
    if (all.bad > all.good || (bad >= kFewest && bad > good)) return true;
  }
  return false;
}

// While something holds, what has come since it began is late enough; at most an interval.
void Rollout::State::RememberCalm() {
  if (progress_.since_check > Duration(0) && (progress_.holding || !IsSequential())) return;
  calm_.resize(judge_->signals().size());
  for (size_t i = 0; i < calm_.size(); ++i) calm_[i] = sums_.At(progress_.tag).CanarySum(i);
}

// No evidence is taken on the way: the tag is one that nothing is counted for.
void Rollout::State::ReturnTo(double weight) {
  progress_.weight = weight;
  ++progress_.tag;
  progress_.in_phase = Duration(0);
  if (weight <= 0) Tell(EventKind::kRolledBack, progress_.reason);
}

void Rollout::State::ContinueRollback() {
  if (progress_.weight <= 0) {
    if (progress_.in_phase >= plan().rollback.drain) Fail();
    return;
  }
  if (progress_.in_phase < analysis().interval) return;
  ++progress_.return_step;
  const std::vector<double>& steps = plan().rollback.steps;
  ReturnTo(progress_.return_step < steps.size() ? steps[progress_.return_step] / 100 : 0);
  if (progress_.weight <= 0 && plan().rollback.drain <= Duration(0)) Fail();
}

void Rollout::State::Fail() {
  progress_.weight = 0;
  Enter(Phase::kFailed);
  Tell(EventKind::kFailed, progress_.reason);
}

}  // namespace meshroute
