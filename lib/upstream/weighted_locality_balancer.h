// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_WEIGHTED_LOCALITY_BALANCER_H_
#define MESHROUTE_LIB_UPSTREAM_WEIGHTED_LOCALITY_BALANCER_H_

#include <atomic>
#include <cstdint>
#include <vector>

#include "lib/upstream/locality_schedule.h"
#include "lib/upstream/locality_sources.h"
#include "meshroute/base/random_source.h"
#include "meshroute/upstream/load_balancer.h"

namespace meshroute {

// Chooses a locality by weight, on an EDF schedule as Envoy has it, and leaves the choice
// of an endpoint to that one's balancer. Lock-free where those are. Thread-safe.
class WeightedLocalityBalancer final : public LoadBalancer {
 public:
  // `weights` are by number of the source. `random` must outlive the balancer.
  WeightedLocalityBalancer(LocalitySources sources, std::vector<uint64_t> weights,
                           RandomSource& random);

  const Endpoint* Pick(const PickContext& context) override;
  void OnAvailabilityChange() override;
  void OnEnd(const Endpoint& endpoint, const Outcome& outcome, TimePoint now) override {
    sources_.OnEnd(endpoint, outcome, now);
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr uint32_t kScheduled = UINT32_MAX - 1;

  // Works out the schedule anew; draws where it starts, if there is a choice.
  void Schedule();

  LocalitySources sources_;
  const std::vector<uint64_t> weights_;
  RandomSource& random_;
  LocalitySchedule schedule_;
  std::atomic<uint32_t> sole_{kNone};  // The one locality that has a share, or as above.
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_WEIGHTED_LOCALITY_BALANCER_H_
