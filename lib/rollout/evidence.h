// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROLLOUT_EVIDENCE_H_
#define MESHROUTE_LIB_ROLLOUT_EVIDENCE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "lib/rollout/endpoint_names.h"
#include "lib/rollout/latency_window.h"
#include "lib/rollout/step_evidence.h"
#include "lib/rollout/trial_judge.h"
#include "meshroute/base/snapshot.h"
#include "meshroute/rollout/trial.h"

namespace meshroute {

// Everything that is counted of one attempt in this process: the steps so far, the
// names of the canary's endpoints, the baseline's latencies. Immutable but for its
// counters: a new step makes a new table with the old steps in it, so that a trial
// that ends late finds the step that it was drawn in.
struct EvidenceTable {
  uint64_t generation = 0;
  uint32_t first_tag = 0;  // Of steps[0].
  std::shared_ptr<const TrialJudge> judge;
  std::shared_ptr<EndpointNames> names;
  std::shared_ptr<LatencyWindow> latencies;
  std::vector<std::shared_ptr<StepEvidence>> steps;  // By tag; null: nothing is counted.
};

// Where trials come in. Record may be called from any thread, takes no lock but for the
// first trial of a thread after a change, and does not allocate otherwise; the rest
// belongs to the owner.
class Evidence {
 public:
  Evidence();

  // Whether `trial` may decide at once.
  bool Record(const Trial& trial);

  // Forgets everything: a new attempt, judged by `judge`.
  void Begin(uint64_t generation, uint32_t first_tag, std::shared_ptr<const TrialJudge> judge);

  // From now on trials with the tag of `facts` count.
  void StartStep(const StepFacts& facts);

  // The steps of this attempt, the running one last.
  const EvidenceTable& table() const { return *current_; }
  StepEvidence* FindStep(uint32_t tag) const;

 private:
  void Publish(EvidenceTable table);

  std::shared_ptr<const EvidenceTable> current_;
  Snapshot<EvidenceTable> published_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_EVIDENCE_H_
