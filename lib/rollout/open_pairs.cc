// SPDX-License-Identifier: Apache-2.0
#include "lib/rollout/open_pairs.h"

namespace meshroute {
namespace {

// A half as a word, from the low end: two bits a signal, the endpoint, the arm, and the
// number of the call without its highest bits, which never differ among neighbours. 0 is
// a free place: the word of call 0, and of one call in 2^39.
constexpr unsigned kBitsOfSignal = 2;
constexpr unsigned kEndpointAt = kBitsOfSignal * TrialJudge::kMaximumSignals;
constexpr unsigned kArmAt = kEndpointAt + 8;
constexpr unsigned kCallAt = kArmAt + 1;
static_assert(kCallAt < 32);

// How many calls later than that of the word `held` the one of `word` began; of an earlier
// one, a negative number.
int64_t CallsBetween(uint64_t held, uint64_t word) {
  constexpr uint64_t kCall = ~uint64_t{0} << kCallAt;
  return static_cast<int64_t>((word & kCall) - (held & kCall)) / (int64_t{1} << kCallAt);
}

uint64_t WordOf(const PairHalf& half) {
  uint64_t word = half.call << kCallAt;
  word |= uint64_t{half.arm == Arm::kCanary ? 1U : 0U} << kArmAt;
  word |= (uint64_t{half.endpoint} & 0xFF) << kEndpointAt;
  for (size_t i = 0; i < half.bits.size(); ++i) {
    word |= static_cast<uint64_t>(half.bits[i]) << (kBitsOfSignal * i);
  }
  return word;
}

PairHalf HalfOf(uint64_t word) {
  PairHalf half;
  half.call = word >> kCallAt;
  half.arm = (word >> kArmAt & 1) != 0 ? Arm::kCanary : Arm::kBaseline;
  half.endpoint = word >> kEndpointAt & 0xFF;
  for (size_t i = 0; i < half.bits.size(); ++i) {
    half.bits[i] = static_cast<Bit>(word >> (kBitsOfSignal * i) & 3);
  }
  return half;
}

}  // namespace

std::optional<PairHalf> OpenPairs::Join(const PairHalf& half) {
  const uint64_t own = WordOf(half);
  std::atomic<uint64_t>& place = places_[half.call % kPlaces];
  uint64_t held = place.load(std::memory_order_relaxed);
  for (;;) {
    const int64_t later = CallsBetween(held, own);
    const bool is_other = held != 0 && later == 0 && (held >> kArmAt & 1) != (own >> kArmAt & 1);
    const bool keeps_place = held != 0 && !is_other && later < static_cast<int64_t>(kReach);
    if (keeps_place) return std::nullopt;
    if (place.compare_exchange_weak(held, is_other ? 0 : own, std::memory_order_relaxed)) {
      if (!is_other) return std::nullopt;
      PairHalf other = HalfOf(held);
      other.call = half.call;
      return other;
    }
  }
}

}  // namespace meshroute
