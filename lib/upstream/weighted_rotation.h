// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_WEIGHTED_ROTATION_H_
#define MESHROUTE_LIB_UPSTREAM_WEIGHTED_ROTATION_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "lib/upstream/brief_lock.h"
#include "lib/upstream/edf_scheduler.h"
#include "lib/upstream/rotation.h"
#include "lib/upstream/slow_start.h"
#include "meshroute/base/clock.h"
#include "meshroute/upstream/endpoint_list.h"

namespace meshroute {

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
// Each thread follows a schedule of its own, as each worker of Envoy does, up to four of
// them; a thread that finds its schedule held by another for the moment takes a turn of
// the next one. (They cannot be laid down before: least request sets each deadline by the
// load of the moment.) Thread-safe.
class WeightedRotation {
 public:
  struct Settings {
    // The weight that sets an endpoint's next turn is its own, divided by (active
    // requests + 1) ^ active_request_bias.
    double active_request_bias = 0;

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
  bool in_use(TimePoint now) const { return now <= used_until_.load(std::memory_order_acquire); }

  // The next endpoint of the schedule, or nullptr where it is not in use.
  const Endpoint* Pick(TimePoint now);

  // To be called when the list has changed, by one thread at a time.
  void Rebuild();

 private:
  static constexpr size_t kLanes = 4;

  // What is scheduled, with what a turn needs of it.
  struct Entry {
    const Endpoint* endpoint;
    const EndpointState* state;
    double weight;
    double period;  // 1 / weight.
  };
  using Entries = std::vector<Entry>;

  struct Schedule {
    std::shared_ptr<const Entries> entries;
    EdfScheduler edf;
  };

  // The schedule of one thread, or of some.
  struct alignas(64) Lane {
    mutable BriefLock lock;
    Schedule schedule ABSL_GUARDED_BY(lock);
  };

  // Which entry of other Entries one is; kNew: none.
  struct Mapping {
    static constexpr size_t kNew = ~size_t{0};

    std::shared_ptr<const Entries> from;
    std::vector<size_t> before;  // By new entry.
  };

  double WeightOf(const Entry& entry, TimePoint now) const;
  double PeriodOf(const Entry& entry, TimePoint now) const;
  const Endpoint* PickIn(Lane& lane, TimePoint now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(lane.lock);

  // The last moment at which a schedule over `endpoints` is followed; TimePoint::min():
  // it is not.
  TimePoint UsedUntil(const std::vector<const Endpoint*>& endpoints) const;

  // Lists this with the rotation, from the first call on.
  void JoinRotation();

  // The schedule that lane `number`'s next one goes on from: the own one, else that of the
  // newest other generation that has one; empty where there is none.
  Schedule Previous(size_t number) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(rotation_->mutex);
  Schedule CopyOf(size_t number) const;
  Schedule First(uint64_t picks, std::shared_ptr<const Entries> entries) const;
  Schedule Next(const Schedule& previous, std::shared_ptr<const Entries> entries,
                Mapping& mapping) const;
  std::array<Schedule, kLanes> MakeSchedules(const std::vector<const Endpoint*>& endpoints);

  const EndpointList& endpoints_;
  const Settings settings_;
  const RotationSource source_;
  std::atomic<TimePoint> used_until_{TimePoint::min()};
  std::shared_ptr<Rotation> rotation_;  // Null until it is needed; set once.
  std::array<Lane, kLanes> lanes_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_WEIGHTED_ROTATION_H_
