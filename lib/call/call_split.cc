// SPDX-License-Identifier: Apache-2.0
// The draw of a rule that a TrafficSplit manages, or that sticks to a key.
#include <algorithm>
#include <cstdint>

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
  drawn.weight = weights.weight;
  double position = 0;
  if (weights.obeys_match && split.Matches(request_)) {
    drawn.basis = Assignment::Basis::kMatch;
    drawn.weight = 1;
  } else if ((drawn.unit = split.UnitOf(request_, options_.sticky_key))) {
    drawn.basis = Assignment::Basis::kStickyKey;
    position = PositionOf(*drawn.unit);
  } else {
    position = PositionOf(environment_.random->Next());
  }
  drawn.arm = position < drawn.weight ? Arm::kCanary : Arm::kBaseline;
  if (environment_.record != nullptr) RecordAssignment(drawn, position, *environment_.record);
  return drawn.arm == Arm::kCanary ? RouteSplit::kCanary : RouteSplit::kBaseline;
}

}  // namespace meshroute
