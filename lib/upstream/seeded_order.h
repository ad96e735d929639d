// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_SEEDED_ORDER_H_
#define MESHROUTE_LIB_UPSTREAM_SEEDED_ORDER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <unordered_map>
#include <utility>

namespace meshroute {

// The numbers below `size` in an order that a seed decides, one after the other: the
// order in which Envoy's bounded-load hashing looks for another endpoint. A shuffle of
// which only the steps asked for are made, the places that it changed kept apart: the
// first few cost no memory of the heap. Thread-compatible.
class SeededOrder {
 public:
  SeededOrder(uint32_t seed, uint32_t size) : random_(seed), size_(size) {}

  // The next number; to be called `size` times at most.
  uint32_t Next() {
    const uint32_t here = taken_++;
    const uint32_t there = here + Draw(size_ - here);
    const uint32_t number = At(there);
    if (there != here) Put(there, At(here));
    return number;
  }

 private:
  static constexpr uint32_t kNear = 32;

  // A number below `bound`, each as likely.
  uint32_t Draw(uint32_t bound) {
    const uint64_t step = (uint64_t{1} << 32) / bound;
    uint64_t drawn = bound;
    while (drawn >= bound) drawn = random_() / step;
    return static_cast<uint32_t>(drawn);
  }

  uint32_t At(uint32_t place) const {
    for (uint32_t i = 0; i < changes_; ++i) {
      if (near_[i].first == place) return near_[i].second;
    }
    const auto found = far_.find(place);
    return found == far_.end() ? place : found->second;
  }

  void Put(uint32_t place, uint32_t number) {
    for (uint32_t i = 0; i < changes_; ++i) {
      if (near_[i].first == place) {
        near_[i].second = number;
        return;
      }
    }
    if (changes_ < kNear) {
      near_[changes_++] = {place, number};
    } else {
      far_[place] = number;
    }
  }

  std::mt19937 random_;
  const uint32_t size_;
  uint32_t taken_ = 0;
  uint32_t changes_ = 0;
  std::array<std::pair<uint32_t, uint32_t>, kNear> near_{};  // The first changes: place, number.
  std::unordered_map<uint32_t, uint32_t> far_;               // All further ones.
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_SEEDED_ORDER_H_
