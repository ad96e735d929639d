// SPDX-License-Identifier: Apache-2.0
#include "lib/call/call_record.h"

namespace meshroute {
namespace {

constexpr uint64_t kMillion = 1'000'000;

Decision::Draw DrawOf(uint64_t number, uint64_t below) {
  return {.number = number, .below = below, .out_of = kMillion, .happens = number < below};
}

std::string NameOf(const TrafficTables& tables, uint32_t destination) {
  return tables.routes->destinations()[destination].key.ToString();
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

void RecordSplit(const TrafficTables& tables, const Route& route, size_t position,
                 Decision& decision) {
  decision.split.total_weight = route.total_weight;
  for (size_t i = 0; i < route.destinations.size(); ++i) {
    decision.split.shares.push_back({NameOf(tables, route.destinations[i].destination),
                                     route.destinations[i].weight, i == position});
  }
}

void RecordLimits(const RetryPolicy& retry, Duration timeout, Duration per_try_timeout,
                  Decision& decision) {
  decision.timeout = timeout;
  decision.retries = {.attempts = retry.attempts,
                      .retry_on = retry.RetryOn(),
                      .per_try_timeout = per_try_timeout,
                      .backoff_base = retry.backoff_base,
                      .backoff_maximum = retry.backoff_maximum,
                      .avoid_previous_endpoints = retry.avoid_previous_endpoints};
}

void RecordMirrors(const TrafficTables& tables, const Route& route, uint64_t draw,
                   Decision& decision) {
  decision.mirror_draw = draw;
  for (const Route::Mirror& mirror : route.mirrors) {
    decision.mirrors.push_back(
        {NameOf(tables, mirror.destination), mirror.millionths, draw < mirror.millionths});
  }
}

}  // namespace meshroute
