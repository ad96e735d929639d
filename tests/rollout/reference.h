// SPDX-License-Identifier: Apache-2.0
// The streams of the reference model: the same generator, the same order of draws.
#ifndef MESHROUTE_TESTS_ROLLOUT_REFERENCE_H_
#define MESHROUTE_TESTS_ROLLOUT_REFERENCE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/rollout/plan.h"

namespace meshroute {

// SplitMix64 as numbers in [0, 1).
class SplitMix {
 public:
  explicit SplitMix(uint64_t seed) : state_(seed) {}

  uint64_t NextBits() {
    state_ += 0x9E3779B97F4A7C15;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  double Next() { return static_cast<double>(NextBits() >> 11) * 0x1p-53; }

 private:
  uint64_t state_;
};

// What the stream is like: rates of bad requests, the canary's from a moment on.
struct Stream {
  uint64_t seed = 1;
  double baseline = 0.001;
  double canary = 0.001;
  int fault_from = 0;  // Seconds; before it the canary is as the baseline.
};

// A whole plan on a stream of 100 requests a second, driven as an owner does: once a
// second, and at once when Record says so.
class ReferenceRun {
 public:
  static constexpr int kPerSecond = 100;

  explicit ReferenceRun(const RolloutPlan& plan, const Stream& stream)
      : run(plan), stream_(stream), random_(stream.seed) {}

  // Until the rollout is over, or for `seconds`. `at_second` is called once a second,
  // after the advance and before the request.
  void Go(
      int seconds, const std::function<void()>& at_second = [] {}) {
    for (int i = 0; i < seconds * kPerSecond; ++i) {
      if (i % kPerSecond == 0) {
        Settle();
        const RolloutStatus status = run.rollout->status();
        scores[i / kPerSecond] = status.score;
        if (status.holding) holds.push_back(i / kPerSecond);
        at_second();
        if (is_over_) return;
      }
      Request(static_cast<double>(i) / kPerSecond);
      if (is_over_) return;
      run.clock.Advance(std::chrono::milliseconds(1000 / kPerSecond));
    }
  }

  // "5 % at 0".
  std::vector<std::string> Steps() const {
    std::vector<std::string> steps;
    for (const RolloutEvent& event : run.log.events) {
      if (event.kind != RolloutEvent::Kind::kStepStarted &&
          event.kind != RolloutEvent::Kind::kPromoted) {
        continue;
      }
      const double at = SecondsOf(event);
      steps.push_back(std::to_string(static_cast<int>(event.weight * 100 + 0.5)) + " % at " +
                      std::to_string(static_cast<int>(at)));
    }
    return steps;
  }

  double SecondsOf(const RolloutEvent& event) const {
    return std::chrono::duration<double>(event.at - run.log.events.front().at).count();
  }

  RolloutRun run;
  std::map<int, double> scores;
  std::vector<int> holds;

 private:
  void Request(double seconds) {
    const bool is_canary = random_.Next() < run.weights.weight;
    const double rate =
        is_canary && seconds >= stream_.fault_from ? stream_.canary : stream_.baseline;
    const bool is_bad = random_.Next() < rate;
    const Urgency urgency =
        run.Record(is_canary ? Arm::kCanary : Arm::kBaseline, is_bad ? 503 : 200);
    if (urgency == Urgency::kAdvanceNow) Settle();
  }

  void Settle() {
    run.Settle();
    is_over_ = run.weights.advance_at == kNever;
  }

  const Stream stream_;
  SplitMix random_;
  bool is_over_ = false;
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_ROLLOUT_REFERENCE_H_
