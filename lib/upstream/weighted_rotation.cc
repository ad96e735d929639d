// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/weighted_rotation.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"

namespace meshroute {

std::shared_ptr<Rotation> Rotations::Of(const List& list, RandomSource& random) {
  const MutexLock lock(mutex_);
  if (!seed_.has_value()) seed_ = random.Next();
  std::shared_ptr<Rotation>& rotation = rotations_[list];
  if (rotation == nullptr) rotation = std::make_shared<Rotation>(*seed_);
  return rotation;
}

WeightedRotation::WeightedRotation(const EndpointList& endpoints, Settings settings,
                                   RotationSource source)
    : endpoints_(endpoints), settings_(std::move(settings)), source_(std::move(source)) {
  Rebuild();
}

WeightedRotation::~WeightedRotation() {
  std::shared_ptr<Rotation> rotation;
  {
    const MutexLock lock(mutex_);
    rotation = rotation_;
  }
  if (rotation == nullptr) return;
  const MutexLock lock(rotation->mutex);
  auto& schedules = rotation->schedules;
  schedules.erase(std::find(schedules.begin(), schedules.end(), this));
}

const Endpoint* WeightedRotation::Pick(TimePoint now) {
  const MutexLock lock(mutex_);
  if (schedule_.edf.empty()) return nullptr;
  // No lambda that captures `this`: clang would lose sight of the lock in it.
  const Endpoint* const* const scheduled = schedule_.endpoints.data();
  const auto& weight = settings_.weight;
  const SlowStart& slow_start = source_.slow_start;
  const size_t picked = schedule_.edf.Pick([&](size_t entry) {
    return weight(*scheduled[entry], now) * slow_start.FactorOf(*scheduled[entry], now);
  });
  // Two generations may count at one time and lose a count: it is only where a
  // rotation that is not in use yet starts.
  rotation_->picks.store(rotation_->picks.load(std::memory_order_relaxed) + 1,
                         std::memory_order_relaxed);
  return scheduled[picked];
}

WeightedRotation::Schedule WeightedRotation::Current() const {
  const MutexLock lock(mutex_);
  return schedule_;
}

WeightedRotation::Schedule WeightedRotation::Previous(const Rotation& rotation) const {
  Schedule own = Current();
  if (!own.edf.empty()) return own;
  for (auto other = rotation.schedules.rbegin(); other != rotation.schedules.rend(); ++other) {
    if (*other == this) continue;
    if (Schedule theirs = (*other)->Current(); !theirs.edf.empty()) return theirs;
  }
  return Schedule();
}

std::shared_ptr<Rotation> WeightedRotation::JoinRotation() {
  {
    const MutexLock lock(mutex_);
    if (rotation_ != nullptr) return rotation_;
  }
  std::shared_ptr<Rotation> rotation = source_.make();
  {
    const MutexLock lock(rotation->mutex);
    rotation->schedules.push_back(this);
  }
  const MutexLock lock(mutex_);
  rotation_ = rotation;
  return rotation;
}

WeightedRotation::Schedule WeightedRotation::First(uint64_t picks,
                                                   std::vector<const Endpoint*> endpoints) const {
  Schedule first;
  first.edf = EdfScheduler(endpoints.size(), picks,
                           [&](size_t entry) { return WeightOf(*endpoints[entry], TimePoint()); });
  first.endpoints = std::move(endpoints);
  return first;
}

WeightedRotation::Schedule WeightedRotation::Next(const Schedule& previous,
                                                  std::vector<const Endpoint*> endpoints) const {
  // By state: it is what stays of an endpoint that is declared anew.
  absl::flat_hash_map<const EndpointState*, size_t> before;
  before.reserve(previous.endpoints.size());
  for (size_t i = 0; i < previous.endpoints.size(); ++i) {
    before.emplace(&previous.endpoints[i]->state(), i);
  }
  const auto weight_of = [&](size_t entry) { return WeightOf(*endpoints[entry], TimePoint()); };
  const auto key_of = [&](size_t entry) -> std::optional<EdfScheduler::Key> {
    const auto found = before.find(&endpoints[entry]->state());
    if (found == before.end()) return std::nullopt;
    EdfScheduler::Key key = previous.edf.key(found->second);
    if (endpoints[entry]->weight() != previous.endpoints[found->second]->weight()) {
      key.deadline = std::min(key.deadline, previous.edf.time() + 1.0 / weight_of(entry));
    }
    return key;
  };
  Schedule next;
  next.edf = EdfScheduler::GoingOn(previous.edf, endpoints.size(), key_of, weight_of);
  next.endpoints = std::move(endpoints);
  return next;
}

TimePoint WeightedRotation::UsedUntil(const std::vector<const Endpoint*>& endpoints) const {
  if (endpoints.size() < 2) return TimePoint::min();
  if (settings_.use == Settings::Use::kAlways || WeightsDiffer(endpoints)) return kNever;
  return source_.slow_start.YoungUntil(endpoints);
}

void WeightedRotation::Rebuild() {
  std::vector<const Endpoint*> scheduled = endpoints_.Eligibles();
  const TimePoint used_until = UsedUntil(scheduled);
  Schedule schedule;
  if (used_until != TimePoint::min()) {
    const std::shared_ptr<Rotation> rotation = JoinRotation();
    const MutexLock lock(rotation->mutex);
    const Schedule previous = Previous(*rotation);
    schedule = previous.edf.empty() ? First(rotation->picks.load(), std::move(scheduled))
                                    : Next(previous, std::move(scheduled));
  }
  const MutexLock lock(mutex_);
  std::swap(schedule_, schedule);
  used_until_.store(used_until, std::memory_order_relaxed);
}

}  // namespace meshroute
