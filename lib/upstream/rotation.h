// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_ROTATION_H_
#define MESHROUTE_LIB_UPSTREAM_ROTATION_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "meshroute/base/mutex.h"
#include "meshroute/base/random_source.h"
#include "meshroute/base/thread_shard.h"
#include "meshroute/upstream/endpoint_list.h"

namespace meshroute {

class WeightedRotation;

// Where the rotation over one list of endpoints stands. Each thread goes round by itself,
// as each worker of Envoy does, so that threads do not wait for each other. The first to
// begin does so at `start`, each other one at a number made of that and of how many there
// were before. Beyond kThreadShards threads some share a place: they go on from what
// either has written last, so that turns may come twice; shares stay even. Outlives
// balancers, so that an update does not begin again. Thread-safe.
class Rotation {
 public:
  // Where a thread stands.
  class alignas(64) Place {
   public:
    // How many places had begun before this one.
    uint32_t number() const { return number_.load(std::memory_order_relaxed); }

    // The number of the turn that is next; the one behind it is next from now on.
    uint64_t TakeTurn() {
      const uint64_t turn = turn_.load(std::memory_order_relaxed);
      turn_.store(turn + 1, std::memory_order_relaxed);
      return turn;
    }

   private:
    friend class Rotation;
    static constexpr uint32_t kNotBegun = ~uint32_t{0};

    std::atomic<uint32_t> number_{kNotBegun};
    std::atomic<uint64_t> turn_{0};
  };

  explicit Rotation(uint64_t start) : start_(start) {}

  Place& OfThisThread() {
    Place& place = places_[ShardOfThisThread()];
    if (place.number_.load(std::memory_order_acquire) == Place::kNotBegun) Begin(place);
    return place;
  }

  // The turn that is next in the place of that number, whether or not it has begun.
  uint64_t TurnOf(uint32_t number) const;

  // The schedules of the generations that follow this rotation, the newest last.
  Mutex mutex;
  std::vector<const WeightedRotation*> schedules ABSL_GUARDED_BY(mutex);

 private:
  uint64_t StartOf(uint32_t number) const;
  void Begin(Place& place);

  const uint64_t start_;
  std::array<Place, kThreadShards> places_;
  Mutex begin_mutex_;
  uint32_t begun_ ABSL_GUARDED_BY(begin_mutex_) = 0;
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

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_ROTATION_H_
