// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CALL_CONNECTION_TARGET_H_
#define MESHROUTE_CALL_CONNECTION_TARGET_H_

#include <cstdint>
#include <string_view>

#include "meshroute/base/random_source.h"
#include "meshroute/base/snapshot.h"
#include "meshroute/call/traffic_tables.h"
#include "meshroute/message/response_flags.h"
#include "meshroute/routing/connection_table.h"
#include "meshroute/upstream/subset_pool.h"

namespace meshroute {

// Where a connection of the caller's own goes: what Router::MatchConnection gives.
//
//   ConnectionTarget target = router.MatchConnection({.host = "mongo", .port = 27017});
//   if (target.verdict == ConnectionTarget::Verdict::kPool) {
//     absl::StatusOr<Lease> lease = target.pool->Acquire();
//     if (!lease.ok()) return lease.status();
//     const bool connected = Connect(lease->endpoint().address());
//     ...
//   }
//
// The lease feeds the balancer and the outlier detector: finish it when the
// connection ends, or with kConnectFailed. Of the breaker it takes a request's
// permit; `tcp.maxConnections` is breaker()'s kConnections, to be taken besides.
// Keeps what it points to alive. Move-only.
struct ConnectionTarget {
  enum class Verdict : uint8_t {
    kPool,       // To an endpoint of `pool`.
    kAsDialled,  // Nothing governs it: connect to what was dialled.
    kRefused,    // Do not connect: `flags` says why.
  };

  SnapshotPin<TrafficTables> tables;
  Verdict verdict = Verdict::kRefused;

  // NR: rules exist and none matches. NC: the destination does not exist. Empty of
  // kRefused: an unknown host, where the mesh is REGISTRY_ONLY.
  ResponseFlags flags{};

  ConnectionMatch match{};
  SubsetPool* pool = nullptr;  // Of kPool.

  // "outbound|27017||mongo.default.svc.cluster.local"; empty but of kPool.
  std::string_view destination() const;

  // Looks `connection` up in `tables`; draws from `random` where it is to be split.
  static ConnectionTarget Choose(SnapshotPin<TrafficTables> tables,
                                 const ConnectionView& connection, RandomSource& random);
};

}  // namespace meshroute

#endif  // MESHROUTE_CALL_CONNECTION_TARGET_H_
