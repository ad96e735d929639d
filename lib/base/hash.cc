// SPDX-License-Identifier: Apache-2.0
#include "meshroute/base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace meshroute {

uint64_t XxHash64(std::string_view text, uint64_t seed) {
  return XXH64(text.data(), text.size(), seed);
}

uint64_t XxHash3(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

}  // namespace meshroute
