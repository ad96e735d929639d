// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/rollout_member.h"

#include <utility>

namespace meshroute {

std::optional<RouteWeights> RolloutMember::Tick(const ArmHealth& health) {
  constexpr double kStrong = 10;
  const bool is_due = !has_exchanged_ || clock_.Now() - last_exchange_ >= kPeriod;
  const bool is_strong = has_state_ && rollout_.status().score >= kStrong;
  if (is_due || is_strong) {
    store_status_ = Exchange();
    last_exchange_ = clock_.Now();
    has_exchanged_ = true;
  }
  if (!has_state_) return std::nullopt;
  weights_ = rollout_.Advance(health);
  if (leads_) {
    const absl::Status published = PublishState();
    if (!published.ok()) store_status_ = published;
  } else if (is_strong) {
    // What made it strong may not have been counted at the exchange.
    const absl::Status published = PublishShard();
    if (!published.ok()) store_status_ = published;
  }
  return weights_;
}

absl::Status RolloutMember::Exchange() {
  const absl::StatusOr<bool> leads = store_.TryLead(kLease);
  absl::StatusOr<EvidenceStore::Contents> contents = store_.ReadAll();
  const bool may_lead = leads.ok() && *leads && contents.ok();
  if (leads_ && !may_lead) {
    // Another may lead by now: stand still, and follow whoever does.
    leads_ = false;
    const absl::Status status = rollout_.Restore(rollout_.Save(), Rollout::As::kFollower);
    if (!status.ok()) return status;
  }
  if (!leads.ok()) return leads.status();
  if (!contents.ok()) return contents.status();
  if (may_lead && !leads_) {
    const absl::Status status = TakeLead(contents->state);
    if (!status.ok()) return status;
  }
  if (!leads_) {
    const absl::Status status = Follow(contents->state);
    return status.ok() ? PublishShard() : status;
  }
  for (const EvidenceShard& shard : contents->shards) {
    // A shard of another attempt is one that will be written anew.
    rollout_.Merge(shard).IgnoreError();
  }
  return absl::OkStatus();
}

absl::Status RolloutMember::PublishShard() {
  if (!has_state_) return absl::OkStatus();
  EvidenceShard shard = rollout_.shard();
  shard.sequence = ++sequence_;
  return store_.Publish(shard);
}

absl::Status RolloutMember::TakeLead(const std::string& state) {
  leads_ = true;
  const bool is_first = std::exchange(has_state_, true) == false;
  if (state.empty()) return absl::OkStatus();
  const absl::StatusOr<RolloutSnapshot> snapshot = DecodeSnapshot(state);
  // A damaged state says nothing; what this process followed until now says more.
  if (!snapshot.ok()) {
    return rollout_.Restore(is_first ? RolloutSnapshot() : rollout_.Save());
  }
  return rollout_.Restore(*snapshot);
}

absl::Status RolloutMember::Follow(const std::string& state) {
  if (state.empty()) return absl::OkStatus();
  const absl::StatusOr<RolloutSnapshot> snapshot = DecodeSnapshot(state);
  if (!snapshot.ok()) return snapshot.status();
  const absl::Status status = rollout_.Restore(*snapshot, Rollout::As::kFollower);
  if (status.ok()) has_state_ = true;
  return status;
}

absl::Status RolloutMember::PublishState() {
  return store_.PublishState(EncodeSnapshot(rollout_.Save()));
}

}  // namespace meshroute
