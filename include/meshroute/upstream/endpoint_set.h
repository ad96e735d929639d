// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_UPSTREAM_ENDPOINT_SET_H_
#define MESHROUTE_UPSTREAM_ENDPOINT_SET_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "meshroute/base/mutex.h"
#include "meshroute/upstream/endpoint.h"
#include "meshroute/upstream/endpoint_list.h"
#include "meshroute/upstream/locality_plan.h"

namespace meshroute {

// The endpoints of one generation of one destination, in declared order, and
// which of them are available. Membership never changes; availability does, in
// place (see EndpointList), so that a pick needs no lock. Keeps its endpoints
// alive; other generations may have them too.
//
//   EndpointSet endpoints(MakeEndpoints(specs));
//   const Endpoint* first = endpoints.available().at(0);
//
// Thread-safe.
class EndpointSet {
 public:
  // Duplicate addresses: the first counts. `endpoints` follow `plan` already.
  explicit EndpointSet(std::vector<std::shared_ptr<const Endpoint>> endpoints,
                       LocalityPlan plan = {});
  EndpointSet(const EndpointSet&) = delete;
  EndpointSet& operator=(const EndpointSet&) = delete;

  size_t size() const { return endpoints_.size(); }
  const Endpoint& at(size_t index) const { return *endpoints_[index]; }

  // The endpoints that may be picked in ordinary times: declared healthy and not
  // ejected, of every priority.
  const EndpointList& available() const { return available_; }
  size_t available_size() const { return available_.size(); }

  // What the endpoints' priorities, and how one of their localities is chosen, are from.
  const LocalityPlan& plan() const { return plan_; }

  // The endpoint with this address, or nullptr.
  const Endpoint* Find(std::string_view address) const { return Share(address).get(); }
  const std::shared_ptr<const Endpoint>& Share(std::string_view address) const;

  // Works the list of available endpoints out anew from the endpoints' states and
  // tells the listener.
  void Refresh();

  // How often Refresh has worked.
  uint64_t refreshes() const { return refreshes_.load(std::memory_order_acquire); }

  // `listener` is called at the end of every Refresh, one call at a time, with
  // locks held: it must not come back here, nor to the detector. One listener;
  // an empty one ends the calls. It is taken to know the list as it was after
  // `known_refreshes`, and is called at once if there have been more.
  void SetListener(std::function<void()> listener, uint64_t known_refreshes);

 private:
  // The place in by_address_ of `address`, or the free place where it belongs.
  size_t PlaceOf(std::string_view address) const;

  // Fills by_address_; drops endpoints whose address one before them has; returns
  // those that are left.
  std::vector<const Endpoint*> IndexAddresses();

  const LocalityPlan plan_;
  std::vector<std::shared_ptr<const Endpoint>> endpoints_;

  // A hash table of 1 + the endpoint's number, 0 where free; a power of two in size.
  std::vector<uint32_t> by_address_;
  EndpointList available_;
  Mutex refresh_mutex_;
  std::atomic<uint64_t> refreshes_{0};
  std::function<void()> listener_ ABSL_GUARDED_BY(refresh_mutex_);
};

// Endpoints as `specs` declare them. Those that `previous` (may be null) has at the
// same address are the same objects, or have the same state where their declaration
// changed. But one that moved to another locality is another endpoint: it begins
// afresh.
std::vector<std::shared_ptr<const Endpoint>> MakeEndpoints(std::vector<EndpointSpec> specs,
                                                           const EndpointSet* previous = nullptr);

}  // namespace meshroute

#endif  // MESHROUTE_UPSTREAM_ENDPOINT_SET_H_
