// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_BASE_HASH_H_
#define MESHROUTE_BASE_HASH_H_

#include <cstdint>
#include <string_view>

namespace meshroute {

// XXH64, the hash behind Envoy's ring, Maglev table and hash keys: equal bytes
// give the same number here and there.
uint64_t XxHash64(std::string_view text, uint64_t seed = 0);

// XXH3, twice as fast for short texts: for tables in memory.
uint64_t XxHash3(std::string_view text);

// How Envoy joins the hash values of several hash policies: `rotl(h, 1) ^ next`.
constexpr uint64_t CombineHashPolicies(uint64_t hash, uint64_t next) {
  return ((hash << 1) | (hash >> 63)) ^ next;
}

}  // namespace meshroute

#endif  // MESHROUTE_BASE_HASH_H_
