// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_LOCALITY_SHARES_H_
#define MESHROUTE_LIB_UPSTREAM_LOCALITY_SHARES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace meshroute {

// How the endpoints of one locality of one list are, by number.
struct LocalityHealth {
  uint64_t weight = 0;
  uint64_t eligible = 0;
  uint64_t counted = 0;  // All but the draining ones.
};

// The weight by which a locality is chosen: what it was given, less where more than about
// 29 % of its endpoints are out. 0: not at all.
double EffectiveWeight(const LocalityHealth& locality);

// How requests of a client divide between its own zone and the others.
struct ZoneShares {
  // Nothing is preferred: one zone, none of the client's own, or too few endpoints.
  bool pooled = true;

  static constexpr uint32_t kAll = 10'000;
  uint32_t own = 0;  // Of kAll; the rest goes to the others ...

  // ... each as long as the number drawn below the last is below its own; by zone, the
  // own one first.
  std::vector<uint32_t> others;
};

// The shares of zones, the client's own first, by how many of each one's endpoints are
// eligible. Envoy's zone-aware routing, under the assumption that as many clients are in
// one zone as in another: while the own zone has its fair part of the endpoints all stays
// there; with less, what it lacks goes to those that have more than theirs.
ZoneShares DivideByZone(const std::vector<uint64_t>& eligible, uint64_t minimum);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_LOCALITY_SHARES_H_
