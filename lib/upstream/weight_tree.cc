// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/weight_tree.h"

#include <algorithm>

namespace meshroute {

WeightTree::WeightTree(size_t leaves) : leaves_(leaves) {
  levels_.emplace_back(std::max<size_t>(1, leaves));
  while (levels_.back().nodes() > 1) levels_.emplace_back(levels_.back().nodes());
}

uint64_t WeightTree::total() const {
  uint64_t total = 0;
  for (const std::atomic<uint64_t>& sum : levels_.back().node(0).sums) {
    total += sum.load(std::memory_order_relaxed);
  }
  return total;
}

// Threads that change one leaf at one time each add the difference to what they have
// replaced, so that the sums are right in the end.
void WeightTree::Set(size_t leaf, uint64_t weight) {
  const uint64_t before = levels_[0][leaf].exchange(weight, std::memory_order_acq_rel);
  const uint64_t difference = weight - before;  // Modulo 2^64.
  if (difference == 0) return;
  for (size_t level = 1; level < levels_.size(); ++level) {
    leaf /= kFanOut;
    levels_[level][leaf].fetch_add(difference, std::memory_order_relaxed);
  }
}

size_t WeightTree::Find(uint64_t point) const {
  size_t index = 0;
  for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
    const Node& node = level->node(index);
    size_t child = 0;
    size_t last = 0;  // The last that has any weight, for a point beyond the sums.
    for (; child < kFanOut; ++child) {
      const uint64_t sum = node.sums[child].load(std::memory_order_relaxed);
      if (point < sum) break;
      point -= sum;
      if (sum != 0) last = child;
    }
    if (child == kFanOut) {
      child = last;
      point = 0;
    }
    index = index * kFanOut + child;
  }
  return std::min(index, leaves_ - 1);
}

}  // namespace meshroute
