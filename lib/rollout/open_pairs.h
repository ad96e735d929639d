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
// the second takes the first away.
//
// A half waits in a place that calls share which are kPlaces apart, calls of other rules
// being numbered in the same row. While it waits the others find no place, and their pairs
// are dropped: for what that call takes, never for what their own do. Were it the one to
// give way, slow failures of a baseline, such as timeouts, would be dropped more often than
// fast ones of the canary, and speak for it too seldom. It gives way to a call that began
// kReach calls later, since its other half may never come (a copy that was not sent): at
// 10,000 calls a second that is 100 s later.
//
// A half is one word, so that nothing is locked and nothing allocated but at the start.
// Thread-safe.
class OpenPairs {
 public:
  static constexpr size_t kPlaces = 65536;
  static constexpr uint64_t kReach = 16 * kPlaces;

  OpenPairs() : places_(std::make_unique<std::atomic<uint64_t>[]>(kPlaces)) {}

  // The other half of the pair; nullopt: it has not come, and `half` waits for it, or is
  // dropped.
  std::optional<PairHalf> Join(const PairHalf& half);

 private:
  const std::unique_ptr<std::atomic<uint64_t>[]> places_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_OPEN_PAIRS_H_
