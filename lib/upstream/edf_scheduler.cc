// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/edf_scheduler.h"

namespace meshroute {

void EdfScheduler::Build() {
  const size_t size = keys_.size();
  losers_.assign(size, 0);
  // Node i has children 2i and 2i+1; the leaf of entry e is node size + e.
  std::vector<uint32_t> winners(2 * size);
  for (size_t entry = 0; entry < size; ++entry) {
    winners[size + entry] = static_cast<uint32_t>(entry);
  }
  for (size_t node = size - 1; node > 0; --node) {
    const uint32_t left = winners[2 * node];
    const uint32_t right = winners[2 * node + 1];
    const bool left_wins = keys_[left].Before(keys_[right]);
    winners[node] = left_wins ? left : right;
    losers_[node] = left_wins ? right : left;
  }
  winner_ = winners[1];
}

}  // namespace meshroute
