// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROLLOUT_ROLLOUT_H_
#define MESHROUTE_ROLLOUT_ROLLOUT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "meshroute/base/clock.h"
#include "meshroute/base/random_source.h"
#include "meshroute/rollout/evidence_shard.h"
#include "meshroute/rollout/rollout_event.h"
#include "meshroute/rollout/rollout_phase.h"
#include "meshroute/rollout/rollout_snapshot.h"
#include "meshroute/rollout/rollout_status.h"
#include "meshroute/rollout/route_weights.h"
#include "meshroute/rollout/trial.h"
#include "meshroute/rollout/validated_plan.h"

namespace meshroute {

// What Record found.
enum class Urgency : uint8_t {
  kNone,
  kAdvanceNow,  // A canary's request was bad: this may be the one that decides.
};

// How the versions stand.
struct ArmHealth {
  // How many endpoints can take requests; unset: not known, or no such version, and taken
  // for enough.
  std::optional<uint32_t> baseline{};
  std::optional<uint32_t> canary{};
  std::optional<uint32_t> fresh_baseline{};

  // What came of asking for one of RouteWeights::suspects, to be told as an event: for
  // how long it is set aside at least, or why it is not. Each once.
  struct Ejection {
    std::string endpoint;
    absl::StatusOr<Duration> outcome;
  };
  std::optional<Ejection> ejection{};
};

struct RolloutOptions {
  // Where `salt: auto` comes from. Outlives the rollout.
  RandomSource* random = &ThreadRandom();

  // Oldest snapshot that is gone on from.
  Duration maximum_snapshot_age = std::chrono::minutes(15);

  // Which process this is of how many that see the same users: each user is counted
  // by one of them.
  uint32_t process_index = 0;
  uint32_t processes = 1;

  // Unique per start of the process; names its shard.
  std::string instance = "local";
};

// Moves the requests of one HTTP rule from a baseline to a canary by a plan, watches
// how both do, and promotes or rolls back. Never touches a Router: it yields weights,
// and is told of trials.
//
//   auto rollout = Rollout::Create(plan, SteadyClock(), observer);
//   RouteWeights weights = (*rollout)->Advance();      // publish; call again when it says
//   if ((*rollout)->Record(trial) == Urgency::kAdvanceNow) ...Advance() and publish
//
// A canary that is within its margins of the baseline, trial by trial and pair by pair,
// is rolled back with a chance of at most falseRollbackProbability in a whole attempt,
// however often one looks and whatever else fails in the meantime, as long as each trial
// carries the probability that its draw really used (sequential mode; onBreach: rollback,
// timeouts and people are outside this promise).
//
// Starts no thread. Record may be called from any thread, takes no lock and does not
// allocate; everything else belongs to one owner at a time. Dropping it publishes
// nothing: the last weights stand.
class Rollout {
 public:
  // `clock` and `observer` outlive the rollout.
  static absl::StatusOr<std::unique_ptr<Rollout>> Create(ValidatedPlan plan, const Clock& clock,
                                                         RolloutObserver& observer,
                                                         RolloutOptions options = {});
  ~Rollout();

  // Counts a trial. One of an earlier attempt, or too late, is left out.
  Urgency Record(const Trial& trial);

  // Does what is due, in this order: trials in, rollback, commands, suspects and holding,
  // stakes, timeouts, gates and steps. The weights to publish.
  RouteWeights Advance(const ArmHealth& health = {});

  // What someone asks for; `by` names them in events. Done by the next Advance, unless
  // that rolls back. FailedPrecondition where the phase has no such verb.
  absl::Status Apply(RolloutCommand command, std::string_view by);

  // The plan as it is now; the same one changes nothing. Another revision starts over;
  // other margins, metrics or alpha start another attempt; anything else applies from the
  // next step. What is over or rolling back stays so: the plan is for a retry.
  // InvalidArgument: another rollout's plan.
  absl::Status Update(ValidatedPlan plan);

  // Takes in what another process has counted. Again, late or out of order is harmless.
  // FailedPrecondition: it is of another attempt.
  absl::Status Merge(const EvidenceShard& shard);

  // What this process has counted, for others to merge.
  EvidenceShard shard() const;

  RolloutStatus status() const;

  // Everything needed to go on after a restart.
  RolloutSnapshot Save() const;

  // kOwner: goes on where `snapshot` was taken, in the same step and at the same
  // weight; where it is too old, or nothing is left of it, paused until someone
  // resumes. kFollower: does as its leader does, and decides nothing but to stop
  // sending itself.
  enum class As : uint8_t { kOwner, kFollower };
  absl::Status Restore(const RolloutSnapshot& snapshot, As as = As::kOwner);

 private:
  class State;
  explicit Rollout(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace meshroute

#endif  // MESHROUTE_ROLLOUT_ROLLOUT_H_
