// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/ejection_ledger.h"

#include <algorithm>
#include <chrono>

namespace meshroute {
namespace {

constexpr Duration kDefaultMaxEjectionTime = std::chrono::seconds(300);
constexpr int32_t kDefaultMaxEjectionPercent = 10;

Duration MaxEjectionTime(const OutlierDetection& settings) {
  return std::max(kDefaultMaxEjectionTime, settings.base_ejection_time);
}

// min(base * multiplier, max), without the product where it would be too large.
Duration EjectionTime(const OutlierDetection& settings, uint32_t multiplier) {
  const Duration max = MaxEjectionTime(settings);
  if (max / settings.base_ejection_time < multiplier) return max;
  return settings.base_ejection_time * multiplier;
}

// Whether multiplier * base < max + base, said without overflow.
bool MayGrow(const OutlierDetection& settings, uint32_t multiplier) {
  if (multiplier == 0) return true;
  return (MaxEjectionTime(settings) - Duration(1)) / settings.base_ejection_time >= multiplier - 1;
}

void Readmit(EndpointState& state, TimePoint now) {
  state.consecutive_5xx.store(0, std::memory_order_relaxed);
  state.consecutive_gateway.store(0, std::memory_order_relaxed);
  state.consecutive_local_origin.store(0, std::memory_order_relaxed);
  state.readmitted_at = now;
  state.was_readmitted = true;
  state.ejected.store(false, std::memory_order_relaxed);
}

}  // namespace

void EjectionLedger::Join(EndpointSet& endpoints, const OutlierDetection& settings) {
  const MutexLock lock(mutex_);
  generations_.push_back({&endpoints, &settings});
  endpoints.Refresh();  // Somebody may have been ejected since the set was made.
}

void EjectionLedger::Leave(const EndpointSet& endpoints) {
  const MutexLock lock(mutex_);
  generations_.erase(std::remove_if(generations_.begin(), generations_.end(),
                                    [&](const Generation& generation) {
                                      return generation.endpoints == &endpoints;
                                    }),
                     generations_.end());
}

EjectionLedger::Decision EjectionLedger::Eject(const Endpoint& endpoint, TimePoint now) {
  const MutexLock lock(mutex_);
  EndpointState& state = endpoint.state();
  if (generations_.empty() || endpoint.ejected()) return {};
  const Generation& newest = generations_.back();
  const Endpoint* member = newest.endpoints->Find(endpoint.address());
  if (member == nullptr || &member->state() != &state) return {};
  if (!CapAllowsOneMore()) return {.verdict = Verdict::kRefusedByCap};
  state.ejected.store(true, std::memory_order_relaxed);
  state.ejected_at = now;
  ++state.ejections;
  if (MayGrow(*newest.settings, state.ejection_multiplier)) ++state.ejection_multiplier;
  RefreshAll();
  return {.verdict = Verdict::kEjected,
          .ejection_time = EjectionTime(*newest.settings, state.ejection_multiplier)};
}

std::vector<std::string> EjectionLedger::Sweep(TimePoint now) {
  const MutexLock lock(mutex_);
  std::vector<std::string> readmitted;
  last_sweep_ = now;
  if (generations_.empty()) return readmitted;
  const EndpointSet& endpoints = *generations_.back().endpoints;
  const OutlierDetection& settings = *generations_.back().settings;
  for (size_t i = 0; i < endpoints.size(); ++i) {
    EndpointState& state = endpoints.at(i).state();
    if (state.ejected.load(std::memory_order_relaxed)) {
      if (now - state.ejected_at < EjectionTime(settings, state.ejection_multiplier)) continue;
      Readmit(state, now);
      readmitted.emplace_back(endpoints.at(i).address());
    } else if (state.was_readmitted && now - state.readmitted_at >= settings.interval) {
      if (state.ejection_multiplier > 0) --state.ejection_multiplier;
    }
  }
  if (!readmitted.empty()) RefreshAll();
  return readmitted;
}

std::vector<std::string> EjectionLedger::ReadmitAll(TimePoint now) {
  const MutexLock lock(mutex_);
  std::vector<std::string> readmitted;
  if (generations_.empty()) return readmitted;
  const EndpointSet& endpoints = *generations_.back().endpoints;
  for (size_t i = 0; i < endpoints.size(); ++i) {
    EndpointState& state = endpoints.at(i).state();
    state.ejection_multiplier = 0;
    if (!state.ejected.load(std::memory_order_relaxed)) continue;
    Readmit(state, now);
    readmitted.emplace_back(endpoints.at(i).address());
  }
  if (!readmitted.empty()) RefreshAll();
  return readmitted;
}

bool EjectionLedger::SweepDue(TimePoint now) {
  const MutexLock lock(mutex_);
  if (!last_sweep_.has_value()) last_sweep_ = now;
  return !generations_.empty() && now - *last_sweep_ >= generations_.back().settings->interval;
}

TimePoint EjectionLedger::NextSweep() const {
  const MutexLock lock(mutex_);
  if (generations_.empty() || !last_sweep_.has_value()) return kNever;
  return AddSaturated(*last_sweep_, generations_.back().settings->interval);
}

// The cap is strict: with 10 % nobody of fewer than 10 endpoints is ever ejected.
bool EjectionLedger::CapAllowsOneMore() const {
  const Generation& newest = generations_.back();
  const EndpointSet& endpoints = *newest.endpoints;
  size_t ejected = 0;
  for (size_t i = 0; i < endpoints.size(); ++i) {
    if (endpoints.at(i).ejected()) ++ejected;
  }
  const int32_t setting = newest.settings->max_ejection_percent;
  const int32_t percent = std::min(100, setting == 0 ? kDefaultMaxEjectionPercent : setting);
  return 100.0 * static_cast<double>(ejected + 1) / static_cast<double>(endpoints.size()) <=
         percent;
}

void EjectionLedger::RefreshAll() {
  for (const Generation& generation : generations_) generation.endpoints->Refresh();
}

}  // namespace meshroute
