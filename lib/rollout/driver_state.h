// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROLLOUT_DRIVER_STATE_H_
#define MESHROUTE_LIB_ROLLOUT_DRIVER_STATE_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "lib/rollout/outbox.h"
#include "lib/rollout/steered_rule.h"
#include "meshroute/base/mutex.h"
#include "meshroute/base/snapshot.h"
#include "meshroute/rollout/file_evidence_store.h"
#include "meshroute/rollout/rollout_driver.h"

namespace meshroute {

// The rules that a driver steers, and who may do what when. Trials come in from any
// thread and without a lock; the rollouts have one owner at a time, who holds mutex_;
// files and stores are used by whoever holds store_mutex_. Observers hear of it when
// neither is held. What follows the configuration is in driver_config.cc.
class RolloutDriver::State {
 public:
  explicit State(RolloutDriverOptions options)
      : files_(options.evidence_folder),
        outbox_(options.observer, options.rollout_observer),
        options_(Completed(std::move(options))) {}
  ~State();

  const RolloutDriverOptions& options() const { return options_; }

  void Attach(Router& router);
  TimePoint RunDue(TimePoint now);
  absl::Status Apply(std::string_view rollout, RolloutCommand command, std::string_view by);
  std::vector<RolloutStatus> status();
  absl::Status last_error();

  // Counts the trial, if the event is one, and weighs at once what cannot wait.
  template <typename Event>
  void Hear(const Event& event);

  // Keeps an eye on the trial, where a metric needs it.
  void HearStart(const TrialStartEvent& event);

  absl::Status Report(uint64_t call, Verdict verdict);

  // The router has something new. Not done at once: it may be the driver's own doing.
  void NoteConfig() { config_changed_.store(true, std::memory_order_release); }

  // Passes on what the router tells: later where this thread makes it tell, under locks.
  template <typename Event>
  void PassOn(const Event& event, void (Observer::*hear)(const Event&));

  // To be called last by whatever may have made something happen: does and tells what
  // must not be under a lock.
  void Finish() {
    EjectSuspects();
    outbox_.Tell();
  }

 private:
  class Owner;
  class Publishing;
  using Rule = std::shared_ptr<SteeredRule>;
  using Rules = std::vector<Rule>;  // By name.

  static SteeredRule* FindRule(const Rules& rules, std::string_view name);
  void Record(SteeredRule& rule, const Trial& trial);
  RolloutDriverOptions Completed(RolloutDriverOptions options);
  void WeighUrgent();
  void FollowConfig() ABSL_EXCLUSIVE_LOCKS_REQUIRED(store_mutex_);
  void KeepKnown(const std::vector<ValidatedPlan>& plans, const Rules& before, Rules& rules)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Command(std::string_view rollout, RolloutCommand command, std::string_view by);
  void AdvanceAll(TimePoint now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Publish(SteeredRule& rule) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EjectSuspects();
  void DropSplitsWithoutRollout() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ExchangeAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(store_mutex_);
  void KeepAll(SteeredRule::Unsaved what, TimePoint now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(store_mutex_);

  FileEvidenceStores files_;
  Outbox outbox_;
  const RolloutDriverOptions options_;
  std::atomic<Router*> router_ = nullptr;
  Snapshot<Rules> rules_{std::make_shared<const Rules>()};  // Replaced under both mutexes.

  std::atomic<bool> config_changed_ = false;
  std::atomic<uint32_t> urgent_ = 0;        // 1: a bad request may not have been weighed.
  std::atomic<bool> notes_trials_ = false;  // Some rule wants to know of starts.
  std::atomic<bool> has_suspects_ = false;  // Some rule wants an endpoint set aside.
  std::atomic<int64_t> last_advance_ = 0;   // Nanoseconds of the clock.
  std::atomic<std::thread::id> publisher_;  // Who calls the router, under mutex_.

  // Taken before mutex_, and held while files and stores are waited for; no report does.
  Mutex store_mutex_;
  Mutex mutex_;  // What belongs to one owner: rollouts, but for Record, and splits.
  ValidatedConfig followed_ ABSL_GUARDED_BY(store_mutex_);
  std::map<std::string, absl::Status> unusable_ ABSL_GUARDED_BY(mutex_);  // By rollout.
};

// Holds mutex_. Who gives it back weighs what reports could not in the meantime.
class ABSL_SCOPED_LOCKABLE RolloutDriver::State::Owner {
 public:
  explicit Owner(State& state) ABSL_EXCLUSIVE_LOCK_FUNCTION(state.mutex_) : state_(state) {
    state_.mutex_.Lock();
  }
  ~Owner() ABSL_UNLOCK_FUNCTION() {
    state_.mutex_.Unlock();
    state_.WeighUrgent();
  }
  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;

 private:
  State& state_;
};

// While the router is called.
class RolloutDriver::State::Publishing {
 public:
  explicit Publishing(State& state) : state_(state) {
    state_.publisher_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  }
  ~Publishing() { state_.publisher_.store(std::thread::id(), std::memory_order_relaxed); }
  Publishing(const Publishing&) = delete;
  Publishing& operator=(const Publishing&) = delete;

 private:
  State& state_;
};

template <typename Event>
void RolloutDriver::State::PassOn(const Event& event, void (Observer::*hear)(const Event&)) {
  if (options_.observer == nullptr) return;
  if constexpr (requires { outbox_.Add(event); }) {
    const bool is_own = publisher_.load(std::memory_order_relaxed) == std::this_thread::get_id();
    if (is_own) return outbox_.Add(event);
  }
  (options_.observer->*hear)(event);
}

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_DRIVER_STATE_H_
