// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_MAGLEV_BALANCER_H_
#define MESHROUTE_LIB_UPSTREAM_MAGLEV_BALANCER_H_

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

// consistentHash.maglev: a table of prime size in which every available endpoint
// has slots in proportion to its share; a key goes to the slot that its hash
// modulo the size names. Slot for slot Envoy's table. Lock-free. Thread-safe.
class MaglevBalancer final : public LoadBalancer {
 public:
  static constexpr uint64_t kDefaultTableSize = 65'537;

  // `table_size` has passed Validate: a prime, or 0: 65537. Both references must
  // outlive the balancer.
  MaglevBalancer(const EndpointList& endpoints, uint64_t table_size, RandomSource& random,
                 EndpointShares shares = {});

  // Without a hash a slot is drawn.
  const Endpoint* Pick(const PickContext& context) override;
  void OnAvailabilityChange() override { Rebuild(); }

 private:
  struct Table {
    std::atomic<bool> empty{true};
    GrowingArray<std::atomic<const Endpoint*>> slots;
  };

  std::vector<const Endpoint*> MakeSlots() const;
  void Rebuild();

  const EndpointList& endpoints_;
  const uint64_t table_size_;
  const EndpointShares shares_;
  RandomSource& random_;
  TwoTables<Table> tables_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_MAGLEV_BALANCER_H_
