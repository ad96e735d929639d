// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROLLOUT_ROLLOUT_MEMBER_H_
#define MESHROUTE_ROLLOUT_ROLLOUT_MEMBER_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
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
  // What to tell the store: unset where there is nothing yet, or this process leads.
  using Words = std::optional<EvidenceShard>;

  // What the store told.
  struct News {
    absl::StatusOr<bool> leads = false;
    absl::StatusOr<EvidenceStore::Contents> contents = EvidenceStore::Contents();
    absl::Status published;
  };

  // All outlive the member. From now on nobody else advances `rollout`.
  RolloutMember(Rollout& rollout, EvidenceStore& store, const Clock& clock)
      : rollout_(rollout), store_(store), clock_(clock) {}

  // To be called whenever the last weights said, and at once when Record says so. Talks
  // to the store every two seconds, and at once when the evidence is strong. nullopt:
  // no leader was ever heard of.
  std::optional<RouteWeights> Tick(const ArmHealth& health = {});

  // The same in parts, for an owner whose lock guards the rollout and who does not hold
  // it while the store is waited for, which Exchange and PublishState do alone:
  //
  //   if (member.IsDue()) member.Hear(RolloutMember::Exchange(store, member.Say()));
  //   auto weights = member.Advance(health);
  //   if (member.leads()) store.PublishState(EncodeSnapshot(rollout.Save()));
  //
  bool IsDue() const;
  Words Say();
  static News Exchange(EvidenceStore& store, const Words& words);
  void Hear(const News& news);

  // Also at any other time. A lead that was not kept for ten seconds is given up.
  std::optional<RouteWeights> Advance(const ArmHealth& health = {});

  bool leads() const { return leads_; }

  // Why the store could not be used the last time; OK where it could.
  const absl::Status& store_status() const { return store_status_; }

 private:
  static constexpr Duration kPeriod = std::chrono::seconds(2);
  static constexpr Duration kStrongPeriod = std::chrono::milliseconds(100);
  static constexpr Duration kLease = std::chrono::seconds(10);

  absl::Status Learn(const News& news);
  absl::Status StandStill();
  absl::Status TakeLead(const std::string& state);
  absl::Status Follow(const std::string& state);

  Rollout& rollout_;
  EvidenceStore& store_;
  const Clock& clock_;
  bool leads_ = false;
  bool has_state_ = false;  // Of a leader, be it this process.
  uint64_t sequence_ = 0;
  TimePoint last_exchange_{};
  bool has_exchanged_ = false;
  TimePoint led_at_{};  // When the lead was last asked for and had.
  absl::Status store_status_;
};

}  // namespace meshroute

#endif  // MESHROUTE_ROLLOUT_ROLLOUT_MEMBER_H_
