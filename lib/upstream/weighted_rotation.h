// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_WEIGHTED_ROTATION_H_
#define MESHROUTE_LIB_UPSTREAM_WEIGHTED_ROTATION_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "lib/upstream/edf_scheduler.h"
#include "meshroute/base/mutex.h"
#include "meshroute/base/random_source.h"
#include "meshroute/upstream/endpoint_list.h"

namespace meshroute {

// Where the rotation over one list of endpoints stands: how many picks have been
// made, counted from a random start. Outlives balancers, so that an update does
// not begin again.
struct alignas(64) Rotation {
  explicit Rotation(uint64_t start) : picks(start) {}
  std::atomic<uint64_t> picks;
};

// The rotations of one destination, over all its generations. The first one
// asked for draws the seed with which each of them starts. Thread-safe.
class Rotations {
 public:
  // The rotation over endpoints of `priority` that are eligible as `eligible`.
  std::shared_ptr<Rotation> Of(uint32_t priority, EndpointList::Eligible eligible,
                               RandomSource& random);

 private:
  Mutex mutex_;
  std::optional<uint64_t> seed_ ABSL_GUARDED_BY(mutex_);
  std::map<std::pair<uint32_t, EndpointList::Eligible>, std::shared_ptr<Rotation>> rotations_
      ABSL_GUARDED_BY(mutex_);
};

// The schedule that round robin and least request follow while weights differ.
//
// Every rebuild starts as if the picks that the rotation counts had been made.
// (Envoy starts each from the seed, so that frequent updates repeat the first
// picks and starve light endpoints.)
//
// A mutex guards the schedule: least request sets each deadline by the load of
// the moment, so the sequence cannot be laid down before. It is held for one
// replay, some 20 ns with 1,000 endpoints. Thread-safe.
class WeightedRotation {
 public:
  using Weight = double (*)(const Endpoint& endpoint);

  // `endpoints` must outlive this. `rotation` is called when weights differ for
  // the first time, so that no seed is drawn where none is needed.
  WeightedRotation(const EndpointList& endpoints, Weight weight,
                   std::function<std::shared_ptr<Rotation>()> rotation);

  // Whether weights differ. Where not, each endpoint is like any other and the
  // balancer picks in its own way.
  bool in_use() const { return in_use_.load(std::memory_order_relaxed); }

  // The next endpoint of the schedule, or nullptr where it is not in use.
  const Endpoint* Pick();

  // To be called when the list has changed.
  void Rebuild();

 private:
  const EndpointList& endpoints_;
  const Weight weight_;
  const std::function<std::shared_ptr<Rotation>()> make_rotation_;
  std::atomic<bool> in_use_{false};
  Mutex mutex_;
  std::shared_ptr<Rotation> rotation_ ABSL_GUARDED_BY(mutex_);
  std::vector<const Endpoint*> scheduled_ ABSL_GUARDED_BY(mutex_);
  EdfScheduler schedule_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_WEIGHTED_ROTATION_H_
