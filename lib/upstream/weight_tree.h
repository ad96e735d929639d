// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_WEIGHT_TREE_H_
#define MESHROUTE_LIB_UPSTREAM_WEIGHT_TREE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace meshroute {

// Numbers (the leaves) that are drawn in proportion to their weights while weights
// change: a tree of sums, eight to a node and a node to a cache line.
//
//   WeightTree tree(3);
//   tree.Set(0, 5), tree.Set(2, 10);
//   tree.Find(4);  // 0
//   tree.Find(5);  // 2
//
// Both Find and Set take a step per level, of which 100,000 leaves have six. While a
// change is under way a reader may find a leaf beside the right one, or one whose weight
// is 0. Weights must add up to less than 2^64. Lock-free. Thread-safe.
class WeightTree {
 public:
  // `leaves` of weight 0.
  explicit WeightTree(size_t leaves);

  uint64_t at(size_t leaf) const { return levels_[0][leaf].load(std::memory_order_relaxed); }

  // The sum of all weights.
  uint64_t total() const;

  void Set(size_t leaf, uint64_t weight);

  // The leaf in whose part `point` falls, where each leaf has a part as long as its
  // weight, one behind the other. `point` below total(); not of a tree without leaves.
  size_t Find(uint64_t point) const;

 private:
  static constexpr size_t kFanOut = 8;

  struct alignas(64) Node {
    std::atomic<uint64_t> sums[kFanOut] = {};
  };

  // The sums of one level, the last node filled up with zeros.
  class Level {
   public:
    explicit Level(size_t sums)
        : nodes_((sums + kFanOut - 1) / kFanOut), memory_(std::make_unique<Node[]>(nodes_)) {}

    size_t nodes() const { return nodes_; }
    const Node& node(size_t index) const { return memory_[index]; }
    std::atomic<uint64_t>& operator[](size_t index) const {
      return memory_[index / kFanOut].sums[index % kFanOut];
    }

   private:
    size_t nodes_;
    std::unique_ptr<Node[]> memory_;
  };

  const size_t leaves_;
  std::vector<Level> levels_;  // The leaves first; the last has one node.
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_WEIGHT_TREE_H_
