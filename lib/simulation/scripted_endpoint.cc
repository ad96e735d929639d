// SPDX-License-Identifier: Apache-2.0
#include "lib/simulation/scripted_endpoint.h"

#include <algorithm>
#include <chrono>
#include <string>

namespace meshroute {
namespace {

constexpr Duration kConnectFails = std::chrono::milliseconds(1);

bool Selects(const EndpointSelector& select, std::string_view address, const Labels& labels) {
  if (!LabelsCover(labels, select.labels)) return false;
  return select.addresses.empty() || std::find(select.addresses.begin(), select.addresses.end(),
                                               address) != select.addresses.end();
}

// Whether a span that says so holds at `moment`.
template <typename Span>
bool Holds(const Span& span, Duration moment) {
  return span.from <= moment && (!span.until.has_value() || moment < *span.until);
}

template <typename Span>
void AddBorders(const std::vector<Span>& spans, std::vector<Duration>& borders) {
  for (const Span& span : spans) {
    borders.push_back(span.from);
    if (span.until.has_value()) borders.push_back(*span.until);
  }
}

Outcome::Kind KindOf(FailureModel::Kind kind) {
  switch (kind) {
    case FailureModel::Kind::kConnectFailure:
      return Outcome::Kind::kConnectFailed;
    case FailureModel::Kind::kReset:
      return Outcome::Kind::kResetBeforeHeaders;
    case FailureModel::Kind::kResetInResponse:
      return Outcome::Kind::kResetAfterHeaders;
    case FailureModel::Kind::kHang:
      return Outcome::Kind::kTimeout;
    case FailureModel::Kind::kRefusedStream:
      return Outcome::Kind::kRefusedStream;
    case FailureModel::Kind::kProtocolError:
      return Outcome::Kind::kProtocolError;
    case FailureModel::Kind::kStatus:
      break;
  }
  return Outcome::Kind::kResponse;
}

// What goes wrong before any work is done takes none.
bool NeedsWork(FailureModel::Kind kind) {
  return kind != FailureModel::Kind::kConnectFailure &&
         kind != FailureModel::Kind::kRefusedStream && kind != FailureModel::Kind::kHang;
}

double BadShareOf(const std::vector<FailureModel>& failures) {
  double percent = 0;
  for (const FailureModel& failure : failures) {
    const bool is_bad = failure.kind != FailureModel::Kind::kStatus || failure.status >= 500;
    percent += is_bad ? failure.percent : 0;
  }
  return percent / 100;
}

}  // namespace

double BadShareAt(const Scenario& scenario, std::string_view address, const Labels& labels,
                  Duration moment) {
  double own = 0;
  for (const EndpointBehaviour& behaviour : scenario.behaviours) {
    if (!Holds(behaviour, moment) || !Selects(behaviour.select, address, labels)) continue;
    if (behaviour.failures) own = BadShareOf(*behaviour.failures);
  }
  double good = 1 - own;
  for (const Incident& incident : scenario.incidents) {
    if (!Holds(incident, moment) || !Selects(incident.select, address, labels)) continue;
    good *= 1 - BadShareOf(incident.failures);
  }
  return 1 - good;
}

ScriptedEndpoint::ScriptedEndpoint(const Scenario& scenario, std::string_view address,
                                   const Labels& labels, uint64_t seed)
    : random_(seed) {
  std::vector<Duration> borders = {Duration::zero()};
  AddBorders(scenario.behaviours, borders);
  AddBorders(scenario.incidents, borders);
  std::sort(borders.begin(), borders.end());
  borders.erase(std::unique(borders.begin(), borders.end()), borders.end());
  for (const Duration border : borders) {
    Phase& phase = phases_.emplace_back();
    phase.from = border;
    std::vector<FailureModel> own;
    for (const EndpointBehaviour& behaviour : scenario.behaviours) {
      if (!Holds(behaviour, border) || !Selects(behaviour.select, address, labels)) continue;
      if (behaviour.latency) phase.latency = LatencySampler(*behaviour.latency);
      if (behaviour.failures) own = *behaviour.failures;
      if (behaviour.capacity) phase.capacity = behaviour.capacity;
      if (behaviour.cold_start) phase.cold_start = behaviour.cold_start;
    }
    for (const Incident& incident : scenario.incidents) {
      if (!Holds(incident, border) || !Selects(incident.select, address, labels)) continue;
      phase.slowdown *= incident.slowdown;
      if (!incident.failures.empty()) phase.failures.push_back(incident.failures);
    }
    if (!own.empty()) phase.failures.push_back(std::move(own));
  }
}

void ScriptedEndpoint::EnterPhase(Duration now) {
  const auto capacity_of = [this] {
    return phases_[phase_].capacity.value_or(CapacityModel()).concurrency;
  };
  const uint32_t before = capacity_of();
  while (phase_ + 1 < phases_.size() && phases_[phase_ + 1].from <= now) ++phase_;
  const uint32_t after = capacity_of();
  if (after == before && workers_.size() == after) return;
  // A capacity that changes begins with idle workers.
  workers_ = {};
  waiting_.clear();
  for (uint32_t i = 0; i < after; ++i) workers_.push(Duration::zero());
}

Duration ScriptedEndpoint::DrawLatency(const Phase& phase, Duration now) {
  double factor = phase.slowdown;
  if (phase.cold_start.has_value()) {
    if (!first_request_.has_value()) first_request_ = now;
    const double age = std::chrono::duration<double>(now - *first_request_).count();
    const double lasts = std::chrono::duration<double>(phase.cold_start->lasts).count();
    factor *= 1 + (phase.cold_start->factor - 1) * std::max(0.0, 1 - age / lasts);
  }
  const Duration latency = phase.latency.Draw(random_);
  if (factor == 1) return latency;
  return Duration(static_cast<int64_t>(static_cast<double>(latency.count()) * factor));
}

const FailureModel* ScriptedEndpoint::DrawFailure(const Phase& phase) {
  for (const std::vector<FailureModel>& failures : phase.failures) {
    double draw = DrawUnit(random_) * 100;
    for (const FailureModel& failure : failures) {
      if (draw < failure.percent) return &failure;
      draw -= failure.percent;
    }
  }
  return nullptr;
}

std::optional<Duration> ScriptedEndpoint::StartOfWork(const CapacityModel& capacity, Duration now) {
  while (!waiting_.empty() && waiting_.front() <= now) waiting_.pop_front();
  const Duration start = std::max(now, workers_.top());
  if (start == now) return start;
  if (waiting_.size() >= capacity.queue) return std::nullopt;
  waiting_.push_back(start);
  return start;
}

ServedAttempt ScriptedEndpoint::Serve(Duration now) {
  EnterPhase(now);
  const Phase& phase = phases_[phase_];
  const FailureModel* const failure = DrawFailure(phase);
  ServedAttempt served;
  if (failure != nullptr) {
    served.kind = KindOf(failure->kind);
    served.status = served.kind == Outcome::Kind::kResponse ? failure->status : 0;
    if (!NeedsWork(failure->kind)) {
      const Duration after = failure->after.value_or(
          failure->kind == FailureModel::Kind::kHang ? Duration::max() : kConnectFails);
      served.ends = after == Duration::max() ? after : now + after;
      return served;
    }
  }
  Duration work = DrawLatency(phase, now);
  if (failure != nullptr) work = failure->after.value_or(work);
  if (!phase.capacity.has_value()) {
    served.ends = now + work;
    return served;
  }
  const std::optional<Duration> start = StartOfWork(*phase.capacity, now);
  if (!start.has_value()) return {.ends = now, .kind = Outcome::Kind::kResponse, .status = 503};
  served.ends = *start + work;
  workers_.pop();
  workers_.push(served.ends);
  return served;
}

}  // namespace meshroute
