// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROLLOUT_ENDPOINT_NAMES_H_
#define MESHROUTE_LIB_ROLLOUT_ENDPOINT_NAMES_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "meshroute/base/hash.h"

namespace meshroute {

// Numbers the endpoints of a canary in the order they are met: the first kCapacity of
// them; the rest, and those without a name, are kUnknown. Lock-free, does not
// allocate. Thread-safe.
class EndpointNames {
 public:
  static constexpr size_t kCapacity = 60;
  static constexpr size_t kUnknown = kCapacity;

  size_t IndexOf(std::string_view name) {
    if (name.empty()) return kUnknown;
    const uint64_t hash = XxHash3(name) | 1;  // 0 is a free slot.
    for (size_t probe = 0; probe < kSlots; ++probe) {
      Slot& slot = slots_[(hash + probe) % kSlots];
      uint64_t held = slot.hash.load(std::memory_order_acquire);
      if (held == 0) {
        if (size() >= kCapacity) return kUnknown;
        if (slot.hash.compare_exchange_strong(held, hash)) return Claim(slot, name);
      }
      if (held == hash) return NumberOf(slot);
    }
    return kUnknown;
  }

  // How many numbers were given; all below it are, or soon will be, named.
  size_t size() const { return std::min(used_.load(std::memory_order_acquire), kCapacity); }

  std::string name(size_t index) const {
    const Name& name = names_[index];
    return {name.text.data(), name.length.load(std::memory_order_acquire)};
  }

 private:
  static constexpr size_t kSlots = 256;
  static constexpr size_t kLongest = 80;

  struct Slot {
    std::atomic<uint64_t> hash{0};
    std::atomic<uint32_t> number{0};  // From 1; 0: being given.
  };
  struct Name {
    std::atomic<size_t> length{0};
    std::array<char, kLongest> text{};
  };

  size_t Claim(Slot& slot, std::string_view name) {
    const size_t index = used_.fetch_add(1, std::memory_order_acq_rel);
    if (index < kCapacity) {
      Name& kept = names_[index];
      const size_t length = std::min(name.size(), kLongest);
      std::memcpy(kept.text.data(), name.data(), length);
      kept.length.store(length, std::memory_order_release);
    }
    slot.number.store(static_cast<uint32_t>(std::min(index, kUnknown)) + 1,
                      std::memory_order_release);
    return std::min(index, kUnknown);
  }

  static size_t NumberOf(const Slot& slot) {
    const uint32_t number = slot.number.load(std::memory_order_acquire);
    return number == 0 ? kUnknown : number - 1;
  }

  std::array<Slot, kSlots> slots_{};
  std::array<Name, kCapacity> names_{};
  std::atomic<size_t> used_{0};
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_ENDPOINT_NAMES_H_
