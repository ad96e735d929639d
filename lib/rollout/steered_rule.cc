// SPDX-License-Identifier: Apache-2.0
#include "lib/rollout/steered_rule.h"

#include <algorithm>
#include <utility>

#include "meshroute/config/host_name.h"
#include "meshroute/rollout/rollout_snapshot.h"

namespace meshroute {
namespace {

constexpr Duration kSaveInterval = std::chrono::seconds(1);

// How often is looked for trials that are open too long, however short the limit.
constexpr Duration kShortestLook = std::chrono::milliseconds(10);

// How often it is looked for what reports have left to write and to tell.
constexpr Duration kLookInterval = std::chrono::milliseconds(100);

// The pool of `arm`, or nullptr.
const SubsetPool* PoolOf(const TrafficTables& tables, const Destination& arm,
                         std::string_view namespace_name) {
  const std::string host = CompleteHost(arm.host, namespace_name, tables.mesh.cluster_domain);
  const std::vector<RoutedDestination>& destinations = tables.routes->destinations();
  for (size_t i = 0; i < destinations.size(); ++i) {
    const DestinationKey& key = destinations[i].key;
    const bool has_port = !arm.port || arm.port->number == key.port;
    if (key.host == host && key.subset == arm.subset && has_port) return tables.pools[i].get();
  }
  return nullptr;
}

std::optional<uint32_t> AvailableIn(const SubsetPool* pool) {
  if (pool == nullptr || pool->passthrough()) return std::nullopt;
  return static_cast<uint32_t>(pool->endpoints().available_size());
}

}  // namespace

ArmHealth HealthOf(const TrafficTables& tables, const TrafficSplit& split) {
  const auto available = [&](const Destination& arm) {
    return AvailableIn(PoolOf(tables, arm, split.namespace_name));
  };
  return {.baseline = available(split.baseline),
          .canary = available(split.canary),
          .fresh_baseline = split.fresh_baseline ? available(*split.fresh_baseline) : std::nullopt};
}

SteeredRule::SteeredRule(std::string name, const RolloutDriverOptions& options)
    : name_(std::move(name)), observer_(options.rollout_observer) {
  const bool is_alone = options.evidence_stores == nullptr;
  if (is_alone && !options.state_folder.empty()) file_.emplace(options.state_folder, name_);
}

absl::StatusOr<std::unique_ptr<SteeredRule>> SteeredRule::Create(
    ValidatedPlan plan, const Clock& clock, const RolloutDriverOptions& options) {
  std::unique_ptr<SteeredRule> rule(new SteeredRule(plan.name(), options));
  absl::StatusOr<std::unique_ptr<Rollout>> rollout =
      Rollout::Create(std::move(plan), clock, *rule, options.rollout);
  if (!rollout.ok()) return rollout.status();
  rule->rollout_ = *std::move(rollout);
  if (absl::Status status = rule->Restore(); !status.ok()) return status;
  if (options.evidence_stores == nullptr) return rule;
  absl::StatusOr<std::unique_ptr<EvidenceStore>> store =
      options.evidence_stores->Open(rule->name_, options.rollout.instance);
  if (!store.ok()) return store.status();
  rule->store_ = *std::move(store);
  rule->member_.emplace(*rule->rollout_, *rule->store_, clock);
  return rule;
}

absl::Status SteeredRule::Restore() {
  if (!file_) return absl::OkStatus();
  const absl::StatusOr<std::string> bytes = file_->Read();
  if (absl::IsNotFound(bytes.status())) return absl::OkStatus();
  // Of what is damaged nothing is left: the rollout then waits for someone.
  RolloutSnapshot snapshot;
  if (bytes.ok()) {
    absl::StatusOr<RolloutSnapshot> decoded = DecodeSnapshot(*bytes);
    if (decoded.ok()) snapshot = *std::move(decoded);
  }
  return rollout_->Restore(snapshot);
}

absl::Status SteeredRule::Update(ValidatedPlan plan) { return rollout_->Update(std::move(plan)); }

void SteeredRule::BeginTrial(const TrialStartEvent& event) {
  if (TrialMemory* const memory = remembered_.load(std::memory_order_acquire)) {
    memory->Keep(event);
  }
  if (latency_limit_.load(std::memory_order_relaxed) == 0) return;
  if (OpenTrials* const open = watched_.load(std::memory_order_acquire)) open->Begin(event);
}

bool SteeredRule::EndTrial(uint64_t call) {
  OpenTrials* const open = watched_.load(std::memory_order_acquire);
  return open != nullptr && open->End(call);
}

std::optional<NotedTrial> SteeredRule::TakeTrial(uint64_t call, TimePoint now) {
  TrialMemory* const memory = remembered_.load(std::memory_order_acquire);
  if (memory == nullptr) return std::nullopt;
  return memory->Take(call, Duration(outcome_age_.load(std::memory_order_relaxed)), now);
}

TimePoint SteeredRule::RecordOverdue(TimePoint now) {
  const Duration limit = weights_.latency_limit;
  if (open_ == nullptr || limit == Duration(0)) return kNever;
  for (const NotedTrial& overdue : open_->TakeOverdue(limit, now)) {
    (void)Record(overdue.AsTrial(Trial::Stage::kOpen, now));
  }
  // What begins from now on is due then at the earliest.
  const TimePoint of_new = AddSaturated(now, std::max(limit, kShortestLook));
  return std::min(open_->NextOverdue(limit), of_new);
}

void SteeredRule::Advance(const TrafficTables& tables) {
  const uint64_t version = weights_.version;
  const bool is_first = weights_.plan == nullptr;
  ArmHealth health = is_first ? ArmHealth() : HealthOf(tables, split_);
  health.ejection = std::exchange(answer_, std::nullopt);
  const std::vector<std::string> suspects = weights_.suspects;
  std::optional<RouteWeights> weights =
      member_ ? member_->Advance(health) : rollout_->Advance(health);
  if (!weights) return;  // Of no leader was ever heard.
  weights_ = *std::move(weights);
  if (weights_.suspects != suspects) {
    suspect_ = weights_.suspects.empty() ? "" : weights_.suspects.front();
  }
  NoteTrials();
  if (!is_first && weights_.version == version) return;
  split_ = SplitOf(weights_);
  needs_publishing = true;
  has_changed_ = true;
}

std::optional<SteeredRule::Ask> SteeredRule::TakeAsk(const TrafficTables& tables) {
  if (suspect_.empty()) return std::nullopt;
  Ask ask{.destination = {}, .endpoint = std::exchange(suspect_, "")};
  const SubsetPool* const pool = PoolOf(tables, split_.canary, split_.namespace_name);
  if (pool == nullptr) return std::nullopt;
  ask.destination = pool->key();
  return ask;
}

// What the plan needs to know of trials before and after they end.
void SteeredRule::NoteTrials() {
  if (weights_.latency_limit > Duration(0) && open_ == nullptr) {
    open_ = std::make_unique<OpenTrials>();
    watched_.store(open_.get(), std::memory_order_release);
  }
  latency_limit_.store(weights_.latency_limit.count(), std::memory_order_relaxed);
  const RolloutAnalysis& analysis = weights_.plan->analysis;
  outcome_age_.store(analysis.max_outcome_age.count(), std::memory_order_relaxed);
  const bool reports =
      std::any_of(analysis.metrics.begin(), analysis.metrics.end(),
                  [](const RolloutMetric& metric) { return metric.name == kReportedSuccessRate; });
  if (!reports || memory_ != nullptr) return;
  memory_ = std::make_unique<TrialMemory>();
  remembered_.store(memory_.get(), std::memory_order_release);
}

void SteeredRule::OnRolloutEvent(const RolloutEvent& event) {
  has_changed_ = true;
  if (observer_ != nullptr) observer_->OnRolloutEvent(event);
}

void SteeredRule::Hear(const RolloutMember::News& news) {
  member_->Hear(news);
  grows_.store(true, std::memory_order_relaxed);
}

TimePoint SteeredRule::NextAt(TimePoint now) const {
  TimePoint next = weights_.advance_at;
  if (!file_ && !member_) return next;
  if (next != kNever) return std::min(next, AddSaturated(now, kLookInterval));
  const bool waits = member_ || has_changed_ || grows_.load(std::memory_order_relaxed);
  return waits ? AddSaturated(now, kSaveInterval) : kNever;
}

std::optional<std::string> SteeredRule::TakeUnsaved(Unsaved what, TimePoint now) {
  const bool is_kept = file_ || (member_ && member_->leads());
  const bool grows = what == Unsaved::kAll && grows_.load(std::memory_order_relaxed);
  const bool is_due = has_changed_ || (grows && now >= AddSaturated(saved_at_, kSaveInterval));
  if (!is_kept || !is_due) return std::nullopt;
  has_changed_ = false;
  if (what == Unsaved::kAll) grows_.store(false, std::memory_order_relaxed);
  saved_at_ = now;
  return EncodeSnapshot(rollout_->Save());
}

absl::Status SteeredRule::Keep(const std::string& state) const {
  return store_ ? store_->PublishState(state) : file_->Write(state);
}

void SteeredRule::NoteKept(absl::Status status) {
  save_status_ = std::move(status);
  if (!save_status_.ok()) grows_.store(true, std::memory_order_relaxed);  // Again in a second.
}

}  // namespace meshroute
