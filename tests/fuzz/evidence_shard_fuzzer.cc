// SPDX-License-Identifier: Apache-2.0
// A shard that is taken for one reads back equal.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lib/rollout/bytes.h"
#include "meshroute/rollout/evidence_shard.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace meshroute;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto shard = DecodeShard(Seal("meshroute shard 1\n", body));
  if (!shard.ok()) return 0;
  const auto again = DecodeShard(EncodeShard(*shard));
  if (!again.ok() || *again != *shard) std::abort();
  return 0;
}
