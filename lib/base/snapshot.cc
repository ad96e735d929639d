// SPDX-License-Identifier: Apache-2.0
#include "meshroute/base/snapshot.h"

namespace meshroute {

uint64_t NextSnapshotIdentity() {
  static std::atomic<uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace meshroute
