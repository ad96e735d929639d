// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROLLOUT_STEERED_RULE_H_
#define MESHROUTE_LIB_ROLLOUT_STEERED_RULE_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/rollout/open_trials.h"
#include "lib/rollout/state_file.h"
#include "lib/rollout/trial_memory.h"
#include "meshroute/call/traffic_tables.h"
#include "meshroute/rollout/rollout_driver.h"
#include "meshroute/rollout/rollout_member.h"
#include "meshroute/routing/traffic_split.h"

namespace meshroute {

// How many endpoints each version can be sent to; unset where a version has none of its
// own in `tables`.
ArmHealth HealthOf(const TrafficTables& tables, const TrafficSplit& split);

// One rollout with the rule that it steers, and the file that it is kept in or the store
// where it meets other processes. Record, BeginTrial, EndTrial and TakeTrial may be called
// from any thread; Exchange and Keep, which wait for disks and stores, by one at a time;
// everything else belongs to the driver's lock.
class SteeredRule final : private RolloutObserver {
 public:
  // `clock` and what `options` name outlive it. Goes on from the file of the state
  // folder, where there is one. Meets others in options.evidence_stores, if set.
  static absl::StatusOr<std::unique_ptr<SteeredRule>> Create(ValidatedPlan plan, const Clock& clock,
                                                             const RolloutDriverOptions& options);

  const std::string& name() const { return name_; }
  const Rollout& rollout() const { return *rollout_; }

  Urgency Record(const Trial& trial) {
    grows_.store(true, std::memory_order_relaxed);
    return rollout_->Record(trial);
  }

  // The first attempt of a call begins, and ends. Whether the trial was recorded as open
  // in between. Any thread.
  void BeginTrial(const TrialStartEvent& event);
  bool EndTrial(uint64_t call);

  // The trial of a call, to record what became known of it; nullopt: it is none of this
  // rollout, or is forgotten. Any thread.
  std::optional<NotedTrial> TakeTrial(uint64_t call, TimePoint now);

  // Whether starts of trials matter.
  bool notes_trials() const { return open_ != nullptr || memory_ != nullptr; }

  // Records the trials that are still open past the latency limit. Returns when to call
  // again.
  TimePoint RecordOverdue(TimePoint now);

  absl::Status Apply(RolloutCommand command, std::string_view by) {
    return rollout_->Apply(command, by);
  }
  absl::Status Update(ValidatedPlan plan);

  // An endpoint of the canary to be set aside by Router::Eject, when the rollout has come
  // to suspect one; the next Advance tells it what came of it.
  struct Ask {
    DestinationKey destination;
    std::string endpoint;
  };
  bool wants_ejection() const { return !suspect_.empty(); }
  std::optional<Ask> TakeAsk(const TrafficTables& tables);
  void Answer(std::string endpoint, absl::StatusOr<Duration> outcome) {
    answer_ = ArmHealth::Ejection{std::move(endpoint), std::move(outcome)};
  }

  // Lets the rollout do what is due; notes where its split is another one now.
  void Advance(const TrafficTables& tables);
  const TrafficSplit& split() const { return split_; }

  // When the next of all this is due. What a report left to do is found in time.
  TimePoint NextAt(TimePoint now) const;

  // The parts of RolloutMember's exchange with the store.
  bool ExchangeIsDue() const { return member_ && member_->IsDue(); }
  RolloutMember::Words Say() { return member_->Say(); }
  RolloutMember::News Exchange(const RolloutMember::Words& words) const {
    return RolloutMember::Exchange(*store_, words);
  }
  void Hear(const RolloutMember::News& news);

  // The state, for Keep, after a transition. kAll, after Advance: also where evidence has
  // come in and the last one is a second old.
  enum class Unsaved : uint8_t { kTransitions, kAll };
  std::optional<std::string> TakeUnsaved(Unsaved what, TimePoint now);
  absl::Status Keep(const std::string& state) const;
  void NoteKept(absl::Status status);

  // Gives the store back, and the lead with it: threads that have read the rule may keep
  // it for long. Not while Exchange or Keep run; none of the above is called any more.
  void Leave() {
    member_.reset();
    store_.reset();
  }

  // The router does not have `split` yet, and why it did not take it last.
  bool needs_publishing = false;
  absl::Status refusal;

  const absl::Status& save_status() const { return save_status_; }
  absl::Status store_status() const { return member_ ? member_->store_status() : absl::OkStatus(); }

 private:
  SteeredRule(std::string name, const RolloutDriverOptions& options);

  void OnRolloutEvent(const RolloutEvent& event) override;
  absl::Status Restore();
  void NoteTrials();

  const std::string name_;
  RolloutObserver* const observer_;
  std::optional<StateFile> file_;
  std::unique_ptr<Rollout> rollout_;
  std::unique_ptr<EvidenceStore> store_;
  std::optional<RolloutMember> member_;         // Where there is a store.
  std::atomic<int64_t> latency_limit_{0};       // RouteWeights::latency_limit.
  std::atomic<OpenTrials*> watched_ = nullptr;  // open_, once a limit was set.
  std::unique_ptr<OpenTrials> open_;
  std::atomic<TrialMemory*> remembered_ = nullptr;  // memory_, once a metric needs it.
  std::atomic<int64_t> outcome_age_{0};             // maxOutcomeAge.
  std::unique_ptr<TrialMemory> memory_;
  std::atomic<bool> grows_ = false;  // Trials have come in since the last save.
  bool has_changed_ = false;         // A transition is not saved yet.
  RouteWeights weights_;
  TrafficSplit split_;
  std::string suspect_;  // To be asked for.
  std::optional<ArmHealth::Ejection> answer_;
  TimePoint saved_at_{};
  absl::Status save_status_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_STEERED_RULE_H_
