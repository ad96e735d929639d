// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_MESSAGE_ASSIGNMENT_H_
#define MESHROUTE_MESSAGE_ASSIGNMENT_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace meshroute {

// One of the two versions that a rollout compares: the one that users have, young
// copies (TrafficSplit::fresh_baseline) included, and the candidate.
enum class Arm : uint8_t { kBaseline, kCanary };

// What was drawn for one call on a route whose split a rollout manages, and how
// likely it was. Bound to the call by the draw: later weights do not change it,
// and every attempt of the call, also a retry elsewhere, carries it. Of a call's
// attempts the first alone is a trial; a call that ended before any attempt is one
// too. The view lives as long as the call.
struct Assignment {
  enum class Basis : uint8_t {
    kDraw,       // A draw of its own, independent of everything.
    kStickyKey,  // `unit`: the same for every call with the same key.
    kMatch,      // TrafficSplit::match sent it to the canary; nothing was drawn.
  };

  std::string_view rollout{};  // "prod/reviews"
  uint64_t generation = 0;
  uint32_t step = 0;
  Arm arm = Arm::kBaseline;
  Basis basis = Basis::kDraw;

  // Probability of the canary that the draw used; 1 of kMatch. Where a fresh baseline
  // gets requests too: the canary's among those two, of the calls of both, and 0 of a
  // call of the old baseline, which is compared with nothing.
  double weight = 0;

  // Of kStickyKey: the hash of the key with the rollout's salt. The canary's if and
  // only if PositionOf(unit) < weight.
  std::optional<uint64_t> unit{};

  // A copy of the request went to the canary, beside this one to the baseline
  // (TrafficSplit::mirror). Of the copy itself `arm` is the canary.
  bool is_mirrored = false;

  // Whether chance alone decided, with probability `weight`: the condition of every
  // comparison of the arms.
  bool is_randomized() const { return basis != Basis::kMatch; }

  bool operator==(const Assignment&) const = default;
};

// "baseline", "canary".
constexpr std::string_view ArmName(Arm arm) { return arm == Arm::kCanary ? "canary" : "baseline"; }

// Where a number drawn from all 64-bit numbers stands on [0, 1). It stands below a
// weight w with probability w, to 53 bits; what stands below w stands below every
// larger weight.
constexpr double PositionOf(uint64_t number) {
  constexpr double kStep = 1.0 / 9007199254740992.0;  // 2^-53
  return static_cast<double>(number >> 11) * kStep;
}

}  // namespace meshroute

#endif  // MESHROUTE_MESSAGE_ASSIGNMENT_H_
