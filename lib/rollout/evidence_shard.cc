// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/evidence_shard.h"

#include <algorithm>
#include <utility>

#include "lib/rollout/shard_bytes.h"

namespace meshroute {
namespace {

constexpr std::string_view kMagic = "meshroute shard 2\n";
constexpr std::string_view kMagicWithoutPairs = "meshroute shard 1\n";
constexpr size_t kMostBytes = size_t{16} << 20;
constexpr size_t kCounterBytes = 6 * 8;
constexpr uint64_t kGroups = 7;
constexpr uint64_t kMostTrials = uint64_t{1} << 40;  // No sum of them overflows.

}  // namespace

void Write(const std::vector<EvidenceShard::Counter>& counters, ByteWriter& writer) {
  writer.Add(uint64_t{counters.size()});
  for (const EvidenceShard::Counter& counter : counters) {
    writer.Add(uint64_t{counter.step});
    writer.Add(static_cast<uint64_t>(counter.group));
    writer.Add(counter.endpoint);
    writer.Add(uint64_t{counter.signal});
    writer.Add(counter.bad);
    writer.Add(counter.good);
  }
}

void Write(const EvidenceShard& shard, ByteWriter& writer) {
  writer.Add(shard.instance);
  writer.Add(shard.generation);
  writer.Add(shard.sequence);
  writer.Add(uint64_t{shard.braked ? 1U : 0U});
  Write(shard.counters, writer);
}

std::vector<EvidenceShard::Counter> ReadCounters(ByteReader& reader) {
  std::vector<EvidenceShard::Counter> counters;
  const size_t count = reader.Count(kCounterBytes);
  for (size_t i = 0; i < count && reader.ok(); ++i) {
    EvidenceShard::Counter& counter = counters.emplace_back();
    counter.step = static_cast<uint32_t>(reader.Number());
    counter.group = static_cast<EvidenceShard::Group>(reader.Number() % kGroups);
    counter.endpoint = reader.Text();
    counter.signal = static_cast<uint16_t>(reader.Number());
    counter.bad = reader.Number();
    counter.good = reader.Number();
    if (counter.bad > kMostTrials || counter.good > kMostTrials) reader.Fail();
  }
  return counters;
}

EvidenceShard ReadShard(ByteReader& reader) {
  EvidenceShard shard;
  shard.instance = reader.Text();
  shard.generation = reader.Number();
  shard.sequence = reader.Number();
  shard.braked = reader.Flag();
  shard.counters = ReadCounters(reader);
  return shard;
}

bool HavePairs(const std::vector<EvidenceShard::Counter>& counters) {
  return std::any_of(counters.begin(), counters.end(), [](const EvidenceShard::Counter& counter) {
    return counter.group >= EvidenceShard::Group::kPairsApart;
  });
}

// Without pairs as it was before there were any: processes of both versions may meet.
std::string EncodeShard(const EvidenceShard& shard) {
  ByteWriter writer;
  Write(shard, writer);
  return writer.Finish(HavePairs(shard.counters) ? kMagic : kMagicWithoutPairs);
}

absl::StatusOr<EvidenceShard> DecodeShard(std::string_view bytes) {
  if (bytes.size() > kMostBytes) return absl::InvalidArgumentError("the shard is too large");
  const bool is_older = bytes.substr(0, kMagicWithoutPairs.size()) == kMagicWithoutPairs;
  ByteReader reader(bytes, is_older ? kMagicWithoutPairs : kMagic);
  EvidenceShard shard = ReadShard(reader);
  if (!reader.at_end()) {
    return absl::InvalidArgumentError("the shard is damaged, or of another version");
  }
  return shard;
}

}  // namespace meshroute
