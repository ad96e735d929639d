// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/ejection_ledger.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/upstream/rate_judgement.h"

namespace meshroute {
namespace {

using Change = EjectionEvent::Change;

Duration DrawJitter(const DetectionRules& rules, RandomSource& random) {
  const auto most = std::chrono::duration_cast<std::chrono::milliseconds>(
      rules.extension.max_ejection_time_jitter);
  if (most.count() <= 0) return Duration(0);
  return std::chrono::milliseconds(random.Below(static_cast<uint64_t>(most.count()) + 1));
}

}  // namespace

void EjectionLedger::Join(const Generation& generation) {
  const MutexLock lock(mutex_);
  generations_.push_back(generation);
  const EndpointSet& endpoints = *generation.endpoints;
  const DetectionRules& rules = *generation.rules;
  accounts_.emplace(endpoints, rules);
  if (JudgesAtSweeps(rules.extension)) KeepStatistics(endpoints);
  bool readmits = false;
  for (size_t i = 0; i < endpoints.size(); ++i) {
    EndpointState& state = endpoints.at(i).state();
    if (!rules.detects) state.ejection_multiplier = 0;
    // Whoever is out by the shadow's accounts is not by real ones, and the reverse.
    const bool stays = rules.detects && endpoints.at(i).ejected() != rules.extension.shadow;
    if (!state.out || stays) continue;
    untold_.push_back(PutBack(endpoints.at(i), state.ejected_at));
    readmits = true;
  }
  if (readmits) {
    RefreshAll();
  } else {
    generation.endpoints->Refresh();  // Somebody may have been ejected since it was made.
  }
}

EjectionLedger::Changes EjectionLedger::TakeUntold() {
  const MutexLock lock(mutex_);
  return std::exchange(untold_, {});
}

void EjectionLedger::Leave(const DetectionRules& rules) {
  const MutexLock lock(mutex_);
  generations_.erase(
      std::remove_if(generations_.begin(), generations_.end(),
                     [&](const Generation& generation) { return generation.rules == &rules; }),
      generations_.end());
  accounts_.reset();
  if (generations_.empty()) return;
  accounts_.emplace(*generations_.back().endpoints, *generations_.back().rules);
}

std::optional<EjectionChange> EjectionLedger::Eject(const Endpoint& endpoint,
                                                    const Finding& finding, TimePoint now) {
  const MutexLock lock(mutex_);
  const Endpoint* const member = MemberLike(endpoint);
  if (member == nullptr || member->state().out || !accounts_->rules().detects) return std::nullopt;
  EjectionChange change = EjectMember(*member, finding, now);
  if (change.change == Change::kEjected) RefreshAll();
  return change;
}

EjectionAnswer EjectionLedger::EjectAsked(const Endpoint& endpoint, const EjectionAsk& ask,
                                          TimePoint now) {
  const MutexLock lock(mutex_);
  const Endpoint* const member = MemberLike(endpoint);
  const std::string address(endpoint.address());
  if (member == nullptr) return {absl::NotFoundError(absl::StrCat("has no endpoint ", address))};
  if (!accounts_->rules().detects) {
    return {absl::FailedPreconditionError("has no outlierDetection")};
  }
  if (member->state().out) {
    return {absl::AlreadyExistsError(absl::StrCat("has set ", address, " aside already"))};
  }
  const Finding finding{.reason = ask.reason, .one_in = ask.one_in};
  EjectionAnswer answer{.status = absl::OkStatus(), .change = EjectMember(*member, finding, now)};
  if (answer.change->change == Change::kRefusedByCap) {
    answer.status = absl::ResourceExhaustedError(accounts_->LimitsOf(ask.one_in));
  } else if (answer.change->shadow) {
    answer.status = absl::FailedPreconditionError("has outlier detection in shadow mode");
  }
  if (answer.status.ok()) RefreshAll();
  return answer;
}

std::optional<EjectionChange> EjectionLedger::CountTrial(const Endpoint& endpoint, TrialId trial,
                                                         TrialResult result, TimePoint now) {
  const MutexLock lock(mutex_);
  const Endpoint* const member = MemberLike(endpoint);
  if (member == nullptr || member->trial() != trial) return std::nullopt;
  const std::optional<HalfOpenReturn>& half_open = accounts_->rules().extension.half_open;
  std::optional<EjectionChange> change;
  if (result == TrialResult::kFailure) {
    change = SetAside(*member, {.reason = "failed_trial"}, now);
    ++counters_.failed_trials;
  } else if (++member->state().trial_successes >= (half_open ? half_open->successes : 1)) {
    change = PutBack(*member, now);
  } else {
    return std::nullopt;
  }
  RefreshAll();
  return change;
}

EjectionLedger::Changes EjectionLedger::Sweep(TimePoint now) {
  const MutexLock lock(mutex_);
  last_sweep_ = now;
  Changes changes;
  if (generations_.empty()) return changes;
  ReturnDue(now, changes);
  Judge(now, changes);
  Forgive(now);
  if (!changes.empty()) RefreshAll();
  return changes;
}

EjectionLedger::Changes EjectionLedger::ReadmitAll(TimePoint now) {
  const MutexLock lock(mutex_);
  Changes changes;
  if (generations_.empty()) return changes;
  const EndpointSet& endpoints = accounts_->endpoints();
  for (size_t i = 0; i < endpoints.size(); ++i) {
    endpoints.at(i).state().ejection_multiplier = 0;
    if (endpoints.at(i).state().out) changes.push_back(PutBack(endpoints.at(i), now));
  }
  if (!changes.empty()) RefreshAll();
  return changes;
}

bool EjectionLedger::ClaimSweep(TimePoint now) {
  const MutexLock lock(mutex_);
  if (!last_sweep_.has_value()) last_sweep_ = now;
  if (generations_.empty()) return false;
  if (now - *last_sweep_ < accounts_->rules().settings.interval) return false;
  last_sweep_ = now;
  return true;
}

TimePoint EjectionLedger::NextSweep() const {
  const MutexLock lock(mutex_);
  if (generations_.empty() || !last_sweep_.has_value()) return kNever;
  return AddSaturated(*last_sweep_, accounts_->rules().settings.interval);
}

std::string_view EjectionLedger::ReasonOf(const Endpoint& endpoint) const {
  const MutexLock lock(mutex_);
  return endpoint.state().out ? endpoint.state().out_reason : std::string_view();
}

OutlierCounters EjectionLedger::counters() const {
  const MutexLock lock(mutex_);
  OutlierCounters counters = counters_;
  counters.out = accounts_ ? accounts_->out() : 0;
  return counters;
}

// The newest generation's endpoint that has the state of `endpoint`, or nullptr.
const Endpoint* EjectionLedger::MemberLike(const Endpoint& endpoint) const {
  if (generations_.empty()) return nullptr;
  const Endpoint* const member = accounts_->endpoints().Find(endpoint.address());
  return member != nullptr && &member->state() == &endpoint.state() ? member : nullptr;
}

// First the cap, then the draw.
EjectionChange EjectionLedger::EjectMember(const Endpoint& member, const Finding& finding,
                                           TimePoint now) {
  EjectionChange change{.endpoint = std::string(member.address()), .finding = finding};
  change.shadow = accounts_->rules().extension.shadow;
  if (!accounts_->AllowsOneMore(member, finding.one_in)) {
    ++counters_.refused_by_cap;
    change.change = Change::kRefusedByCap;
    return change;
  }
  if (!Draw(finding.enforcing)) {
    ++counters_.not_enforced;
    change.change = Change::kNotEnforced;
    return change;
  }
  return SetAside(member, finding, now);
}

EjectionChange EjectionLedger::SetAside(const Endpoint& member, const Finding& finding,
                                        TimePoint now) {
  const DetectionRules& rules = accounts_->rules();
  const Duration jitter = DrawJitter(rules, *generations_.back().random);
  EjectionChange change{.endpoint = std::string(member.address()), .finding = finding};
  change.ejection_time = accounts_->Eject(member, jitter, now);
  member.state().out_reason = finding.reason;
  change.shadow = rules.extension.shadow;
  ++(change.shadow ? counters_.shadow_ejections : counters_.ejections);
  return change;
}

EjectionChange EjectionLedger::PutBack(const Endpoint& member, TimePoint now) {
  EjectionChange change{.change = Change::kReadmitted, .endpoint = std::string(member.address())};
  change.shadow = !member.ejected();
  accounts_->Readmit(member, now);
  if (!change.shadow) ++counters_.readmissions;
  return change;
}

EjectionChange EjectionLedger::BeginTrial(const Endpoint& member) {
  member.state().trial_successes = 0;
  member.state().trial.fetch_add(1, std::memory_order_relaxed);
  member.state().on_trial.store(true, std::memory_order_relaxed);
  return {.change = Change::kOnTrial, .endpoint = std::string(member.address())};
}

void EjectionLedger::ReturnDue(TimePoint now, Changes& changes) {
  const EndpointSet& endpoints = accounts_->endpoints();
  const bool by_trial =
      accounts_->rules().extension.half_open && !accounts_->rules().extension.shadow;
  for (size_t i = 0; i < endpoints.size(); ++i) {
    const Endpoint& endpoint = endpoints.at(i);
    if (!endpoint.state().out || !accounts_->IsDue(endpoint, now)) continue;
    if (!by_trial) {
      changes.push_back(PutBack(endpoint, now));
    } else if (!endpoint.on_trial()) {
      changes.push_back(BeginTrial(endpoint));
    }
  }
}

// Of answers, and then of local origin, each first by success rate, then by failure
// percentage. Nobody is ejected twice: who is out by one judgement is passed over by
// the next.
void EjectionLedger::Judge(TimePoint now, Changes& changes) {
  const OutlierDetectionExtension& extension = accounts_->rules().extension;
  if (!JudgesAtSweeps(extension)) return;
  const SweepSamples samples = TakeSamples(accounts_->endpoints());
  for (const RateOrigin origin : {RateOrigin::kExternal, RateOrigin::kLocal}) {
    const std::vector<RateSample>& rates =
        origin == RateOrigin::kExternal ? samples.answers : samples.local_origin;
    if (extension.success_rate) {
      EjectAll(JudgeSuccessRate(rates, *extension.success_rate, origin), now, changes);
    }
    if (extension.failure_percentage) {
      EjectAll(JudgeFailurePercentage(rates, *extension.failure_percentage, origin), now, changes);
    }
  }
  JudgeLatency(samples, now, changes);
}

void EjectionLedger::JudgeLatency(const SweepSamples& samples, TimePoint now, Changes& changes) {
  const OutlierDetectionExtension& extension = accounts_->rules().extension;
  if (!extension.latency) return;
  const LatencyJudgement::Verdict verdict = latency_.Judge(samples.latency, *extension.latency);
  if (!verdict.suppressed) return EjectAll(verdict.slow, now, changes);
  if (verdict.slow.empty()) return;
  ++counters_.suppressed;
  changes.push_back({.change = Change::kSuppressed,
                     .endpoint = std::string(verdict.slow.front().endpoint->address()),
                     .finding = verdict.slow.front().finding,
                     .shadow = extension.shadow});
}

void EjectionLedger::EjectAll(const std::vector<Outlier>& outliers, TimePoint now,
                              Changes& changes) {
  for (const Outlier& outlier : outliers) {
    if (outlier.endpoint->state().out) continue;
    changes.push_back(EjectMember(*outlier.endpoint, outlier.finding, now));
  }
}

void EjectionLedger::Forgive(TimePoint now) {
  const EndpointSet& endpoints = accounts_->endpoints();
  const Duration interval = accounts_->rules().settings.interval;
  for (size_t i = 0; i < endpoints.size(); ++i) {
    EndpointState& state = endpoints.at(i).state();
    if (state.out || !state.was_readmitted || state.ejection_multiplier == 0) continue;
    if (now - state.readmitted_at >= interval) --state.ejection_multiplier;
  }
}

bool EjectionLedger::Draw(uint32_t percent) {
  if (percent == 0) return false;
  return percent >= 100 || generations_.back().random->Below(100) < percent;
}

void EjectionLedger::RefreshAll() {
  for (const Generation& generation : generations_) generation.endpoints->Refresh();
}

}  // namespace meshroute
