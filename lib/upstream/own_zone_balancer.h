// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_OWN_ZONE_BALANCER_H_
#define MESHROUTE_LIB_UPSTREAM_OWN_ZONE_BALANCER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "lib/upstream/locality_sources.h"
#include "meshroute/base/random_source.h"
#include "meshroute/upstream/load_balancer.h"

namespace meshroute {

// Prefers the client's own zone as far as its endpoints reach (DivideByZone), and leaves
// the choice of an endpoint to the balancer of the zone, or to that of all where no zone
// is preferred. Lock-free where those are. Thread-safe.
class OwnZoneBalancer final : public LoadBalancer {
 public:
  // Both work on the same endpoints; the first source is the client's zone. `random` must
  // outlive the balancer.
  OwnZoneBalancer(LocalitySources zones, std::unique_ptr<LoadBalancer> all, uint64_t minimum,
                  RandomSource& random);

  const Endpoint* Pick(const PickContext& context) override;
  void OnAvailabilityChange() override;
  void OnEnd(const Endpoint& endpoint, const Outcome& outcome, TimePoint now) override;

 private:
  static constexpr uint32_t kPooled = UINT32_MAX;

  void Divide();

  // The zone of a request that leaves the own one.
  size_t DrawOther();

  LocalitySources zones_;
  const std::unique_ptr<LoadBalancer> all_;
  const uint64_t minimum_;
  RandomSource& random_;

  // As ZoneShares has them. While they are being changed a reader finds old or new ones.
  std::atomic<uint32_t> own_{kPooled};
  const std::unique_ptr<std::atomic<uint32_t>[]> others_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_OWN_ZONE_BALANCER_H_
