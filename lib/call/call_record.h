// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CALL_CALL_RECORD_H_
#define MESHROUTE_LIB_CALL_CALL_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "meshroute/base/clock.h"
#include "meshroute/call/traffic_tables.h"
#include "meshroute/message/assignment.h"
#include "meshroute/routing/route.h"
#include "meshroute/telemetry/decision.h"

namespace meshroute {

// What a call tells a Decision as it goes: each number that it draws, what that
// number decides, and the limits that it sets itself.

void RecordDelay(const FaultPolicy& fault, uint64_t draw, Decision& decision);
void RecordAbort(const FaultPolicy& fault, uint64_t draw, Decision& decision);

// The number drawn for the split, before the remainder is taken.
void RecordDraw(const Route& route, uint64_t draw, Decision& decision);

// The hash of a sticky key, and where it stands among the weights.
void RecordUnit(uint64_t unit, uint64_t place, Decision& decision);

// What a TrafficSplit gave the call; `position` on [0, 1) decided. The caller adds what
// the split alone knows.
Decision::Assigned& RecordAssignment(const Assignment& drawn, double position, Decision& decision);

// The destinations of match.route, of which destinations[position] was chosen. One
// without a port of its own, of a host that nothing declares, is named by the
// addressed port, as Istio names it.
void RecordSplit(const TrafficTables& tables, const RouteMatch& match, size_t position,
                 Decision& decision);

void RecordLimits(const RetryPolicy& retry, Duration timeout, Duration per_try_timeout,
                  Decision& decision);

// The copy that a TrafficSplit may ask for; `position` on [0, 1) decides, nullopt: nothing
// was drawn.
void RecordCopy(const TrafficTables& tables, const RouteMatch& match,
                std::optional<double> position, Decision& decision);
void RecordMirrors(const TrafficTables& tables, const RouteMatch& match, uint64_t draw,
                   Decision& decision);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CALL_CALL_RECORD_H_
