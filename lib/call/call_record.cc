// SPDX-License-Identifier: Apache-2.0
#include "lib/call/call_record.h"

#include <cmath>

namespace meshroute {
namespace {

constexpr uint64_t kMillion = 1'000'000;

Decision::Draw DrawOf(uint64_t number, uint64_t below) {
  return {.number = number, .below = below, .out_of = kMillion, .happens = number < below};
}

std::string NameOf(const TrafficTables& tables, uint32_t destination, uint32_t addressed_port) {
  DestinationKey key = tables.routes->destinations()[destination].key;
  if (key.port == 0) key.port = addressed_port;
  return key.ToString();
}

// The rule's own weights do not count where a rollout steers.
void SetArmWeights(Decision::Split& split) {
  const auto in_millionths = [](double weight) {
    return static_cast<uint64_t>(std::lround(weight * kMillion));
  };
  const uint64_t canary = in_millionths(split.assignment->weight);
  const uint64_t fresh = in_millionths(split.assignment->fresh_weight);
  split.total_weight = kMillion;
  split.shares[RouteSplit::kBaseline].weight = kMillion - canary - fresh;
  split.shares[RouteSplit::kCanary].weight = canary;
  if (split.shares.size() > RouteSplit::kFreshBaseline) {
    split.shares[RouteSplit::kFreshBaseline].weight = fresh;
  }
}

}  // namespace

void RecordDelay(const FaultPolicy& fault, uint64_t draw, Decision& decision) {
  decision.fault.delay_draw = DrawOf(draw, fault.delay_millionths);
  decision.fault.delay = fault.delay;
}

void RecordAbort(const FaultPolicy& fault, uint64_t draw, Decision& decision) {
  decision.fault.abort_draw = DrawOf(draw, fault.abort_millionths);
  decision.fault.abort_http_status = fault.abort_http_status;
  decision.fault.abort_grpc_status = fault.abort_grpc_status;
}

void RecordDraw(const Route& route, uint64_t draw, Decision& decision) {
  decision.split.draw = draw % route.total_weight;
}

void RecordUnit(uint64_t unit, uint64_t place, Decision& decision) {
  decision.split.unit = unit;
  decision.split.draw = place;
}

Decision::Assigned& RecordAssignment(const Assignment& drawn, double position, Decision& decision) {
  decision.split.unit = drawn.unit;
  decision.split.assignment = {.rollout = std::string(drawn.rollout),
                               .generation = drawn.generation,
                               .step = drawn.step,
                               .arm = drawn.arm,
                               .basis = drawn.basis,
                               .weight = drawn.weight,
                               .position = position};
  return *decision.split.assignment;
}

void RecordSplit(const TrafficTables& tables, const RouteMatch& match, size_t position,
                 Decision& decision) {
  const Route& route = *match.route;
  decision.split.total_weight = route.total_weight;
  for (size_t i = 0; i < route.destinations.size(); ++i) {
    const Route::WeightedDestination& share = route.destinations[i];
    decision.split.shares.push_back(
        {NameOf(tables, share.destination, match.port), share.weight, i == position});
  }
  if (decision.split.assignment) SetArmWeights(decision.split);
}

void RecordLimits(const RetryPolicy& retry, Duration timeout, Duration per_try_timeout,
                  Decision& decision) {
  decision.timeout = timeout;
  decision.retries = {.attempts = retry.attempts,
                      .retry_on = retry.RetryOn(),
                      .per_try_timeout = per_try_timeout,
                      .backoff_base = retry.backoff_base,
                      .backoff_maximum = retry.backoff_maximum,
                      .avoid_previous_endpoints = retry.avoid_previous_endpoints,
                      .leave_tried_priorities = retry.leave_tried_priorities};
}

void RecordCopy(const TrafficTables& tables, const RouteMatch& match,
                std::optional<double> position, Decision& decision) {
  const uint32_t canary = match.route->destinations[RouteSplit::kCanary].destination;
  decision.copy = {.cluster = NameOf(tables, canary, match.port),
                   .share = tables.splits[match.route->split->managed_by()].mirror,
                   .position = position};
}

void RecordMirrors(const TrafficTables& tables, const RouteMatch& match, uint64_t draw,
                   Decision& decision) {
  decision.mirror_draw = draw;
  for (const Route::Mirror& mirror : match.route->mirrors) {
    decision.mirrors.push_back({NameOf(tables, mirror.destination, match.port), mirror.millionths,
                                draw < mirror.millionths});
  }
}

}  // namespace meshroute
