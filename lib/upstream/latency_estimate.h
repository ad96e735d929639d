// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_LATENCY_ESTIMATE_H_
#define MESHROUTE_LIB_UPSTREAM_LATENCY_ESTIMATE_H_

#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>

#include "meshroute/base/clock.h"
#include "meshroute/config/destination_rules.h"
#include "meshroute/message/outcome.h"

namespace meshroute {

// How long an endpoint takes to answer, by what has been seen of it, and when it was
// seen last. Small enough for one atomic word (EndpointState::latency), so that it is
// read and renewed without a lock. A value.
struct LatencyEstimate {
  // Moments are counted in units of 2^20 ns, about a millisecond, modulo 2^32.
  static uint32_t MomentOf(TimePoint time) {
    return static_cast<uint32_t>(static_cast<uint64_t>(time.time_since_epoch().count()) >> 20);
  }

  static LatencyEstimate FromWord(uint64_t word) {
    return {std::bit_cast<float>(static_cast<uint32_t>(word)), static_cast<uint32_t>(word >> 32)};
  }
  uint64_t ToWord() const { return uint64_t{moment} << 32 | std::bit_cast<uint32_t>(nanoseconds); }

  bool known() const { return nanoseconds > 0; }

  float nanoseconds = 0;  // 0: the endpoint has not answered yet.
  uint32_t moment = 0;
};

// What is left of an old estimate after a time: half of it after each half-life.
// Immutable.
class LatencyDecay {
 public:
  explicit LatencyDecay(Duration half_life)
      : halvings_per_unit_(static_cast<float>(1 << 20) /
                           static_cast<float>(half_life.count() < 1 ? 1 : half_life.count())) {}

  // 1 where no time has passed, or it cannot be said how much.
  float Between(uint32_t from, uint32_t to) const {
    const auto units = static_cast<int32_t>(to - from);
    return units <= 0 ? 1.0F : std::exp2(-halvings_per_unit_ * static_cast<float>(units));
  }

 private:
  float halvings_per_unit_;
};

// How the end of an attempt changes the estimate of its endpoint. Immutable.
class LatencyLearner {
 public:
  // Whether a slower answer is taken over at once, or averaged in as a faster one is.
  enum class Rise : uint8_t { kAtOnce, kGradual };

  LatencyLearner(Duration half_life, Rise rise) : decay_(half_life), rise_(rise) {}

  // `estimate` as it is after an attempt that ended so. What was cancelled, or never
  // sent, or not measured, changes nothing. A failure may be quick, and is no reason to
  // send more: it counts as no faster than the estimate, or than a second where there is
  // none.
  LatencyEstimate After(LatencyEstimate estimate, const Outcome& outcome, TimePoint now) const;

  // The same for the word of an endpoint, which other threads may change meanwhile.
  void Learn(std::atomic<uint64_t>& word, const Outcome& outcome, TimePoint now) const;

 private:
  LatencyDecay decay_;
  Rise rise_;
};

// What the balancer that `policy` asks for learns, or nothing.
std::optional<LatencyLearner> LatencyLearnerOf(const EffectivePolicy& policy);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_LATENCY_ESTIMATE_H_
