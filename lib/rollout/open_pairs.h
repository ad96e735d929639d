// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROLLOUT_OPEN_PAIRS_H_
#define MESHROUTE_LIB_ROLLOUT_OPEN_PAIRS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "lib/rollout/trial_judge.h"
#include "meshroute/message/assignment.h"

namespace meshroute {

// One of the two outcomes of a mirrored request.
struct PairHalf {
  uint64_t call = 0;
  Arm arm = Arm::kBaseline;
  size_t endpoint = 0;  // Of the canary: its number, below 256.
  std::array<Bit, TrialJudge::kMaximumSignals> bits{};
};

// Mirrored requests of which one outcome is known, and the other is not yet. Whichever is
// the second takes the first away. A half that waits gives way to one of a call that began
// kPlaces calls later or more, whatever either has to say: such a pair is dropped, as is
// one whose other half never comes. Calls of other rules are numbered in the same row.
//
// A half is one word, so that nothing is locked and nothing allocated but at the start.
// Thread-safe.
class OpenPairs {
 public:
  static constexpr size_t kPlaces = 65536;

  OpenPairs() : places_(std::make_unique<std::atomic<uint64_t>[]>(kPlaces)) {}

  // The other half of the pair; nullopt: it has not come, and `half` waits for it.
  std::optional<PairHalf> Join(const PairHalf& half);

 private:
  const std::unique_ptr<std::atomic<uint64_t>[]> places_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_OPEN_PAIRS_H_
