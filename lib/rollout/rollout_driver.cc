// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/rollout_driver.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/rollout/steered_rule.h"
#include "meshroute/base/mutex.h"
#include "meshroute/base/snapshot.h"
#include "meshroute/rollout/file_evidence_store.h"

namespace meshroute {

class RolloutDriver::State {
 public:
  explicit State(RolloutDriverOptions options)
      : files_(options.evidence_folder), options_(Completed(std::move(options))) {}
  ~State();

  const RolloutDriverOptions& options() const { return options_; }

  void Attach(Router& router);
  TimePoint RunDue(TimePoint now);
  absl::Status Apply(std::string_view rollout, RolloutCommand command, std::string_view by);
  std::vector<RolloutStatus> status() const;
  absl::Status last_error() const;

  // Counts the trial, if the event is one, and weighs at once what cannot wait.
  template <typename Event>
  void Hear(const Event& event);

  // Keeps an eye on the trial, where a metric needs it.
  void HearStart(const TrialStartEvent& event);

  absl::Status Report(uint64_t call, Verdict verdict);

  // The router has something new. Not done at once: it may be the driver's own doing.
  void NoteConfig() { config_changed_.store(true, std::memory_order_release); }

 private:
  using Rule = std::shared_ptr<SteeredRule>;
  using Rules = std::vector<Rule>;  // By name.

  static SteeredRule* FindRule(const Rules& rules, std::string_view name);
  void Record(SteeredRule& rule, const Trial& trial, TimePoint now);
  RolloutDriverOptions Completed(RolloutDriverOptions options);
  void AdvanceUrgently(TimePoint now);
  void FollowConfig() ABSL_EXCLUSIVE_LOCKS_REQUIRED(store_mutex_, mutex_);
  Rule RuleFor(const ValidatedPlan& plan, const Rules& before)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AdvanceAll(TimePoint now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Publish(SteeredRule& rule) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DropSplitsWithoutRollout() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ExchangeAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(store_mutex_);
  void KeepAll(TimePoint now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(store_mutex_);

  FileEvidenceStores files_;
  const RolloutDriverOptions options_;
  std::atomic<Router*> router_ = nullptr;
  Snapshot<Rules> rules_{std::make_shared<const Rules>()};  // Replaced under mutex_.

  std::atomic<bool> config_changed_ = false;
  std::atomic<bool> is_urgent_ = false;
  std::atomic<bool> notes_trials_ = false;  // Some rule wants to know of starts.
  std::atomic<int64_t> last_advance_ = 0;   // Nanoseconds of the clock.

  // Taken before mutex_, and held while files and stores are waited for; no report does.
  Mutex store_mutex_;
  mutable Mutex mutex_;  // What belongs to one owner: rollouts, but for Record, and splits.
  ValidatedConfig followed_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, absl::Status> unusable_ ABSL_GUARDED_BY(mutex_);  // By rollout.
};

RolloutDriverOptions RolloutDriver::State::Completed(RolloutDriverOptions options) {
  if (!options.evidence_folder.empty()) options.evidence_stores = &files_;
  if (options.evidence_stores != nullptr && options.rollout.instance == RolloutOptions().instance) {
    RandomSource& random = *options.rollout.random;
    options.rollout.instance = absl::StrCat(absl::Hex(random.Next(), absl::kZeroPad16),
                                            absl::Hex(random.Next(), absl::kZeroPad16));
  }
  return options;
}

RolloutDriver::State::~State() {
  const MutexLock store(store_mutex_);
  KeepAll(kNever);
  const MutexLock lock(mutex_);
  for (const Rule& rule : *rules_.Get()) rule->Leave();
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
  const bool may_be_open = event.call != 0 && notes_trials_.load(std::memory_order_acquire);
  if (!trial && !may_be_open) return;
  const SnapshotPin<Rules> rules = rules_.Pin();
  SteeredRule* const rule = FindRule(*rules, event.assignment->rollout);
  if (rule == nullptr) return;
  const bool was_told = may_be_open && rule->EndTrial(event.call);
  if (!trial) return;
  if (was_told) trial->stage = Trial::Stage::kEndedAfterOpen;
  Record(*rule, *trial, now);
}

void RolloutDriver::State::Record(SteeredRule& rule, const Trial& trial, TimePoint now) {
  if (rule.Record(trial) == Urgency::kAdvanceNow) {
    is_urgent_.store(true, std::memory_order_release);
  }
  if (is_urgent_.load(std::memory_order_relaxed)) AdvanceUrgently(now);
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
      Record(*rule, trial->AsTrial(stage, now), now);
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

// On the thread that heard of a bad request. Where another thread advances already, it
// sees the request before it leaves.
void RolloutDriver::State::AdvanceUrgently(TimePoint now) {
  const TimePoint last(Duration(last_advance_.load(std::memory_order_relaxed)));
  if (now - last < options_.shortest_advance) return;  // The next trial, or RunDue.
  while (is_urgent_.load(std::memory_order_acquire)) {
    if (!mutex_.TryLock()) return;
    if (is_urgent_.exchange(false, std::memory_order_acq_rel)) AdvanceAll(now);
    mutex_.Unlock();
  }
}

TimePoint RolloutDriver::State::RunDue(TimePoint now) {
  if (router_.load(std::memory_order_acquire) == nullptr) return kNever;
  const MutexLock store(store_mutex_);
  if (config_changed_.exchange(false, std::memory_order_acq_rel)) {
    KeepAll(now);  // Also of what is about to go.
    const MutexLock lock(mutex_);
    FollowConfig();
  }
  ExchangeAll();
  TimePoint next = kNever;
  {
    const MutexLock lock(mutex_);
    is_urgent_.store(false, std::memory_order_release);
    for (const Rule& rule : *rules_.Get()) next = std::min(next, rule->RecordOverdue(now));
    AdvanceAll(now);
  }
  KeepAll(now);
  const MutexLock lock(mutex_);
  const bool is_urgent = is_urgent_.load(std::memory_order_acquire);
  if (is_urgent) next = std::min(next, AddSaturated(now, options_.shortest_advance));
  for (const Rule& rule : *rules_.Get()) next = std::min(next, rule->NextAt(now));
  return next;
}

// Tells other processes what was counted here, and hears what they have counted.
void RolloutDriver::State::ExchangeAll() {
  const std::shared_ptr<const Rules> rules = rules_.Get();
  for (const Rule& rule : *rules) {
    RolloutMember::Words words;
    {
      const MutexLock lock(mutex_);
      if (!rule->ExchangeIsDue()) continue;
      words = rule->Say();
    }
    const RolloutMember::News news = rule->Exchange(words);
    const MutexLock lock(mutex_);
    rule->Hear(news);
  }
}

void RolloutDriver::State::KeepAll(TimePoint now) {
  const std::shared_ptr<const Rules> rules = rules_.Get();
  for (const Rule& rule : *rules) {
    std::optional<std::string> state;
    {
      const MutexLock lock(mutex_);
      state = rule->TakeUnsaved(now);
    }
    if (!state) continue;
    absl::Status status = rule->Keep(*state);
    const MutexLock lock(mutex_);
    rule->NoteKept(std::move(status));
  }
}

// Begins what is new in the configuration, and drops what is gone from it.
void RolloutDriver::State::FollowConfig() {
  const ValidatedConfig config = router_.load()->tables()->config;
  if (&config.resources() == &followed_.resources()) return;
  followed_ = config;
  unusable_.clear();
  const std::shared_ptr<const Rules> before = rules_.Get();
  Rules rules;
  for (const ValidatedPlan& plan : ValidatedPlan::AllOf(config)) {
    if (Rule rule = RuleFor(plan, *before)) rules.push_back(std::move(rule));
  }
  std::sort(rules.begin(), rules.end(),
            [](const Rule& a, const Rule& b) { return a->name() < b->name(); });
  // What the router refused may have its rule by now.
  for (const Rule& rule : rules) rule->needs_publishing |= !rule->refusal.ok();
  for (const Rule& rule : *before) {
    if (std::find(rules.begin(), rules.end(), rule) == rules.end()) rule->Leave();
  }
  rules_.Publish(std::make_shared<const Rules>(std::move(rules)));
  DropSplitsWithoutRollout();
}

RolloutDriver::State::Rule RolloutDriver::State::RuleFor(const ValidatedPlan& plan,
                                                         const Rules& before) {
  absl::Status status;
  const auto known = std::find_if(before.begin(), before.end(), [&plan](const Rule& rule) {
    return rule->name() == plan.name();
  });
  if (known != before.end()) {
    status = (*known)->Update(plan);
    if (!status.ok()) unusable_[plan.name()] = status;
    return *known;
  }
  absl::StatusOr<std::unique_ptr<SteeredRule>> rule =
      SteeredRule::Create(plan, *router_.load()->options().clock, options_);
  if (!rule.ok()) {
    unusable_[plan.name()] = rule.status();
    return nullptr;
  }
  return *std::move(rule);
}

void RolloutDriver::State::AdvanceAll(TimePoint now) {
  last_advance_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  const std::shared_ptr<const TrafficTables> tables = router_.load()->tables();
  const std::shared_ptr<const Rules> rules = rules_.Get();
  for (const Rule& rule : *rules) {
    rule->Advance(*tables);
    if (rule->notes_trials()) notes_trials_.store(true, std::memory_order_release);
    if (rule->needs_publishing) Publish(*rule);
  }
}

// The splits of other rollouts stay as they are, also where this one is refused.
void RolloutDriver::State::Publish(SteeredRule& rule) {
  Router& router = *router_.load();
  std::vector<TrafficSplit> splits = router.tables()->splits;
  std::erase_if(splits,
                [&rule](const TrafficSplit& split) { return split.rollout == rule.name(); });
  splits.push_back(rule.split());
  rule.refusal = router.SetSplits(std::move(splits));
  rule.needs_publishing = false;
}

void RolloutDriver::State::DropSplitsWithoutRollout() {
  Router& router = *router_.load();
  std::vector<TrafficSplit> splits = router.tables()->splits;
  const std::shared_ptr<const Rules> rules = rules_.Get();
  const size_t dropped = std::erase_if(splits, [&rules](const TrafficSplit& split) {
    return std::none_of(rules->begin(), rules->end(),
                        [&split](const Rule& rule) { return rule->name() == split.rollout; });
  });
  if (dropped > 0) (void)router.SetSplits(std::move(splits));  // Fewer are never refused.
}

absl::Status RolloutDriver::State::Apply(std::string_view rollout, RolloutCommand command,
                                         std::string_view by) {
  Router* const router = router_.load(std::memory_order_acquire);
  {
    const MutexLock lock(mutex_);
    SteeredRule* const rule = FindRule(*rules_.Get(), rollout);
    if (rule == nullptr) {
      return absl::NotFoundError(absl::StrCat("there is no rollout ", std::string(rollout)));
    }
    if (absl::Status status = rule->Apply(command, by); !status.ok()) return status;
    AdvanceAll(router->options().clock->Now());
  }
  // Where RunDue waits for a store just now, its next call writes.
  if (!store_mutex_.TryLock()) return absl::OkStatus();
  KeepAll(router->options().clock->Now());
  store_mutex_.Unlock();
  return absl::OkStatus();
}

std::vector<RolloutStatus> RolloutDriver::State::status() const {
  const MutexLock lock(mutex_);
  std::vector<RolloutStatus> all;
  for (const Rule& rule : *rules_.Get()) all.push_back(rule->rollout().status());
  return all;
}

absl::Status RolloutDriver::State::last_error() const {
  const MutexLock lock(mutex_);
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

void RolloutDriver::Attach(Router& router) { state_->Attach(router); }

TimePoint RolloutDriver::RunDue(TimePoint now) { return state_->RunDue(now); }

absl::Status RolloutDriver::Apply(std::string_view rollout, RolloutCommand command,
                                  std::string_view by) {
  return state_->Apply(rollout, command, by);
}

absl::Status RolloutDriver::Report(uint64_t call, Verdict verdict) {
  return state_->Report(call, verdict);
}

std::vector<RolloutStatus> RolloutDriver::status() const { return state_->status(); }

absl::Status RolloutDriver::last_error() const { return state_->last_error(); }

void RolloutDriver::OnTrialStart(const TrialStartEvent& event) {
  state_->HearStart(event);
  if (Observer* const next = state_->options().observer) next->OnTrialStart(event);
}

void RolloutDriver::OnAttemptEnd(const AttemptEvent& event) {
  state_->Hear(event);
  if (Observer* const next = state_->options().observer) next->OnAttemptEnd(event);
}

void RolloutDriver::OnCallEnd(const CallEvent& event) {
  state_->Hear(event);
  if (Observer* const next = state_->options().observer) next->OnCallEnd(event);
}

void RolloutDriver::OnEjection(const EjectionEvent& event) {
  if (Observer* const next = state_->options().observer) next->OnEjection(event);
}

void RolloutDriver::OnConfig(const ConfigEvent& event) {
  state_->NoteConfig();
  if (Observer* const next = state_->options().observer) next->OnConfig(event);
}

void RolloutDriver::OnTls(const TlsEvent& event) {
  if (Observer* const next = state_->options().observer) next->OnTls(event);
}

}  // namespace meshroute
