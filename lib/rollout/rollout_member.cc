// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/rollout_member.h"

#include <utility>

namespace meshroute {

std::optional<RouteWeights> RolloutMember::Tick(const ArmHealth& health) {
  if (IsDue()) Hear(Exchange(store_, Say()));
  std::optional<RouteWeights> weights = Advance(health);
  if (leads_) {
    const absl::Status published = store_.PublishState(EncodeSnapshot(rollout_.Save()));
    if (!published.ok()) store_status_ = published;
  }
  return weights;
}

bool RolloutMember::IsDue() const {
  constexpr double kStrong = 10;
  if (!has_exchanged_) return true;
  const Duration since = clock_.Now() - last_exchange_;
  if (since >= kPeriod) return true;
  return since >= kStrongPeriod && has_state_ && rollout_.status().score >= kStrong;
}

RolloutMember::Words RolloutMember::Say() {
  last_exchange_ = clock_.Now();
  has_exchanged_ = true;
  if (leads_ || !has_state_) return std::nullopt;
  EvidenceShard shard = rollout_.shard();
  // Also where nothing has changed: who says nothing is taken for lost.
  shard.sequence = ++sequence_;
  return shard;
}

RolloutMember::News RolloutMember::Exchange(EvidenceStore& store, const Words& words) {
  News news;
  news.leads = store.TryLead(kLease);
  if (words) news.published = store.Publish(*words);
  news.contents = store.ReadAll();
  return news;
}

void RolloutMember::Hear(const News& news) {
  store_status_ = Learn(news);
  if (store_status_.ok()) store_status_ = news.published;
}

std::optional<RouteWeights> RolloutMember::Advance(const ArmHealth& health) {
  if (leads_ && clock_.Now() - led_at_ >= kLease) store_status_ = StandStill();
  if (!has_state_) return std::nullopt;
  return rollout_.Advance(health);
}

absl::Status RolloutMember::Learn(const News& news) {
  const bool may_lead = news.leads.ok() && *news.leads && news.contents.ok();
  if (may_lead) led_at_ = last_exchange_;
  if (leads_ && !may_lead) {
    const absl::Status status = StandStill();
    if (!status.ok()) return status;
  }
  if (!news.leads.ok()) return news.leads.status();
  if (!news.contents.ok()) return news.contents.status();
  if (may_lead && !leads_) {
    const absl::Status status = TakeLead(news.contents->state);
    if (!status.ok()) return status;
  }
  if (!leads_) return Follow(news.contents->state);
  for (const EvidenceShard& shard : news.contents->shards) {
    // A shard of another attempt is one that will be written anew.
    rollout_.Merge(shard).IgnoreError();
  }
  return absl::OkStatus();
}

// Another may lead by now: no step is taken, and whoever leads is followed.
absl::Status RolloutMember::StandStill() {
  leads_ = false;
  return rollout_.Restore(rollout_.Save(), Rollout::As::kFollower);
}

absl::Status RolloutMember::TakeLead(const std::string& state) {
  leads_ = true;
  const bool is_first = std::exchange(has_state_, true) == false;
  if (state.empty() && is_first) return absl::OkStatus();
  const absl::StatusOr<RolloutSnapshot> snapshot = DecodeSnapshot(state);
  // A damaged or lost state says nothing; what this process followed until now says more.
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

}  // namespace meshroute
