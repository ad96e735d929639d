// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROLLOUT_ROLLOUT_MEMBER_H_
#define MESHROUTE_ROLLOUT_ROLLOUT_MEMBER_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "meshroute/base/clock.h"
#include "meshroute/rollout/evidence_store.h"
#include "meshroute/rollout/rollout.h"

namespace meshroute {

// One of several processes that run the same rollout. One of them leads: it adds up what
// all have counted, decides, and publishes its state; the others do as it does. Where
// nobody leads, or the store cannot be reached, weights stand still: nothing goes
// forward, and each process still stops sending to a canary that looks bad enough from
// where it stands.
//
//   FileEvidenceStore store("/run/reviews-rollout", instance);
//   RolloutMember member(*rollout, store, SteadyClock());
//   if (auto weights = member.Tick()) ...publish
//
// Thread-compatible; Rollout::Record may be called meanwhile.
class RolloutMember {
 public:
  // All outlive the member. From now on nobody else advances `rollout`.
  RolloutMember(Rollout& rollout, EvidenceStore& store, const Clock& clock)
      : rollout_(rollout), store_(store), clock_(clock) {}

  // To be called whenever the last weights said, and at once when Record says so. Talks
  // to the store every two seconds, and at once when the evidence is strong. nullopt:
  // no leader was ever heard of.
  std::optional<RouteWeights> Tick(const ArmHealth& health = {});

  bool leads() const { return leads_; }

  // Why the store could not be used the last time; OK where it could.
  const absl::Status& store_status() const { return store_status_; }

 private:
  static constexpr Duration kPeriod = std::chrono::seconds(2);
  static constexpr Duration kLease = std::chrono::seconds(10);

  absl::Status Exchange();
  absl::Status PublishShard();
  absl::Status TakeLead(const std::string& state);
  absl::Status Follow(const std::string& state);
  absl::Status PublishState();

  Rollout& rollout_;
  EvidenceStore& store_;
  const Clock& clock_;
  bool leads_ = false;
  bool has_state_ = false;  // Of a leader, be it this process.
  uint64_t sequence_ = 0;
  TimePoint last_exchange_{};
  bool has_exchanged_ = false;
  absl::Status store_status_;
  std::optional<RouteWeights> weights_;
};

}  // namespace meshroute

#endif  // MESHROUTE_ROLLOUT_ROLLOUT_MEMBER_H_
