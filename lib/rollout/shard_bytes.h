// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROLLOUT_SHARD_BYTES_H_
#define MESHROUTE_LIB_ROLLOUT_SHARD_BYTES_H_

#include <vector>

#include "lib/rollout/bytes.h"
#include "meshroute/rollout/evidence_shard.h"

namespace meshroute {

// Parts that shards and snapshots have in common.
void Write(const std::vector<EvidenceShard::Counter>& counters, ByteWriter& writer);
void Write(const EvidenceShard& shard, ByteWriter& writer);
bool HavePairs(const std::vector<EvidenceShard::Counter>& counters);
std::vector<EvidenceShard::Counter> ReadCounters(ByteReader& reader);
EvidenceShard ReadShard(ByteReader& reader);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_SHARD_BYTES_H_
