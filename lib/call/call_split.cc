// SPDX-License-Identifier: Apache-2.0
// The draw of a rule that a TrafficSplit manages, or that sticks to a key.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "lib/call/call_record.h"
#include "meshroute/call/call.h"
#include "meshroute/routing/route_split.h"

namespace meshroute {

size_t Call::DrawBySplit() {
  const RouteSplit& split = *match_.route->split;
  if (environment_.record != nullptr) {
    environment_.record->split.key = split.NameOfKey(options_.sticky_key);
  }
  if (split.managed_by() != RouteSplit::kUnmanaged) return DrawArm(split);
  const std::optional<uint64_t> unit = split.UnitOf(request_, options_.sticky_key);
  return unit ? DrawByUnit(*unit) : DrawByWeights();
}

// The destinations share [0, 1) in their order, so a boundary between two of them moves
// only the keys that it passes.
size_t Call::DrawByUnit(uint64_t unit) const {
  const Route& route = *match_.route;
  const uint64_t place = route.PlaceOf(unit);
  if (environment_.record != nullptr) RecordUnit(unit, place, *environment_.record);
  return route.PickDestination(place);
}

// Each call of the rule is tagged, also where the weight is 0 or 1.
size_t Call::DrawArm(const RouteSplit& split) {
  const TrafficSplit& weights = tables_->splits[split.managed_by()];
  Assignment& drawn = assignment_.emplace();
  drawn.rollout = weights.rollout;
  drawn.generation = weights.generation;
  drawn.step = weights.step;
  const bool is_match = weights.obeys_match && split.Matches(request_);
  const double canary = is_match ? weights.match_weight : weights.weight;
  const double fresh = is_match ? 0 : weights.fresh_weight;
  double position = 0;
  if (is_match && canary >= 1) {
    drawn.basis = Assignment::Basis::kMatch;
  } else if ((drawn.unit = split.UnitOf(request_, options_.sticky_key))) {
    drawn.basis = Assignment::Basis::kStickyKey;
    position = PositionOf(*drawn.unit);
  } else {
    position = PositionOf(environment_.random->Next());
  }
  drawn.arm = position < canary ? Arm::kCanary : Arm::kBaseline;
  const bool is_compared = fresh <= 0 || position < canary + fresh;
  drawn.weight = is_compared ? ComparedWeight(canary, fresh) : 0;
  if (environment_.record != nullptr) {
    Decision::Assigned& assigned = RecordAssignment(drawn, position, *environment_.record);
    assigned.weight = canary;
    assigned.fresh_weight = fresh;
    assigned.is_match = is_match;
    assigned.retries_on_baseline = RetriesOnBaseline();
  }
  if (drawn.arm == Arm::kCanary) return RouteSplit::kCanary;
  return fresh > 0 && is_compared ? RouteSplit::kFreshBaseline : RouteSplit::kBaseline;
}

// A trial stays what it was drawn as: of a call that went to the canary.
bool Call::RetriesOnBaseline() const {
  return assignment_ && assignment_->arm == Arm::kCanary &&
         tables_->splits[match_.route->split->managed_by()].retry_on_baseline;
}

// The pool of further attempts.
SubsetPool& Call::PoolOfRetries() const {
  if (!RetriesOnBaseline()) return *pool_;
  const Route::WeightedDestination& baseline = match_.route->destinations[RouteSplit::kBaseline];
  SubsetPool* const pool = tables_->pools[baseline.destination].get();
  return pool == nullptr ? *pool_ : *pool;
}

// Which of its destinations a call is on says which edits its attempts get.
void Call::MoveTo(SubsetPool& pool) {
  if (&pool == pool_) return;
  pool_ = &pool;
  position_ = RouteSplit::kBaseline;
  tried_priorities_.Forget();
}

// What the caller says; else what the method says (RFC 9110, 9.2.2). A tunnel has no copy.
bool Call::MayBeSentTwice() const {
  using Idempotency = CallOptions::Idempotency;
  if (request_.method == "CONNECT") return false;
  if (options_.idempotency != Idempotency::kByRule) {
    return options_.idempotency == Idempotency::kIdempotent;
  }
  static constexpr std::array<std::string_view, 6> kMethods{"GET",   "HEAD", "OPTIONS",
                                                            "TRACE", "PUT",  "DELETE"};
  return std::find(kMethods.begin(), kMethods.end(), request_.method) != kMethods.end();
}

// Whether there is a copy is settled before either of the two has an outcome: one that the
// canary's limits leave no room for says nothing about it.
void Call::AddCopyForCanary(Send& send, TimePoint now) {
  const Route& route = *match_.route;
  const double share = tables_->splits[route.split->managed_by()].mirror;
  if (share <= 0 || assignment_->arm != Arm::kBaseline) return;
  std::optional<double> position;
  if (MayBeSentTwice()) position = PositionOf(environment_.random->Next());
  if (environment_.record != nullptr) {
    RecordCopy(*tables_, match_, position, *environment_.record);
  }
  SubsetPool* const pool =
      tables_->pools[route.destinations[RouteSplit::kCanary].destination].get();
  if (!position || *position >= share || pool == nullptr) return;
  auto refusal = SubsetPool::Refusal::kNone;
  Lease lease = pool->TryAcquire({.hash = hash_, .now = now}, refusal, options_.admission);
  if (refusal != SubsetPool::Refusal::kNone) return;
  MirrorPair pair{.observer = environment_.observer,
                  .assignment = *assignment_,
                  .call = trial_,
                  .sent_at = now,
                  .per_try_timeout = per_try_timeout_};
  pair.assignment.arm = Arm::kCanary;
  pair.assignment.is_mirrored = assignment_->is_mirrored = true;
  send.mirrors.emplace_back(tables_.Clone(), *pool, std::move(lease), deadline_, pair);
}

}  // namespace meshroute
