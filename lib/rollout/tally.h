// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROLLOUT_TALLY_H_
#define MESHROUTE_LIB_ROLLOUT_TALLY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "lib/rollout/endpoint_names.h"
#include "lib/rollout/step_evidence.h"
#include "lib/rollout/trial_judge.h"
#include "meshroute/rollout/evidence_shard.h"
#include "meshroute/rollout/score.h"

namespace meshroute {

// Counts of the trials of one attempt, by step, row, endpoint and signal. They only
// grow. Of one process, or of all together. Thread-compatible.
class Tally {
 public:
  using Pair = StepEvidence::Pair;
  using Signals = std::array<Pair, TrialJudge::kMaximumSignals>;

  // One step's rows; the canary's by endpoint, the last for those not known.
  struct Step {
    Signals baseline{};
    Signals baseline_users{};
    Signals matched{};
    std::array<Signals, EndpointNames::kCapacity + 1> canary{};
    std::array<Signals, EndpointNames::kCapacity + 1> canary_users{};

    // Of a step with pairs, likewise by endpoint; else empty.
    std::vector<Signals> pairs_apart{};
    std::vector<Signals> pairs_together{};

    Signals& At(Row row, size_t endpoint);

    // Of both kinds of rows, and of all endpoints.
    Pair BaselineSum(size_t signal) const;
    Pair CanarySum(size_t signal) const;

    // The pairs of a signal, of all endpoints.
    PairCounts Pairs(size_t signal) const;
  };

  void Add(uint32_t tag, Row row, size_t endpoint, size_t signal, const Pair& pair) {
    Pair& held = steps_[tag].At(row, endpoint)[signal];
    held.bad += pair.bad;
    held.good += pair.good;
  }

  // Nothing is counted of a step that is not known.
  const Step& At(uint32_t tag) const;
  const std::map<uint32_t, Step>& steps() const { return steps_; }

  // Of all steps.
  Pair BaselineSum(size_t signal) const;
  Pair CanarySum(size_t signal) const;
  PairCounts Pairs(size_t signal) const;

  // The canary's trials and pairs of one endpoint in all steps: of the signal that knows most.
  uint64_t TrialsOf(size_t endpoint, size_t signals) const;

  // As counters, those of `signals` that are not 0.
  std::vector<EvidenceShard::Counter> Export(const EndpointNames& names) const;

  void clear() { steps_.clear(); }

 private:
  std::map<uint32_t, Step> steps_;
};

// The names of rows in a shard.
EvidenceShard::Group GroupOf(Row row);
Row RowOf(EvidenceShard::Group group);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_TALLY_H_
