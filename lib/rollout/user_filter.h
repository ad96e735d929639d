// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROLLOUT_USER_FILTER_H_
#define MESHROUTE_LIB_ROLLOUT_USER_FILTER_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace meshroute {

// Which users were counted in a step: a Bloom filter of ten bits a user, for a hundred
// thousand of them. Once in a hundred times a new user is taken for one that was seen,
// whatever became of the request. Lock-free, does not allocate. Thread-safe.
class UserFilter {
 public:
  static constexpr size_t kUsers = 100'000;

  // Whether `unit`, a hash of the user, is new; it no longer is. false also when the
  // filter is full, or another thread is at it: then it may still be new the next time.
  bool Insert(uint64_t unit) {
    if (users_.load(std::memory_order_relaxed) >= kUsers) return false;
    const uint64_t mixed = Mix(unit);
    const uint64_t first = mixed;
    const uint64_t stride = (mixed >> 32) | 1;
    // One thread at a time for each user: two would both find bits that are not set yet.
    std::atomic<bool>& claim = claims_[(mixed >> 24) % kClaims];
    if (claim.exchange(true, std::memory_order_acquire)) return false;
    bool is_new = false;
    for (uint64_t i = 0; i < kHashes; ++i) {
      const uint64_t bit = (first + i * stride) % kBits;
      const uint64_t mask = uint64_t{1} << (bit % 64);
      std::atomic<uint64_t>& word = words_[bit / 64];
      if ((word.load(std::memory_order_relaxed) & mask) != 0) continue;
      is_new |= (word.fetch_or(mask, std::memory_order_relaxed) & mask) == 0;
    }
    claim.store(false, std::memory_order_release);
    if (is_new) users_.fetch_add(1, std::memory_order_relaxed);
    return is_new;
  }

  // Which of `processes` counts this user.
  static uint64_t OwnerOf(uint64_t unit, uint32_t processes) {
    return Mix(unit ^ 0x9E3779B97F4A7C15) % processes;
  }

 private:
  static constexpr uint64_t kBits = 10 * kUsers;
  static constexpr uint64_t kHashes = 7;
  static constexpr uint64_t kClaims = 256;

  // The end of SplitMix64: every bit of the result hangs on every bit of `x`.
  static constexpr uint64_t Mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
    return x ^ (x >> 31);
  }

  std::array<std::atomic<uint64_t>, (kBits + 63) / 64> words_{};
  std::array<std::atomic<bool>, kClaims> claims_{};
  std::atomic<size_t> users_{0};
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_USER_FILTER_H_
