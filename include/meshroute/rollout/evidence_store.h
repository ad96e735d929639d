// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROLLOUT_EVIDENCE_STORE_H_
#define MESHROUTE_ROLLOUT_EVIDENCE_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "meshroute/base/clock.h"
#include "meshroute/rollout/evidence_shard.h"

namespace meshroute {

// Where the processes of one rollout meet: a directory (file_evidence_store.h), or
// Kubernetes, Redis, etcd by an adapter of the embedder. A key per process, one for
// the leader's state, and a lease. May block; is called off the hot path.
class EvidenceStore {
 public:
  struct Contents {
    std::vector<EvidenceShard> shards;  // The last of each process, in any order.
    std::string state;                  // What the leader published; empty: nothing yet.
  };

  virtual ~EvidenceStore() = default;

  // Replaces this process's shard.
  virtual absl::Status Publish(const EvidenceShard& shard) = 0;

  // Replaces the leader's state. FailedPrecondition: this process does not lead.
  virtual absl::Status PublishState(const std::string& state) = 0;

  virtual absl::StatusOr<Contents> ReadAll() = 0;

  // Takes the lead, or keeps it, for `ttl`. false: another process has it.
  virtual absl::StatusOr<bool> TryLead(Duration ttl) = 0;
};

// Where many rollouts have a store each.
class EvidenceStores {
 public:
  virtual ~EvidenceStores() = default;

  // That of `rollout` ("prod/reviews") for this process, which is `instance` (as in
  // RolloutOptions). Does not wait for anything.
  virtual absl::StatusOr<std::unique_ptr<EvidenceStore>> Open(const std::string& rollout,
                                                              const std::string& instance) = 0;
};

}  // namespace meshroute

#endif  // MESHROUTE_ROLLOUT_EVIDENCE_STORE_H_
