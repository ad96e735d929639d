// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_PRIORITY_BALANCER_H_
#define MESHROUTE_LIB_UPSTREAM_PRIORITY_BALANCER_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "lib/upstream/priority_loads.h"
#include "meshroute/base/random_source.h"
#include "meshroute/upstream/endpoint_list.h"
#include "meshroute/upstream/endpoint_set.h"
#include "meshroute/upstream/load_balancer.h"

namespace meshroute {

// Balancing over endpoints that are not all alike: of several priorities, with
// degraded ones among them, or where a panic threshold is set. Chooses the
// priority, and in it the healthy, the degraded or (in panic) all endpoints, by
// their share of the load; then leaves the choice to a balancer of those. A retry that
// is to leave the priorities which its call has tried divides the load anew between the
// others. Lock-free where that one is. Thread-safe.
class PriorityBalancer final : public LoadBalancer {
 public:
  enum class ByHash : bool { kNo, kYes };

  // Makes the balancer of one list.
  using MakeBalancer = std::function<std::unique_ptr<LoadBalancer>(
      const EndpointList& endpoints, uint32_t priority, EndpointList::Eligible eligible)>;

  struct Settings {
    uint32_t panic_threshold = 0;  // Percent; 0: no panic.

    // Hash balancers choose the priority by the key's hash too, so that a key stays
    // in its priority, and never use degraded endpoints.
    ByHash by_hash = ByHash::kNo;
  };

  // `endpoints` and `random` must outlive the balancer.
  PriorityBalancer(const EndpointSet& endpoints, Settings settings, const MakeBalancer& make,
                   RandomSource& random);

  const Endpoint* Pick(const PickContext& context) override;
  void OnAvailabilityChange() override;
  void OnEnd(const Endpoint& endpoint, const Outcome& outcome, TimePoint now) override;

 private:
  // A list of endpoints and the balancer that chooses from it.
  struct Source {
    EndpointList endpoints;
    std::unique_ptr<LoadBalancer> balancer;
  };
  // The sources of one priority; null where they can never be used.
  struct Level {
    std::vector<const Endpoint*> members;
    std::unique_ptr<Source> healthy;
    std::unique_ptr<Source> degraded;
    std::unique_ptr<Source> all;
  };

  // What a retry goes by, of one priority. Null sources are those that nobody uses now.
  struct Serving {
    uint32_t priority = 0;
    std::atomic<uint32_t> healthy_capacity{0};
    std::atomic<uint32_t> degraded_capacity{0};
    std::atomic<Source*> healthy{nullptr};
    std::atomic<Source*> degraded{nullptr};
  };
  static constexpr size_t kRetriedLevels = 64;  // A retry goes to one of the first ones.

  // Divides the load anew between the sources.
  void Divide();

  // The source of an attempt, drawn where several have a share; null: none has.
  Source* Choose(const PickContext& context);

  // As Choose for a retry that leaves what was tried; null: where all others are down.
  Source* ChooseUntried(const PickContext& context);
  Source* Draw(std::span<const PriorityLoad> loads, const PickContext& context);
  uint64_t Draw(const PickContext& context);
  Source* HealthySource(const Level& level, const PriorityLoad& load) const;
  Source* DegradedSource(const Level& level, const PriorityLoad& load) const;
  const Endpoint* PickElsewhere(const Source* tried, const PickContext& context);

  const Settings settings_;
  RandomSource& random_;
  std::vector<Level> levels_;
  std::vector<std::unique_ptr<Serving>> serving_;  // By level; at most kRetriedLevels.

  // Who serves each percent of the load. While it is being changed a reader finds
  // an old or a new source.
  std::array<std::atomic<Source*>, 100> shares_;

  // The source of all 100, or nullptr: then a share is drawn.
  std::atomic<Source*> sole_{nullptr};
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_PRIORITY_BALANCER_H_
