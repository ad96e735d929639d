// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/weighted_rotation.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace meshroute {

WeightedRotation::WeightedRotation(const EndpointList& endpoints, Settings settings,
                                   RotationSource source)
    : endpoints_(endpoints), settings_(settings), source_(std::move(source)) {
  Rebuild();
}

WeightedRotation::~WeightedRotation() {
  if (rotation_ == nullptr) return;
  const MutexLock lock(rotation_->mutex);
  std::erase(rotation_->schedules, this);
}

const Endpoint* WeightedRotation::Pick(TimePoint now) {
  Rotation::Place& place = rotation_->OfThisThread();
  place.TakeTurn();
  for (size_t i = 0; i < kLanes; ++i) {
    Lane& lane = lanes_[(place.number() + i) % kLanes];
    if (!lane.lock.TryLock()) continue;
    const Endpoint* const picked = PickIn(lane, now);
    lane.lock.Unlock();
    return picked;
  }
  Lane& lane = lanes_[place.number() % kLanes];
  lane.lock.Lock();
  const Endpoint* const picked = PickIn(lane, now);
  lane.lock.Unlock();
  return picked;
}

const Endpoint* WeightedRotation::PickIn(Lane& lane, TimePoint now) const {
  if (lane.schedule.edf.empty()) return nullptr;
  const Entry* const entries = lane.schedule.entries->data();
  return entries[lane.schedule.edf.PickByPeriod(
                     [&](size_t entry) { return PeriodOf(entries[entry], now); })]
      .endpoint;
}

double WeightedRotation::WeightOf(const Entry& entry, TimePoint now) const {
  double weight = entry.weight;
  if (settings_.active_request_bias != 0) {
    const double load = entry.state->active_requests.load(std::memory_order_relaxed) + 1.0;
    // Without pow where it can be: its last bit may differ from the quotient's.
    weight /=
        settings_.active_request_bias == 1 ? load : std::pow(load, settings_.active_request_bias);
  }
  if (!source_.slow_start.in_use()) return weight;
  return weight * source_.slow_start.FactorOf(*entry.endpoint, now);
}

// 1 / WeightOf, to the bit, without the quotients where the weight is the whole one.
double WeightedRotation::PeriodOf(const Entry& entry, TimePoint now) const {
  const bool is_whole = !source_.slow_start.in_use() &&
                        (settings_.active_request_bias == 0 ||
                         entry.state->active_requests.load(std::memory_order_relaxed) == 0);
  return is_whole ? entry.period : 1.0 / WeightOf(entry, now);
}

TimePoint WeightedRotation::UsedUntil(const std::vector<const Endpoint*>& endpoints) const {
  if (endpoints.size() < 2 || endpoints.size() > EdfScheduler::kMaxEntries) {
    return TimePoint::min();
  }
  if (settings_.use == Settings::Use::kAlways || WeightsDiffer(endpoints)) return kNever;
  return source_.slow_start.YoungUntil(endpoints);
}

void WeightedRotation::JoinRotation() {
  if (rotation_ != nullptr) return;
  rotation_ = source_.make();
  const MutexLock lock(rotation_->mutex);
  rotation_->schedules.push_back(this);
}

WeightedRotation::Schedule WeightedRotation::CopyOf(size_t number) const {
  const Lane& lane = lanes_[number];
  lane.lock.Lock();
  Schedule copy = lane.schedule;
  lane.lock.Unlock();
  return copy;
}

WeightedRotation::Schedule WeightedRotation::Previous(size_t number) const {
  Schedule own = CopyOf(number);
  if (!own.edf.empty()) return own;
  for (auto other = rotation_->schedules.rbegin(); other != rotation_->schedules.rend(); ++other) {
    if (*other == this) continue;
    if (Schedule theirs = (*other)->CopyOf(number); !theirs.edf.empty()) return theirs;
  }
  return Schedule();
}

WeightedRotation::Schedule WeightedRotation::First(uint64_t picks,
                                                   std::shared_ptr<const Entries> entries) const {
  EdfScheduler edf(entries->size(), picks,
                   [&](size_t entry) { return WeightOf((*entries)[entry], TimePoint()); });
  return {std::move(entries), std::move(edf)};
}

WeightedRotation::Schedule WeightedRotation::Next(const Schedule& previous,
                                                  std::shared_ptr<const Entries> entries,
                                                  Mapping& mapping) const {
  if (mapping.from != previous.entries) {
    mapping.from = previous.entries;
    mapping.before.assign(entries->size(), Mapping::kNew);
    // By state: it is what stays of an endpoint that is declared anew.
    absl::flat_hash_map<const EndpointState*, size_t> numbers;
    numbers.reserve(previous.entries->size());
    for (size_t i = 0; i < previous.entries->size(); ++i) {
      numbers.emplace((*previous.entries)[i].state, i);
    }
    for (size_t i = 0; i < entries->size(); ++i) {
      const auto found = numbers.find((*entries)[i].state);
      if (found != numbers.end()) mapping.before[i] = found->second;
    }
  }
  const std::vector<EdfScheduler::Key> keys = previous.edf.Keys();
  const auto weight_of = [&](size_t entry) { return WeightOf((*entries)[entry], TimePoint()); };
  const auto key_of = [&](size_t entry) -> std::optional<EdfScheduler::Key> {
    const size_t before = mapping.before[entry];
    if (before == Mapping::kNew) return std::nullopt;
    EdfScheduler::Key key = keys[before];
    if ((*entries)[entry].weight != (*previous.entries)[before].weight) {
      key.deadline = std::min(key.deadline, previous.edf.time() + 1.0 / weight_of(entry));
    }
    return key;
  };
  EdfScheduler edf = EdfScheduler::GoingOn(previous.edf, entries->size(), key_of, weight_of);
  return {std::move(entries), std::move(edf)};
}

std::array<WeightedRotation::Schedule, WeightedRotation::kLanes> WeightedRotation::MakeSchedules(
    const std::vector<const Endpoint*>& endpoints) {
  auto entries = std::make_shared<Entries>();
  entries->reserve(endpoints.size());
  for (const Endpoint* endpoint : endpoints) {
    const double weight = endpoint->weight();
    entries->push_back({endpoint, &endpoint->state(), weight, 1.0 / weight});
  }
  std::array<Schedule, kLanes> made;
  Mapping mapping;
  const MutexLock lock(rotation_->mutex);
  for (uint32_t number = 0; number < kLanes; ++number) {
    const Schedule previous = Previous(number);
    made[number] = previous.edf.empty() ? First(rotation_->TurnOf(number), entries)
                                        : Next(previous, entries, mapping);
  }
  return made;
}

void WeightedRotation::Rebuild() {
  const std::vector<const Endpoint*> scheduled = endpoints_.Eligibles();
  const TimePoint used_until = UsedUntil(scheduled);
  std::array<Schedule, kLanes> schedules;
  if (used_until != TimePoint::min()) {
    JoinRotation();
    schedules = MakeSchedules(scheduled);
  }
  for (size_t number = 0; number < kLanes; ++number) {
    Lane& lane = lanes_[number];
    lane.lock.Lock();
    std::swap(lane.schedule, schedules[number]);
    lane.lock.Unlock();
  }
  used_until_.store(used_until, std::memory_order_release);
}

}  // namespace meshroute
