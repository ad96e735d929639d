// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROLLOUT_EVIDENCE_SHARD_H_
#define MESHROUTE_ROLLOUT_EVIDENCE_SHARD_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "meshroute/message/assignment.h"

namespace meshroute {

// What one process has counted of one attempt of a rollout: cumulative counters that
// only grow, so that shards can be lost, doubled and mixed up without harm, and sums
// of them do not depend on any order.
struct EvidenceShard {
  // Whose trials a counter has.
  enum class Group : uint8_t {
    kBaseline,
    kBaselineUsers,  // Drawn by a sticky key, each user once per step.
    kMatched,        // The canary's by analysis.match.
    kCanary,         // Of `endpoint`.
    kCanaryUsers,
    kPairsApart,     // Mirrored requests by the canary's `endpoint`: `bad` failed there
                     // alone, `good` on the baseline alone.
    kPairsTogether,  // `bad` failed on both, `good` on neither.
  };

  struct Counter {
    uint32_t step = 0;
    Group group = Group::kBaseline;
    std::string endpoint;  // Of the canary; empty: not known which.
    uint16_t signal = 0;   // Which bit of a trial: the plan's, in order.
    uint64_t bad = 0;
    uint64_t good = 0;

    bool operator==(const Counter&) const = default;
  };

  std::string instance;  // Unique per start of a process.
  uint64_t generation = 0;
  uint64_t sequence = 0;  // Grows with every publication.
  bool braked = false;    // This process sends nothing to the canary any more.
  std::vector<Counter> counters;

  bool operator==(const EvidenceShard&) const = default;
};

// As bytes, with a version and a checksum.
std::string EncodeShard(const EvidenceShard& shard);

// InvalidArgument where `bytes` are damaged, of another version, or larger than any
// shard can be. Takes memory in proportion to `bytes`.
absl::StatusOr<EvidenceShard> DecodeShard(std::string_view bytes);

}  // namespace meshroute

#endif  // MESHROUTE_ROLLOUT_EVIDENCE_SHARD_H_
