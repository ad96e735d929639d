// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_RING_HASH_BALANCER_H_
#define MESHROUTE_LIB_UPSTREAM_RING_HASH_BALANCER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/upstream/endpoint_shares.h"
#include "lib/upstream/two_tables.h"
#include "meshroute/base/random_source.h"
#include "meshroute/upstream/endpoint_list.h"
#include "meshroute/upstream/load_balancer.h"

namespace meshroute {

// consistentHash.ringHash: every available endpoint has points on a ring of 64-bit
// numbers, in proportion to its share; a key goes to the next point at or after
// its hash. Point for point Envoy's ring; points of equal hash lie in the
// endpoints' order.
//
// A look-up jumps by the hash's first bits to where its point must be near, so
// that its cost does not grow with the ring. Lock-free. Thread-safe.
class RingHashBalancer final : public LoadBalancer {
 public:
  static constexpr uint64_t kDefaultMinimumSize = 1024;
  static constexpr uint64_t kMaximumSize = 8'388'608;

  // How many points a ring has per unit of share, where the smallest share is
  // `least_share`: at least one for that, at least `minimum_size` in all.
  static double Scale(double least_share, uint64_t minimum_size);

  // `minimum_size` 0: 1024. Both references must outlive the balancer.
  RingHashBalancer(const EndpointList& endpoints, uint64_t minimum_size, RandomSource& random,
                   EndpointShares shares = {});

  // Without a hash a place is drawn.
  const Endpoint* Pick(const PickContext& context) override;
  void OnAvailabilityChange() override { Rebuild(); }

  // How many points the ring has.
  size_t size() const;

 private:
  struct Point {
    uint64_t hash;
    const Endpoint* endpoint;
  };
  struct Slot {
    std::atomic<uint64_t> hash{0};
    std::atomic<const Endpoint*> endpoint{nullptr};
  };
  // Points in order of their hash. Those whose hash begins with the bits b are
  // [starts[b], starts[b + 1]).
  struct Ring {
    std::atomic<size_t> size{0};
    std::atomic<unsigned> shift{63};
    GrowingArray<Slot> points;
    GrowingArray<std::atomic<uint32_t>> starts;
  };

  static const Endpoint* Find(const Ring& ring, uint64_t hash, uint32_t repick);
  static void Fill(Ring& ring, const std::vector<Point>& points);
  std::vector<Point> MakePoints() const;
  void Rebuild();

  const EndpointList& endpoints_;
  const uint64_t minimum_size_;
  const EndpointShares shares_;
  RandomSource& random_;
  TwoTables<Ring> rings_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_RING_HASH_BALANCER_H_
