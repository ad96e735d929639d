// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_TWO_TABLES_H_
#define MESHROUTE_LIB_UPSTREAM_TWO_TABLES_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace meshroute {

// A look-up table that many threads read while now and then one replaces it. The
// writer fills the table that is not in force, then puts it in force; a reader
// that took so long that the writer has begun the update after that one reads
// again. So a read writes nothing and waits for nobody, and memory is that of two
// tables. (base/snapshot.h keeps every value that some thread read last and has
// few places per thread: right for one router, wrong for thousands of pools.)
//
// A slow reader may look into a table that is being written, so a Table consists
// of atomics (GrowingArray), written with `release` and read with `acquire`, and
// whatever mixture it finds must not lead it astray; the result is thrown away.
template <typename Table>
class TwoTables {
 public:
  // Returns `read(table)` of the table in force. `read` may be called again.
  template <typename Reader>
  auto Read(Reader read) const {
    for (;;) {
      const uint64_t version = in_force_.load(std::memory_order_acquire);
      auto result = read(tables_[version % 2]);
      if (begun_.load(std::memory_order_relaxed) <= version + 1) return result;
    }
  }

  // Calls `write(table)` and puts that table in force. One thread at a time.
  template <typename Writer>
  void Update(Writer write) {
    const uint64_t version = in_force_.load(std::memory_order_relaxed) + 1;
    begun_.store(version, std::memory_order_relaxed);
    write(tables_[version % 2]);
    in_force_.store(version, std::memory_order_release);
  }

 private:
  Table tables_[2];
  std::atomic<uint64_t> in_force_{0};  // Versions whose last one is being read.
  std::atomic<uint64_t> begun_{0};     // Versions that have been written or begun.
};

// An array of `Slot`, which consists of atomics, that may grow under the eyes of
// readers: outgrown memory is kept to the end, all of it less than what is in use.
template <typename Slot>
class GrowingArray {
 public:
  // Index below a size that Reserve was ever given.
  const Slot& operator[](size_t index) const {
    return slots_.load(std::memory_order_acquire)[index];
  }
  Slot& operator[](size_t index) { return slots_.load(std::memory_order_relaxed)[index]; }

  // Makes room for `size` slots; values are not kept. One thread at a time.
  void Reserve(size_t size) {
    if (size <= capacity_) return;
    capacity_ = size < 2 * capacity_ ? 2 * capacity_ : size;
    blocks_.push_back(std::make_unique<Slot[]>(capacity_));
    slots_.store(blocks_.back().get(), std::memory_order_release);
  }

 private:
  std::atomic<Slot*> slots_{nullptr};
  size_t capacity_ = 0;
  std::vector<std::unique_ptr<Slot[]>> blocks_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_TWO_TABLES_H_
