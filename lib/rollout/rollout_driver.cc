// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/rollout_driver.h"

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/rollout/driver_state.h"

namespace meshroute {

RolloutDriverOptions RolloutDriver::State::Completed(RolloutDriverOptions options) {
  options.rollout_observer = &outbox_;
  if (!options.evidence_folder.empty()) options.evidence_stores = &files_;
  if (options.evidence_stores != nullptr && options.rollout.instance == RolloutOptions().instance) {
    RandomSource& random = *options.rollout.random;
    options.rollout.instance = absl::StrCat(absl::Hex(random.Next(), absl::kZeroPad16),
                                            absl::Hex(random.Next(), absl::kZeroPad16));
  }
  return options;
}

RolloutDriver::State::~State() {
  urgent_.store(0, std::memory_order_relaxed);  // The router may be gone.
  {
    const MutexLock store(store_mutex_);
    KeepAll(SteeredRule::Unsaved::kAll, kNever);
    for (const Rule& rule : *rules_.Get()) rule->Leave();
  }
  outbox_.Tell();
}

void RolloutDriver::State::Attach(Router& router) {
  router_.store(&router, std::memory_order_release);
  NoteConfig();
  (void)RunDue(router.options().clock->Now());
}

template <typename Event>
void RolloutDriver::State::Hear(const Event& event) {
  Router* const router = router_.load(std::memory_order_acquire);
  if (event.assignment == nullptr || router == nullptr) return;
  const TimePoint now = router->options().clock->Now();
  std::optional<Trial> trial = TrialOf(event, now);
  const bool ends_attempt = !std::is_same_v<Event, MirrorEvent> && event.call != 0;
  const bool may_be_open = ends_attempt && notes_trials_.load(std::memory_order_acquire);
  if (!trial && !may_be_open) return;
  const SnapshotPin<Rules> rules = rules_.Pin();
  SteeredRule* const rule = FindRule(*rules, event.assignment->rollout);
  if (rule == nullptr) return;
  const bool was_told = may_be_open && rule->EndTrial(event.call);
  if (!trial) return;
  if (was_told) trial->stage = Trial::Stage::kEndedAfterOpen;
  Record(*rule, *trial);
}

void RolloutDriver::State::Record(SteeredRule& rule, const Trial& trial) {
  const bool is_urgent = rule.Record(trial) == Urgency::kAdvanceNow;
  if (is_urgent) urgent_.fetch_or(1, std::memory_order_acq_rel);
  if (is_urgent || urgent_.load(std::memory_order_relaxed) != 0) WeighUrgent();
}

absl::Status RolloutDriver::State::Report(uint64_t call, Verdict verdict) {
  if (Router* const router = router_.load(std::memory_order_acquire)) {
    const TimePoint now = router->options().clock->Now();
    const auto stage =
        verdict == Verdict::kBad ? Trial::Stage::kReportedBad : Trial::Stage::kReportedGood;
    const SnapshotPin<Rules> rules = rules_.Pin();
    for (const Rule& rule : *rules) {
      const std::optional<NotedTrial> trial = rule->TakeTrial(call, now);
      if (!trial) continue;
      Record(*rule, trial->AsTrial(stage, now));
      return absl::OkStatus();
    }
  }
  return absl::NotFoundError(absl::StrCat("call ", call, " is not remembered by any rollout"));
}

void RolloutDriver::State::HearStart(const TrialStartEvent& event) {
  if (!notes_trials_.load(std::memory_order_acquire)) return;
  const SnapshotPin<Rules> rules = rules_.Pin();
  SteeredRule* const rule = FindRule(*rules, event.assignment->rollout);
  if (rule != nullptr) rule->BeginTrial(event);
}

SteeredRule* RolloutDriver::State::FindRule(const Rules& rules, std::string_view name) {
  for (const Rule& rule : rules) {
    if (rule->name() == name) return rule.get();
  }
  return nullptr;
}

// By whoever heard of a bad request, and by whoever gives mutex_ back, since the former may
// have found it taken. Both change urgent_ or read it as if they did: of the two the one that
// comes second sees what the other did, so that the request is seen or the lock is free.
void RolloutDriver::State::WeighUrgent() {
  while (urgent_.fetch_or(0, std::memory_order_acq_rel) != 0) {
    const TimePoint now = router_.load(std::memory_order_acquire)->options().clock->Now();
    const TimePoint last(Duration(last_advance_.load(std::memory_order_relaxed)));
    if (now - last < options_.shortest_advance) return;  // The next report, or RunDue.
    if (!mutex_.TryLock()) return;                       // Who holds it comes here next.
    if (urgent_.load(std::memory_order_relaxed) != 0) AdvanceAll(now);
    mutex_.Unlock();
  }
}

TimePoint RolloutDriver::State::RunDue(TimePoint now) {
  if (router_.load(std::memory_order_acquire) == nullptr) return kNever;
  {
    const MutexLock store(store_mutex_);
    KeepAll(SteeredRule::Unsaved::kTransitions, now);  // Of reports, before anything waits.
    if (config_changed_.exchange(false, std::memory_order_acq_rel)) FollowConfig();
    ExchangeAll();
  }
  TimePoint next = kNever;
  {
    const Owner owner(*this);
    for (const Rule& rule : *rules_.Get()) next = std::min(next, rule->RecordOverdue(now));
    AdvanceAll(now);
  }
  Finish();  // Not only when the stores have answered.
  {
    const MutexLock store(store_mutex_);
    KeepAll(SteeredRule::Unsaved::kAll, now);
  }
  {
    const Owner owner(*this);
    for (const Rule& rule : *rules_.Get()) next = std::min(next, rule->NextAt(now));
  }
  const bool is_urgent = urgent_.load(std::memory_order_acquire) != 0;
  return is_urgent ? std::min(next, AddSaturated(now, options_.shortest_advance)) : next;
}

// Tells other processes what was counted here, and hears what they have counted.
void RolloutDriver::State::ExchangeAll() {
  const std::shared_ptr<const Rules> rules = rules_.Get();
  for (const Rule& rule : *rules) {
    RolloutMember::Words words;
    {
      const Owner owner(*this);
      if (!rule->ExchangeIsDue()) continue;
      words = rule->Say();
    }
    const RolloutMember::News news = rule->Exchange(words);
    const Owner owner(*this);
    rule->Hear(news);
  }
}

void RolloutDriver::State::KeepAll(SteeredRule::Unsaved what, TimePoint now) {
  const std::shared_ptr<const Rules> rules = rules_.Get();
  for (const Rule& rule : *rules) {
    std::optional<std::string> state;
    {
      const Owner owner(*this);
      state = rule->TakeUnsaved(what, now);
    }
    if (!state) continue;
    absl::Status status = rule->Keep(*state);
    const Owner owner(*this);
    rule->NoteKept(std::move(status));
  }
}

void RolloutDriver::State::AdvanceAll(TimePoint now) {
  urgent_.exchange(0, std::memory_order_acq_rel);  // Before what it stands for is looked at.
  last_advance_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  const std::shared_ptr<const TrafficTables> tables = router_.load()->tables();
  const std::shared_ptr<const Rules> rules = rules_.Get();
  for (const Rule& rule : *rules) {
    rule->Advance(*tables);
    if (rule->notes_trials()) notes_trials_.store(true, std::memory_order_release);
    if (rule->wants_ejection()) has_suspects_.store(true, std::memory_order_release);
    if (rule->needs_publishing) Publish(*rule);
  }
}

// Without the lock: the router tells its observer.
void RolloutDriver::State::EjectSuspects() {
  if (!has_suspects_.load(std::memory_order_relaxed)) return;
  if (!has_suspects_.exchange(false, std::memory_order_acq_rel)) return;
  Router& router = *router_.load(std::memory_order_acquire);
  const std::shared_ptr<const Rules> rules = rules_.Get();
  for (const Rule& rule : *rules) {
    std::optional<SteeredRule::Ask> ask;
    {
      const Owner owner(*this);
      ask = rule->TakeAsk(*router.tables());
    }
    if (!ask) continue;
    absl::StatusOr<Duration> outcome = router.Eject(ask->destination, ask->endpoint, kSuspectAsk);
    const Owner owner(*this);
    rule->Answer(std::move(ask->endpoint), std::move(outcome));
    AdvanceAll(router.options().clock->Now());
  }
}

// The splits of other rollouts stay as they are, also where this one is refused.
void RolloutDriver::State::Publish(SteeredRule& rule) {
  Router& router = *router_.load();
  std::vector<TrafficSplit> splits = router.tables()->splits;
  std::erase_if(splits,
                [&rule](const TrafficSplit& split) { return split.rollout == rule.name(); });
  splits.push_back(rule.split());
  const Publishing publishing(*this);
  rule.refusal = router.SetSplits(std::move(splits));
  rule.needs_publishing = false;
}

absl::Status RolloutDriver::State::Apply(std::string_view rollout, RolloutCommand command,
                                         std::string_view by) {
  if (absl::Status status = Command(rollout, command, by); !status.ok()) return status;
  // Where RunDue waits for a store just now, its next call writes.
  if (!store_mutex_.TryLock()) return absl::OkStatus();
  KeepAll(SteeredRule::Unsaved::kAll,
          router_.load(std::memory_order_acquire)->options().clock->Now());
  store_mutex_.Unlock();
  return absl::OkStatus();
}

absl::Status RolloutDriver::State::Command(std::string_view rollout, RolloutCommand command,
                                           std::string_view by) {
  const Owner owner(*this);
  SteeredRule* const rule = FindRule(*rules_.Get(), rollout);
  if (rule == nullptr) {
    return absl::NotFoundError(absl::StrCat("there is no rollout ", std::string(rollout)));
  }
  if (absl::Status status = rule->Apply(command, by); !status.ok()) return status;
  AdvanceAll(router_.load(std::memory_order_acquire)->options().clock->Now());
  return absl::OkStatus();
}

std::vector<RolloutStatus> RolloutDriver::State::status() {
  const Owner owner(*this);
  std::vector<RolloutStatus> all;
  for (const Rule& rule : *rules_.Get()) all.push_back(rule->rollout().status());
  return all;
}

absl::Status RolloutDriver::State::last_error() {
  const Owner owner(*this);
  std::vector<std::string> errors;
  const auto add = [&errors](const std::string& rollout, const absl::Status& status) {
    if (status.ok()) return;
    errors.push_back(absl::StrCat("rollout ", rollout, ": ", std::string(status.message())));
  };
  for (const auto& [rollout, status] : unusable_) add(rollout, status);
  for (const Rule& rule : *rules_.Get()) {
    add(rule->name(), rule->refusal);
    add(rule->name(), rule->save_status());
    add(rule->name(), rule->store_status());
  }
  if (errors.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrJoin(errors, "\n"));
}

RolloutDriver::RolloutDriver(RolloutDriverOptions options)
    : state_(std::make_unique<State>(std::move(options))) {}

RolloutDriver::~RolloutDriver() = default;

void RolloutDriver::Attach(Router& router) {
  state_->Attach(router);
  state_->Finish();
}

TimePoint RolloutDriver::RunDue(TimePoint now) {
  const TimePoint next = state_->RunDue(now);
  state_->Finish();
  return next;
}

absl::Status RolloutDriver::Apply(std::string_view rollout, RolloutCommand command,
                                  std::string_view by) {
  absl::Status status = state_->Apply(rollout, command, by);
  state_->Finish();
  return status;
}

absl::Status RolloutDriver::Report(uint64_t call, Verdict verdict) {
  absl::Status status = state_->Report(call, verdict);
  state_->Finish();
  return status;
}

std::vector<RolloutStatus> RolloutDriver::status() const {
  std::vector<RolloutStatus> status = state_->status();
  state_->Finish();
  return status;
}

absl::Status RolloutDriver::last_error() const {
  absl::Status status = state_->last_error();
  state_->Finish();
  return status;
}

void RolloutDriver::OnTrialStart(const TrialStartEvent& event) {
  state_->HearStart(event);
  state_->PassOn(event, &Observer::OnTrialStart);
}

void RolloutDriver::OnAttemptEnd(const AttemptEvent& event) {
  state_->Hear(event);
  state_->Finish();
  state_->PassOn(event, &Observer::OnAttemptEnd);
}

void RolloutDriver::OnMirrorEnd(const MirrorEvent& event) {
  state_->Hear(event);
  state_->Finish();
  state_->PassOn(event, &Observer::OnMirrorEnd);
}

void RolloutDriver::OnCallEnd(const CallEvent& event) {
  state_->Hear(event);
  state_->Finish();
  state_->PassOn(event, &Observer::OnCallEnd);
}

void RolloutDriver::OnEjection(const EjectionEvent& event) {
  state_->PassOn(event, &Observer::OnEjection);
}

void RolloutDriver::OnConfig(const ConfigEvent& event) {
  state_->NoteConfig();
  state_->PassOn(event, &Observer::OnConfig);
}

void RolloutDriver::OnTls(const TlsEvent& event) { state_->PassOn(event, &Observer::OnTls); }

}  // namespace meshroute
