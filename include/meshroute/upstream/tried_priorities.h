// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_UPSTREAM_TRIED_PRIORITIES_H_
#define MESHROUTE_UPSTREAM_TRIED_PRIORITIES_H_

#include <cstdint>

#include "meshroute/upstream/endpoint.h"

namespace meshroute {

// Which priorities the attempts of one call went to, so that its retries leave them
// (retries.retryRemoteLocalities): after every second attempt the load is divided anew
// between the priorities that none has gone to. Where nothing is left to be tried, what
// was tried is forgotten. Thread-compatible.
class TriedPriorities {
 public:
  // An attempt that went to `endpoint` has ended.
  void Add(const Endpoint& endpoint) {
    ++attempts_;
    const uint32_t priority = endpoint.spec().priority;
    if (priority < kKnown) tried_ |= uint64_t{1} << priority;
  }

  // For the balancer, before each pick: whether the load is to be divided anew. Brings
  // up to date what `leaves` says.
  bool Divides() {
    if (attempts_ < kFrequency) return false;
    if (attempts_ % kFrequency == 0) left_ = tried_;
    return true;
  }

  // Whether no attempt is to go to `priority` any more.
  bool leaves(uint32_t priority) const { return priority < kKnown && (left_ >> priority & 1) != 0; }

  void Forget() { *this = TriedPriorities(); }

 private:
  static constexpr uint32_t kFrequency = 2;
  static constexpr uint32_t kKnown = 64;  // Priorities from here on are never left.

  uint32_t attempts_ = 0;
  uint64_t tried_ = 0;
  uint64_t left_ = 0;
};

}  // namespace meshroute

#endif  // MESHROUTE_UPSTREAM_TRIED_PRIORITIES_H_
