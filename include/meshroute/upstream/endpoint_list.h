// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_UPSTREAM_ENDPOINT_LIST_H_
#define MESHROUTE_UPSTREAM_ENDPOINT_LIST_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "meshroute/upstream/endpoint.h"

namespace meshroute {

// What a balancer chooses from: those of some fixed endpoints (the members) that
// are eligible now, in the members' order.
//
// Changes in place, so that a pick needs no lock: while a change is under way a
// reader may see an endpoint twice or not at all, and one that has just become
// ineligible; never a dangling one. The members must outlive the list.
// Thread-safe for readers; Refresh is for one thread at a time.
class EndpointList {
 public:
  enum class Eligible : uint8_t {
    kHealthy,   // Declared healthy and not ejected.
    kDegraded,  // Declared degraded and not ejected.
    kOnTrial,   // Declared healthy, ejected, and on its way back.
    kAll,       // Every member, whatever its health: for panic.
  };

  EndpointList(std::vector<const Endpoint*> members, Eligible eligible);

  // How many are eligible, and which: at(i) for i below size(). With a size that
  // has gone stale the slot still holds some member.
  size_t size() const { return size_.load(std::memory_order_acquire); }
  const Endpoint* at(size_t index) const {
    return slots_[index].endpoint.load(std::memory_order_acquire);
  }

  // The leases that are out of at(index), without a look at the endpoint itself:
  // one cache miss less where there are many.
  uint32_t active_requests_at(size_t index) const {
    return state_at(index).active_requests.load(std::memory_order_relaxed);
  }
  const EndpointState& state_at(size_t index) const {
    return *slots_[index].state.load(std::memory_order_acquire);
  }

  // All members, eligible or not. Never changes.
  const std::vector<const Endpoint*>& members() const { return members_; }

  // Whether `member` is eligible at this moment.
  bool IsEligible(const Endpoint& member) const;

  // Works out anew who is eligible.
  void Refresh();

  // The eligible ones in a vector, for code off the hot path.
  std::vector<const Endpoint*> Eligibles() const;

 private:
  struct Slot {
    std::atomic<const Endpoint*> endpoint{nullptr};
    std::atomic<const EndpointState*> state{nullptr};
  };

  void Put(size_t index, const Endpoint& endpoint);

  const std::vector<const Endpoint*> members_;
  const Eligible eligible_;
  std::unique_ptr<Slot[]> slots_;
  std::atomic<size_t> size_{0};
};

// Whether there are two or more `endpoints` and their weights are not all the same.
bool WeightsDiffer(const std::vector<const Endpoint*>& endpoints);

}  // namespace meshroute

#endif  // MESHROUTE_UPSTREAM_ENDPOINT_LIST_H_
