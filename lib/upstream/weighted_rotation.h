// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_WEIGHTED_ROTATION_H_
#define MESHROUTE_LIB_UPSTREAM_WEIGHTED_ROTATION_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "lib/upstream/edf_scheduler.h"
#include "lib/upstream/slow_start.h"
#include "meshroute/base/clock.h"
#include "meshroute/base/mutex.h"
#include "meshroute/base/random_source.h"
#include "meshroute/upstream/endpoint_list.h"

namespace meshroute {

class WeightedRotation;

// Where the rotation over one list of endpoints stands: how many picks have been
// made, counted from a random start, and the schedules of its generations, the
// newest last. Outlives balancers, so that an update does not begin again.
struct alignas(64) Rotation {
  explicit Rotation(uint64_t start) : picks(start) {}

  std::atomic<uint64_t> picks;
  Mutex mutex;
  std::vector<const WeightedRotation*> schedules ABSL_GUARDED_BY(mutex);
};

// The rotations of one destination, over all its generations. The first one
// asked for draws the seed with which each of them starts. Thread-safe.
class Rotations {
 public:
  // One of the lists that a destination's endpoints are balanced in.
  struct List {
    uint32_t priority = 0;
    EndpointList::Eligible eligible = EndpointList::Eligible::kHealthy;
    std::string locality{};  // Empty: all of the priority.

    bool operator<(const List& other) const {
      return std::tie(priority, eligible, locality) <
             std::tie(other.priority, other.eligible, other.locality);
    }
  };

  std::shared_ptr<Rotation> Of(const List& list, RandomSource& random);

 private:
  Mutex mutex_;
  std::optional<uint64_t> seed_ ABSL_GUARDED_BY(mutex_);
  std::map<List, std::shared_ptr<Rotation>> rotations_ ABSL_GUARDED_BY(mutex_);
};

// What the schedule over one list goes by besides the weights.
struct RotationSource {
  // Called when the rotation is needed for the first time, so that no seed is drawn where
  // none is.
  std::function<std::shared_ptr<Rotation>()> make;
  SlowStart slow_start{};
};

// The schedule that round robin and least request follow while weights differ, or
// while some endpoint is young (slow start) and its weight is less than it will be.
//
// An endpoint keeps its place in the schedule over ejections of others and over
// updates, as long as its weight stays; with another weight it has its turn no later
// than that weight asks for. One that is new, or comes back, has its first turn after
// 1 / weight. (Envoy builds a schedule anew each time from the seed, so that frequent
// updates repeat the first picks and starve light endpoints.) Where there was none
// before, the schedule starts as if the picks that the rotation counts had been made.
//
// A mutex guards the schedule: least request sets each deadline by the load of
// the moment, so the sequence cannot be laid down before. It is held for one
// replay, some 20 ns with 1,000 endpoints. Thread-safe.
class WeightedRotation {
 public:
  struct Settings {
    // The present weight of an endpoint, more than 0.
    std::function<double(const Endpoint& endpoint, TimePoint now)> weight;

    // When the schedule is followed.
    enum class Use : uint8_t { kWhereWeightsDiffer, kAlways };
    Use use = Use::kWhereWeightsDiffer;
  };

  // `endpoints` must outlive this.
  WeightedRotation(const EndpointList& endpoints, Settings settings, RotationSource source);
  ~WeightedRotation();
  WeightedRotation(const WeightedRotation&) = delete;
  WeightedRotation& operator=(const WeightedRotation&) = delete;

  // Whether the schedule is followed. Where not, each endpoint is like any other and
  // the balancer picks in its own way.
  bool in_use(TimePoint now) const { return now <= used_until_.load(std::memory_order_relaxed); }

  // The next endpoint of the schedule, or nullptr where it is not in use.
  const Endpoint* Pick(TimePoint now);

  // To be called when the list has changed.
  void Rebuild();

 private:
  // A schedule with the endpoints that are its entries.
  struct Schedule {
    std::vector<const Endpoint*> endpoints;
    EdfScheduler edf;
  };

  // The weight by which an endpoint's next turn is set.
  double WeightOf(const Endpoint& endpoint, TimePoint now) const {
    return settings_.weight(endpoint, now) * source_.slow_start.FactorOf(endpoint, now);
  }

  // The last moment at which a schedule over `endpoints` is followed; TimePoint::min():
  // it is not.
  TimePoint UsedUntil(const std::vector<const Endpoint*>& endpoints) const;

  // The rotation, which lists this from the first call on.
  std::shared_ptr<Rotation> JoinRotation();

  // A copy of the schedule in force.
  Schedule Current() const;

  // The schedule that the next one goes on from: the own one, else the newest of
  // another generation; empty where there is none. Its endpoints are only sure to
  // live as long as the lock is held: another generation's end waits for it.
  Schedule Previous(const Rotation& rotation) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(rotation.mutex);
  Schedule First(uint64_t picks, std::vector<const Endpoint*> endpoints) const;
  Schedule Next(const Schedule& previous, std::vector<const Endpoint*> endpoints) const;

  const EndpointList& endpoints_;
  const Settings settings_;
  const RotationSource source_;
  std::atomic<TimePoint> used_until_{TimePoint::min()};
  mutable Mutex mutex_;
  std::shared_ptr<Rotation> rotation_ ABSL_GUARDED_BY(mutex_);
  Schedule schedule_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_WEIGHTED_ROTATION_H_
