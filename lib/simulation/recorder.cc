// SPDX-License-Identifier: Apache-2.0
#include "lib/simulation/recorder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace meshroute {
namespace {

void AddInterval(const SimulatedInterval& part, SimulatedInterval& total) {
  total.until = part.until;
  total.started += part.started;
  total.all.Add(part.all);
  if (total.versions.size() < part.versions.size()) total.versions.resize(part.versions.size());
  for (size_t i = 0; i < part.versions.size(); ++i) total.versions[i].Add(part.versions[i]);
  for (const auto& [status, count] : part.statuses) total.statuses[status] += count;
  total.ejections += part.ejections;
  total.ejected = std::max(total.ejected, part.ejected);
  total.in_flight = part.in_flight;
  total.rollouts = part.rollouts;
}

}  // namespace

void CallCounts::Add(const CallCounts& other) {
  calls += other.calls;
  failed += other.failed;
  attempts += other.attempts;
  retries += other.retries;
  overflows += other.overflows;
  latency.Add(other.latency);
}

Recorder::Recorder(const Scenario& scenario, uint64_t seed) {
  result_.name = scenario.name;
  result_.seed = seed;
  result_.duration = scenario.duration;
  result_.versions.push_back({"local", "", ""});
}

uint32_t Recorder::VersionOf(std::string_view host, std::string_view subset) {
  for (size_t i = 0; i < result_.versions.size(); ++i) {
    const SimulatedVersion& version = result_.versions[i];
    if (version.host == host && version.subset == subset) return static_cast<uint32_t>(i);
  }
  std::string name(host.substr(0, host.find('.')));
  if (!subset.empty()) absl::StrAppend(&name, " ", std::string(subset));
  result_.versions.push_back({std::move(name), std::string(host), std::string(subset)});
  return static_cast<uint32_t>(result_.versions.size() - 1);
}

uint32_t Recorder::VersionNamed(std::string_view destination) {
  const size_t host = destination.rfind('|');
  if (host == std::string_view::npos || host == 0) return kLocal;
  const size_t subset = destination.rfind('|', host - 1);
  if (subset == std::string_view::npos) return kLocal;
  return VersionOf(destination.substr(host + 1), destination.substr(subset + 1, host - subset - 1));
}

CallCounts& Recorder::Counts(uint32_t version) {
  if (version >= now_.versions.size()) now_.versions.resize(version + 1);
  return now_.versions[version];
}

void Recorder::CountSend(uint32_t version) {
  ++now_.all.attempts;
  ++Counts(version).attempts;
}

void Recorder::CountEnd(const EndedCall& call) {
  ++now_.statuses[call.status];
  for (CallCounts* const counts : {&now_.all, &Counts(call.version)}) {
    ++counts->calls;
    counts->failed += IsFailure(call.status) ? 1 : 0;
    counts->retries += call.attempts > 1 ? call.attempts - 1 : 0;
    counts->overflows += call.limit == EndedCall::Limit::kReached ? 1 : 0;
    counts->latency.Add(call.latency);
  }
}

void Recorder::SetEjected(uint64_t count) {
  ejected_ = count;
  now_.ejected = std::max(now_.ejected, count);
}

void Recorder::AddEvent(Duration at, std::string kind, std::string text) {
  if (++result_.event_count > SimulationResult::kMaximumEvents) return;
  result_.events.push_back({at, std::move(kind), std::move(text)});
}

void Recorder::CloseInterval(Duration until, uint64_t in_flight,
                             std::vector<RolloutPoint> rollouts) {
  now_.until = until;
  now_.in_flight = in_flight;
  now_.rollouts = std::move(rollouts);
  AddInterval(now_, result_.total);
  result_.timeline.push_back(std::exchange(now_, {}));
  now_.from = until;
  now_.ejected = ejected_;
}

SimulationResult Recorder::Take(std::vector<RolloutOutcome> rollouts) {
  for (SimulatedInterval& interval : result_.timeline) {
    interval.versions.resize(result_.versions.size());
    interval.rollouts.resize(rollouts.size());  // Those that were not there yet.
  }
  result_.total.versions.resize(result_.versions.size());
  result_.rollouts = std::move(rollouts);
  return std::move(result_);
}

}  // namespace meshroute
