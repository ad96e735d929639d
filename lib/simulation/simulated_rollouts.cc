// SPDX-License-Identifier: Apache-2.0
#include "lib/simulation/simulated_rollouts.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "meshroute/config/host_name.h"

namespace meshroute {
namespace {

constexpr uint64_t kRolloutStream = 0xa24baed4963ee407ULL;

// The pool of `destination`; null: it has none.
std::shared_ptr<const SubsetPool> PoolOf(const Destination& destination, const RolloutPlan& plan,
                                         const Router& router) {
  const std::string host = CompleteHost(destination.host, plan.metadata.namespace_name,
                                        router.options().mesh.cluster_domain);
  const std::shared_ptr<const TrafficTables> tables = router.tables();
  for (const std::shared_ptr<SubsetPool>& pool : tables->pools) {
    const bool fits =
        pool != nullptr && pool->key().host == host && pool->key().subset == destination.subset;
    if (fits) return pool;
  }
  return nullptr;
}

// How many endpoints of `destination` may be picked; unset: it has no pool.
std::optional<uint32_t> HealthOf(const Destination& destination, const RolloutPlan& plan,
                                 const Router& router) {
  const std::shared_ptr<const SubsetPool> pool = PoolOf(destination, plan, router);
  if (pool == nullptr) return std::nullopt;
  return static_cast<uint32_t>(pool->endpoints().available_size());
}

// Has the suspect of `weights` set aside, and tells what came of it.
ArmHealth::Ejection Eject(const RouteWeights& weights, Router& router) {
  const std::string& suspect = weights.suspects.front();
  const std::shared_ptr<const SubsetPool> pool =
      PoolOf(*weights.plan->canary, *weights.plan, router);
  if (pool == nullptr) return {suspect, absl::NotFoundError("the canary has no endpoints")};
  return {suspect, router.Eject(pool->key(), suspect, kSuspectAsk)};
}

}  // namespace

// One process's part of one rollout.
class SimulatedRollouts::Member final : public RolloutObserver {
 public:
  Member(SimulatedRollouts& all, Group& group, size_t process)
      : all_(all), group_(group), process_(process) {}

  absl::Status Begin(const ValidatedPlan& plan) {
    RolloutOptions options;
    options.random = &all_.random_;
    options.process_index = static_cast<uint32_t>(process_);
    options.processes = static_cast<uint32_t>(all_.routers_.size());
    options.instance = absl::StrCat("process-", process_);
    absl::StatusOr<std::unique_ptr<Rollout>> rollout =
        Rollout::Create(plan, all_.clock_, *this, options);
    if (!rollout.ok()) return rollout.status();
    rollout_ = *std::move(rollout);
    return absl::OkStatus();
  }

  Rollout& rollout() { return *rollout_; }
  const Rollout& rollout() const { return *rollout_; }
  const RouteWeights& weights() const { return weights_; }

  // Whether the weights changed.
  bool Advance() {
    ArmHealth health;
    const RolloutPlan* const plan = weights_.plan.get();
    if (plan != nullptr) {
      health.baseline = HealthOf(*plan->baseline, *plan, *all_.routers_[process_]);
      health.canary = HealthOf(*plan->canary, *plan, *all_.routers_[process_]);
      if (plan->fresh_baseline) {
        health.fresh_baseline = HealthOf(*plan->fresh_baseline, *plan, *all_.routers_[process_]);
      }
    }
    RouteWeights weights = rollout_->Advance(health);
    if (!weights.suspects.empty() && weights.suspects != weights_.suspects) {
      health.ejection = Eject(weights, *all_.routers_[process_]);
      weights = rollout_->Advance(health);
    }
    const bool changed = weights_.plan == nullptr || weights.version != weights_.version;
    weights_ = std::move(weights);
    return changed;
  }

  void OnRolloutEvent(const RolloutEvent& event) override;

 private:
  SimulatedRollouts& all_;
  Group& group_;
  const size_t process_;
  std::unique_ptr<Rollout> rollout_;
  RouteWeights weights_;
};

// One Rollout resource.
struct SimulatedRollouts::Group {
  std::string name;
  std::vector<std::unique_ptr<Member>> members;  // By process; the first leads.
  RolloutOutcome outcome;
  Duration exchange_at = Duration::max();
  uint64_t exchanges = 0;
  bool wants_advance = true;
  bool in_force = true;  // Its resource is there.

  Member& leader() { return *members.front(); }
};

void SimulatedRollouts::Member::OnRolloutEvent(const RolloutEvent& event) {
  const Duration now = all_.clock_.elapsed();
  RolloutOutcome& outcome = group_.outcome;
  outcome.peak_score = std::max(outcome.peak_score, event.score);
  if (event.score_limit > 0) outcome.score_limit = event.score_limit;
  if (process_ != 0) return;  // The others do as the leader does.
  if (event.kind == RolloutEvent::Kind::kRollbackStarted && !outcome.rollback_at) {
    outcome.rollback_at = now;
  }
  if (event.kind == RolloutEvent::Kind::kPromoted && !outcome.promoted_at) {
    outcome.promoted_at = now;
  }
  all_.recorder_.AddEvent(now, "rollout",
                          absl::StrCat(EventName(event.kind), ": ", event.sentence));
}

SimulatedRollouts::SimulatedRollouts(const Scenario& scenario, uint64_t seed,
                                     SimulationClock& clock, Recorder& recorder)
    : scenario_(scenario), random_(seed ^ kRolloutStream), clock_(clock), recorder_(recorder) {}

SimulatedRollouts::~SimulatedRollouts() = default;

SimulatedRollouts::Group* SimulatedRollouts::Find(std::string_view name) {
  for (const std::unique_ptr<Group>& group : groups_) {
    const std::string_view full = group->name;
    if (full == name || full.substr(full.find('/') + 1) == name) return group.get();
  }
  return name.empty() && groups_.size() == 1 ? groups_.front().get() : nullptr;
}

absl::Status SimulatedRollouts::Adopt(const ValidatedPlan& plan) {
  const auto known = std::find_if(groups_.begin(), groups_.end(), [&plan](const auto& group) {
    return group->name == plan.name();
  });
  if (known != groups_.end()) {
    (*known)->in_force = true;
    absl::Status status;
    for (const auto& member : (*known)->members) status.Update(member->rollout().Update(plan));
    return status;
  }
  auto group = std::make_unique<Group>();
  group->name = group->outcome.name = plan.name();
  for (size_t process = 0; process < routers_.size(); ++process) {
    group->members.push_back(std::make_unique<Member>(*this, *group, process));
    if (absl::Status status = group->members.back()->Begin(plan); !status.ok()) return status;
  }
  groups_.push_back(std::move(group));
  return absl::OkStatus();
}

void SimulatedRollouts::Apply(const ValidatedConfig& rules) {
  for (const std::unique_ptr<Group>& group : groups_) group->in_force = false;
  for (const ValidatedPlan& plan : ValidatedPlan::AllOf(rules)) {
    const absl::Status status = Adopt(plan);
    if (!status.ok()) Tell("rollout", std::string(status.message()));
  }
  for (const std::unique_ptr<Group>& group : groups_) {
    group->wants_advance = true;
    if (group->members.size() > 1) group->exchange_at = clock_.elapsed();
    next_at_ = clock_.elapsed();
  }
}

void SimulatedRollouts::Tell(std::string kind, std::string text) {
  recorder_.AddEvent(clock_.elapsed(), std::move(kind), std::move(text));
}

void SimulatedRollouts::Record(size_t process, const Trial& trial) {
  Group* const group = Find(trial.assignment.rollout);
  if (group == nullptr) return;
  if (group->members[process]->rollout().Record(trial) == Urgency::kNone) return;
  group->wants_advance = true;
  next_at_ = clock_.elapsed();
}

void SimulatedRollouts::CountCall(const Assignment& assignment, int32_t status) {
  if (assignment.arm != Arm::kCanary || !IsFailure(status)) return;
  Group* const group = Find(assignment.rollout);
  if (group != nullptr && !group->outcome.rollback_at) ++group->outcome.users_hurt;
}

void SimulatedRollouts::Command(const RolloutChange& change) {
  using Command = RolloutChange::Command;
  constexpr std::pair<Command, RolloutCommand> kCommands[] = {
      {Command::kPause, RolloutCommand::kPause},
      {Command::kResume, RolloutCommand::kResume},
      {Command::kAbort, RolloutCommand::kAbort},
      {Command::kApprove, RolloutCommand::kApprove},
      {Command::kSkipStep, RolloutCommand::kSkipStep},
      {Command::kPromoteNow, RolloutCommand::kPromoteNow},
      {Command::kRetry, RolloutCommand::kRetry},
  };
  Group* const group = Find(change.name);
  absl::Status status = absl::NotFoundError("there is no rollout of this name: " + change.name);
  for (const auto& [command, meant] : kCommands) {
    if (group != nullptr && command == change.command) {
      status = group->leader().rollout().Apply(meant, "the scenario");
    }
  }
  if (!status.ok()) return Tell("change", std::string(status.message()));
  group->wants_advance = true;
  next_at_ = clock_.elapsed();
}

// What the others have counted goes to the leader, and its state to them.
void SimulatedRollouts::Exchange(Group& group) {
  if (clock_.elapsed() < group.exchange_at) return;
  const Duration lag =
      std::max<Duration>(scenario_.processes.merge_lag, std::chrono::milliseconds(1));
  group.exchange_at = clock_.elapsed() + lag;
  ++group.exchanges;
  for (size_t i = 1; i < group.members.size(); ++i) {
    EvidenceShard shard = group.members[i]->rollout().shard();
    shard.sequence = group.exchanges;
    // Shards of an attempt that is over are refused, as they should be.
    (void)group.leader().rollout().Merge(shard);
  }
  group.leader().Advance();
  const RolloutSnapshot state = group.leader().rollout().Save();
  for (size_t i = 1; i < group.members.size(); ++i) {
    (void)group.members[i]->rollout().Restore(state, Rollout::As::kFollower);
  }
  group.wants_advance = true;
}

void SimulatedRollouts::Advance(Group& group) {
  group.wants_advance = false;
  for (const std::unique_ptr<Member>& member : group.members) member->Advance();
}

SimulatedRollouts::Weights SimulatedRollouts::Run() {
  const Duration now = clock_.elapsed();
  std::vector<uint64_t> before;
  std::vector<uint64_t> after;
  const auto versions = [this](std::vector<uint64_t>& list) {
    for (const std::unique_ptr<Group>& group : groups_) {
      for (const std::unique_ptr<Member>& member : group->members) {
        list.push_back(member->weights().plan == nullptr ? ~uint64_t{0}
                                                         : member->weights().version);
      }
    }
  };
  versions(before);
  next_at_ = Duration::max();
  for (const std::unique_ptr<Group>& group : groups_) {
    if (!group->in_force) continue;
    Exchange(*group);
    Duration due = SimulationClock::Since(group->leader().weights().advance_at);
    if (group->wants_advance || due <= now) Advance(*group);
    due = SimulationClock::Since(group->leader().weights().advance_at);
    next_at_ = std::min({next_at_, std::max(due, now + Duration(1)), group->exchange_at});
  }
  versions(after);
  if (before == after) return Weights::kAsBefore;
  PublishSplits();
  return Weights::kChanged;
}

void SimulatedRollouts::PublishSplits() {
  for (size_t process = 0; process < routers_.size(); ++process) {
    std::vector<TrafficSplit> splits;
    for (const std::unique_ptr<Group>& group : groups_) {
      if (group->in_force) splits.push_back(SplitOf(group->members[process]->weights()));
    }
    const absl::Status status = routers_[process]->SetSplits(std::move(splits));
    if (!status.ok()) Tell("rollout", std::string(status.message()));
  }
}

std::vector<RolloutPoint> SimulatedRollouts::Points() const {
  std::vector<RolloutPoint> points;
  for (const std::unique_ptr<Group>& group : groups_) {
    const RolloutStatus status = group->leader().rollout().status();
    RolloutPoint& point = points.emplace_back();
    point.phase = PhaseName(status.phase);
    point.weight = status.weight * 100;
    point.score = status.score;
    point.holding = status.holding ? 1 : 0;
    group->outcome.peak_score = std::max(group->outcome.peak_score, status.score);
    if (status.score_limit > 0) group->outcome.score_limit = status.score_limit;
  }
  return points;
}

std::vector<RolloutOutcome> SimulatedRollouts::Outcomes() const {
  std::vector<RolloutOutcome> outcomes;
  for (const std::unique_ptr<Group>& group : groups_) {
    const RolloutStatus status = group->leader().rollout().status();
    RolloutOutcome& outcome = outcomes.emplace_back(group->outcome);
    outcome.phase = PhaseName(status.phase);
    outcome.weight = status.weight * 100;
    outcome.peak_score = std::max(outcome.peak_score, status.score);
  }
  return outcomes;
}

}  // namespace meshroute
