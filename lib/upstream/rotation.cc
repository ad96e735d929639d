// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/rotation.h"

namespace meshroute {

uint64_t Rotation::StartOf(uint32_t number) const {
  return number == 0 ? start_ : SeededRandom(start_ + number).Next();
}

void Rotation::Begin(Place& place) {
  const MutexLock lock(begin_mutex_);
  if (place.number_.load(std::memory_order_relaxed) != Place::kNotBegun) return;
  const uint32_t number = begun_++;
  place.turn_.store(StartOf(number), std::memory_order_relaxed);
  place.number_.store(number, std::memory_order_release);
}

uint64_t Rotation::TurnOf(uint32_t number) const {
  for (const Place& place : places_) {
    if (place.number_.load(std::memory_order_acquire) == number) {
      return place.turn_.load(std::memory_order_relaxed);
    }
  }
  return StartOf(number);
}

std::shared_ptr<Rotation> Rotations::Of(const List& list, RandomSource& random) {
  const MutexLock lock(mutex_);
  if (!seed_.has_value()) seed_ = random.Next();
  std::shared_ptr<Rotation>& rotation = rotations_[list];
  if (rotation == nullptr) rotation = std::make_shared<Rotation>(*seed_);
  return rotation;
}

}  // namespace meshroute
