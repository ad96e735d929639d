// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROLLOUT_TRIAL_JUDGE_H_
#define MESHROUTE_LIB_ROLLOUT_TRIAL_JUDGE_H_

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/config/rollout_analysis.h"
#include "meshroute/rollout/trial.h"

namespace meshroute {

// What a trial says under one signal.
enum class Bit : uint8_t { kGood, kBad, kNone };

// Which ends of an attempt are bad: the words of badStatus, compiled.
class BadOutcomes {
 public:
  // Empty: the default of RolloutMetric::bad_status.
  explicit BadOutcomes(const std::vector<std::string>& words);

  // Only of an attempt that was not cancelled.
  bool Contains(const Outcome& outcome) const;

 private:
  static constexpr size_t kStatuses = 600;

  void Add(const std::string& word);

  std::bitset<kStatuses> statuses_;
  std::bitset<16> kinds_;
};

// One bit of each trial: a metric, and what its bit compares with. A latency metric has
// two, for the baseline's limit and for its own.
struct Signal {
  enum class Kind : uint8_t { kOutcome, kReported, kLatencyOfBaseline, kLatencyLimit };

  Kind kind = Kind::kOutcome;
  size_t metric = 0;
};

// Turns trials into bits, as the metrics of a plan say. Immutable.
class TrialJudge {
 public:
  static constexpr size_t kMaximumSignals = 2 * kMaximumRolloutMetrics;

  explicit TrialJudge(const RolloutAnalysis& analysis);

  const std::vector<Signal>& signals() const { return signals_; }

  // The signal that compares the arms under a metric, and the one that has a limit of
  // its own; nullopt: it has none.
  size_t RelativeSignal(size_t metric) const { return relative_[metric]; }
  std::optional<size_t> AbsoluteSignal(size_t metric) const { return absolute_[metric]; }

  bool compares_latency() const { return compares_latency_; }

  // `limit` is the baseline's for a kLatencyOfBaseline; 0: there is none.
  Bit Judge(size_t signal, const Trial& trial, Duration limit) const;

  // Of the latency metrics that have a limit of their own; 0: none has.
  Duration longest_own_limit() const {
    return own_limits_.empty() ? Duration(0)
                               : *std::max_element(own_limits_.begin(), own_limits_.end());
  }

  // The limit of the canary, where the baseline's is `limit`.
  Duration CanaryLimit(size_t metric, Duration limit) const;

 private:
  Bit JudgeOutcome(const BadOutcomes& bad, const Trial& trial) const;
  static Bit JudgeReport(const Trial& trial);
  static Bit JudgeLatency(const Trial& trial, Duration limit);

  std::vector<Signal> signals_;
  std::vector<size_t> relative_;
  std::vector<std::optional<size_t>> absolute_;
  std::vector<BadOutcomes> bad_;      // Per metric.
  std::vector<Duration> own_limits_;  // Per metric.
  std::vector<double> increases_;     // Per metric.
  bool compares_latency_ = false;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_TRIAL_JUDGE_H_
