// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROLLOUT_ROLLOUT_STATE_H_
#define MESHROUTE_LIB_ROLLOUT_ROLLOUT_STATE_H_

#include <array>
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "lib/rollout/evidence.h"
#include "lib/rollout/scoreboard.h"
#include "lib/rollout/tally.h"
#include "meshroute/rollout/rollout.h"

namespace meshroute {

// The state machine of a rollout. Its parts, a file each: the order of work and what is
// published (rollout.cc), phases and steps (rollout_steps.cc), what is before them
// (rollout_baselining.cc), mirrored pairs (rollout_pairs.cc), the way back (rollout_return.cc),
// trials and verdicts (rollout_verdicts.cc), commands and plans (rollout_commands.cc), snapshots
// and other processes (rollout_restore.cc), words (rollout_sentences.cc), and rollout_status.cc.
class Rollout::State {
 public:
  using Phase = RolloutPhase;
  using EventKind = RolloutEvent::Kind;
  using OnTimeout = RolloutAnalysis::OnTimeout;

  State(ValidatedPlan plan, const Clock& clock, RolloutObserver& observer, RolloutOptions options);

  bool Record(const Trial& trial) {
    if (!evidence_.Record(trial)) return false;
    const TimePoint end = trial.picked_at + trial.outcome.elapsed;
    last_bad_.store(end.time_since_epoch().count(), std::memory_order_relaxed);
    return true;
  }
  RouteWeights Advance(const ArmHealth& health);
  absl::Status Apply(RolloutCommand command, std::string_view by);
  absl::Status Update(ValidatedPlan plan);
  absl::Status Merge(const EvidenceShard& shard);
  EvidenceShard shard() const;
  RolloutStatus status() const;
  RolloutSnapshot Save() const;
  absl::Status Restore(const RolloutSnapshot& snapshot, As as);

 private:
  // Trials that Take or a shard brought, of one step.
  struct Taken {
    Row row{};
    size_t endpoint = EndpointNames::kUnknown;
    size_t signal = 0;
    Tally::Pair pair;
  };

  // Another process, as it was heard last.
  struct Peer {
    EvidenceShard shard;
    std::map<std::tuple<uint32_t, int, std::string, int>, Tally::Pair> counted;
    TimePoint heard{};
  };

  // What decided, for sentences: the counts of one metric in one step.
  struct Grounds {
    size_t metric = 0;
    Tally::Pair canary;
    Tally::Pair baseline;
    PairCounts pairs;
  };

  const RolloutPlan& plan() const { return plan_.plan(); }
  const RolloutAnalysis& analysis() const { return plan().analysis; }
  bool IsSequential() const { return analysis().mode == RolloutAnalysis::Mode::kSequential; }
  bool IsOver() const;
  Phase ActivePhase() const;  // That which a pause interrupts.
  bool HasCanaryTraffic() const;
  const RolloutStep& RunningStep() const;  // Or the last one that there is.

  // rollout.cc
  void PassTime(TimePoint now);
  void AdvanceAsOwner();
  RouteWeights Publish();
  TimePoint NextAdvance() const;
  bool KeepsMatch() const;
  double PublishedWeight() const;
  double FreshWeight() const;

  // rollout_steps.cc
  void Enter(Phase phase);
  void Adopt(ValidatedPlan plan);
  void ClearEvidence(uint64_t generation, uint32_t first_tag);
  void ClearScores();
  void BeginAttempt();
  void MoveOn();
  bool MoveOnce();
  bool LeaveWaiting();
  bool LeaveStep();
  bool LeavePause();
  bool LeaveWaitingPromotion();
  bool LeaveWatching();
  void StartStep(size_t step);
  void StartEvidence(StepFacts::Mode mode, double weight, double weight_before);
  void NextStep();
  void SetWatchRates();
  void Promote();
  void Finish();
  double ShareOf(size_t step) const;
  void CountStepTime();
  bool StepIsJudged() const;
  bool StepIsTimedOut() const;
  bool StepLacksRequests() const;
  bool StepIsWithinLimits() const;
  bool StepIsProven() const;
  void CheckTimeout();
  void Pause(PauseReason reason, std::string_view by);
  void Resume(std::string_view by);
  void ResumeWithoutEvidence(std::string_view by);
  std::vector<std::string> WaitingGates() const;
  bool GatesAreOpen();

  // rollout_baselining.cc
  static constexpr uint64_t kFewestPairs = 9;  // With fewer the canary was not tried.
  void StartBaselining();
  bool LeaveBaselining();
  bool LeaveWithoutPairs();
  bool BaselineIsHealthy() const;
  Duration BaseliningEnd() const;  // Of in_phase.

  // rollout_pairs.cc
  bool ComparesPairs() const;
  bool TakesEvidence() const { return HasCanaryTraffic() || ComparesPairs(); }
  Duration StakedTime() const;
  std::string SentenceOfMissingPairs() const;
  void StartPairs();
  uint64_t StepPairs() const;
  void WeighPairs(const std::vector<Taken>& taken);
  std::string Counts(const PairCounts& pairs, size_t metric) const;
  std::string InWords(const Grounds& grounds) const;

  // rollout_return.cc
  void StartRollback(std::string reason, std::string_view by);
  bool CanaryIsOut() const;
  void RememberCalm();
  void ContinueRollback();
  void ReturnTo(double weight);
  void Fail();

  // rollout_verdicts.cc
  void StartComparison(double weight_before);
  void TakeTrials();
  void NoteDecisive(const StepEvidence& step, const std::vector<Taken>& taken);
  void Weigh(uint32_t tag, const StepFacts& facts, const std::vector<Taken>& taken);
  std::optional<double> AllowedRate(size_t metric, uint32_t tag) const;
  int64_t StepRequests() const;
  double Limit() const;
  bool CheckRollback();
  bool CheckEvidence();
  void Suspect(size_t endpoint);
  void CheckSuspect();
  bool CheckInterval();
  bool ClassicCheckFails();
  bool BreachRollsBack() const;
  void CheckHolding();
  void CheckBaseline();
  void Stake();
  void SetLatencyLimits();
  Duration LongestLatencyLimit() const;
  double LostShare() const;
  bool KnowsOthers(size_t endpoint) const;

  // rollout_commands.cc
  bool Knows(Phase phase, RolloutCommand command) const;
  Phase PhaseAfterCommands() const;
  void Obey();
  void Obey(RolloutCommand command, const std::string& by);
  bool IsOtherTest(const RolloutPlan& next) const;

  // rollout_restore.cc
  absl::Status RestoreOwn(const RolloutSnapshot& snapshot);
  bool RestoreEvidence(const RolloutSnapshot& snapshot);
  bool RestoreScores(const RolloutSnapshot& snapshot);
  void RestoreCounts(const RolloutSnapshot& snapshot);
  absl::Status Follow(const RolloutSnapshot& snapshot);
  void AdoptPlanOf(const RolloutSnapshot& snapshot);
  void BeginEvidence(const RolloutSnapshot& snapshot);
  std::vector<uint32_t> AddSteps(const RolloutSnapshot& snapshot);
  void LoseEvidence(const RolloutSnapshot& snapshot, std::string_view why);
  void MergeCounters(const EvidenceShard& shard, Peer& peer);
  void CheckBrake();

  // rollout_sentences.cc
  void Tell(EventKind kind, std::string_view subject = {}, std::string_view by = {});
  std::string SentenceOf(const RolloutEvent& event) const;
  std::string SentenceOfStep(const RolloutEvent& event) const;
  std::string SentenceOfEjection(const RolloutEvent& event) const;
  std::string SentenceOfVerdict(const RolloutEvent& event) const;
  static std::string InPercent(double rate);
  std::string CanaryName() const;
  std::string ShareInWords(double weight) const;
  Grounds GroundsOf() const;
  std::string Counts(const Grounds& grounds) const;

  MetricStatus StatusOf(size_t metric) const;

  ValidatedPlan plan_;
  std::optional<ValidatedPlan> next_plan_;  // From the next step or attempt.
  const Clock& clock_;
  RolloutObserver& observer_;
  const RolloutOptions options_;

  std::vector<RolloutStep> steps_;
  std::shared_ptr<const TrialJudge> judge_;
  Evidence evidence_;
  std::atomic<int64_t> last_bad_{0};  // When the last request that may decide counted.
  std::unique_ptr<Scoreboard> board_;
  Tally local_;  // Of this process,
  Tally sums_;   // and of all.
  std::map<std::string, Peer> peers_;
  std::vector<Tally::Pair> checked_;  // The canary's sums at the last classic check.
  std::vector<Tally::Pair> calm_;     // The canary's sums before what may be an outage.

  RolloutProgress progress_;
  std::vector<std::pair<RolloutCommand, std::string>> commands_;
  ArmHealth health_;
  bool follows_ = false;
  bool has_followed_ = false;  // All users of a step that begins now will be seen.
  uint64_t led_version_ = 0;   // Of the leader's last state.
  bool braked_ = false;
  uint32_t local_stakes_ = 0;  // Of the running step, while another process leads.
  size_t fleet_ = 1;           // How many processes the leader knows.

  TimePoint now_{};
  bool has_started_ = false;  // now_ is a moment.
  WallTime last_transition_{};
  Duration last_decision_{0};
  RouteWeights published_;
  std::deque<RolloutEvent> history_;
  std::array<uint64_t, RolloutEvent::kKinds> events_{};
  std::map<std::string, uint64_t> rollbacks_;
  StepTimes step_times_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_ROLLOUT_STATE_H_
