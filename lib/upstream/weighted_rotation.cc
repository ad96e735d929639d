// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/weighted_rotation.h"

namespace meshroute {

std::shared_ptr<Rotation> Rotations::Of(uint32_t priority, EndpointList::Eligible eligible,
                                        RandomSource& random) {
  const MutexLock lock(mutex_);
  if (!seed_.has_value()) seed_ = random.Next();
  std::shared_ptr<Rotation>& rotation = rotations_[{priority, eligible}];
  if (rotation == nullptr) rotation = std::make_shared<Rotation>(*seed_);
  return rotation;
}

WeightedRotation::WeightedRotation(const EndpointList& endpoints, Weight weight,
                                   std::function<std::shared_ptr<Rotation>()> rotation)
    : endpoints_(endpoints), weight_(weight), make_rotation_(std::move(rotation)) {
  Rebuild();
}

const Endpoint* WeightedRotation::Pick() {
  const MutexLock lock(mutex_);
  if (schedule_.empty()) return nullptr;
  // No lambda that captures `this`: clang would lose sight of the lock in it.
  const Endpoint* const* const scheduled = scheduled_.data();
  const Weight weight = weight_;
  const size_t picked = schedule_.Pick([&](size_t entry) { return weight(*scheduled[entry]); });
  // Two generations may count at one time and lose a count: it is only where a
  // later rebuild starts.
  rotation_->picks.store(rotation_->picks.load(std::memory_order_relaxed) + 1,
                         std::memory_order_relaxed);
  return scheduled[picked];
}

void WeightedRotation::Rebuild() {
  std::vector<const Endpoint*> scheduled = endpoints_.Eligibles();
  const bool in_use = WeightsDiffer(scheduled);
  if (!in_use) scheduled.clear();
  std::shared_ptr<Rotation> rotation = in_use ? make_rotation_() : nullptr;
  EdfScheduler schedule(scheduled.size(), in_use ? rotation->picks.load() : 0,
                        [&](size_t entry) { return weight_(*scheduled[entry]); });
  const MutexLock lock(mutex_);
  std::swap(rotation_, rotation);
  std::swap(schedule_, schedule);
  std::swap(scheduled_, scheduled);
  in_use_.store(in_use, std::memory_order_relaxed);
}

}  // namespace meshroute
