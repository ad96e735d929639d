// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_LATENCY_AWARE_BALANCER_H_
#define MESHROUTE_LIB_UPSTREAM_LATENCY_AWARE_BALANCER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "lib/upstream/latency_estimate.h"
#include "lib/upstream/weight_tree.h"
#include "meshroute/base/random_source.h"
#include "meshroute/config/load_balancer_extension.h"
#include "meshroute/upstream/endpoint_list.h"
#include "meshroute/upstream/load_balancer.h"

namespace meshroute {

// Divides the traffic by latency (LatencyAwareSettings has the formula): draws two
// endpoints in proportion to weight / latency, which may be the same twice, and then one
// of them, each with a chance in proportion to the other's active requests + 1.
//
// Weights lie in a tree of sums. One is changed when it is off by more than a sixteenth,
// so that in steady times picks and ends only read what threads share. What the
// endpoints' estimates say is learned by whoever ends attempts, with Learner(), before
// OnEnd. Lock-free. Thread-safe.
class LatencyAwareBalancer final : public LoadBalancer {
 public:
  // Both references must outlive the balancer.
  LatencyAwareBalancer(const EndpointList& endpoints, const LatencyAwareSettings& settings,
                       RandomSource& random);
  ~LatencyAwareBalancer() override;

  static LatencyLearner Learner(const LatencyAwareSettings& settings) {
    return LatencyLearner(settings.half_life, LatencyLearner::Rise::kGradual);
  }

  // Draws two numbers, and a third where they name different endpoints.
  const Endpoint* Pick(const PickContext& context) override;
  void OnAvailabilityChange() override;
  void OnEnd(const Endpoint& endpoint, const Outcome& outcome, TimePoint now) override;

  // The part of the weights that a member of the list has, for tests: 0..1.
  double ShareOf(size_t member) const;

 private:
  // The numbers of the members, by their state.
  struct Numbers;

  uint64_t WeightOf(const Endpoint& member) const;

  // The least weight of anybody, where all together weigh `total`.
  uint64_t FloorOf(uint64_t total) const;

  // Brings the weight of a member up to date.
  void Renew(size_t number);

  const EndpointList& endpoints_;
  RandomSource& random_;
  const float initial_nanoseconds_;
  const std::unique_ptr<const Numbers> numbers_;
  WeightTree tree_;  // By member; of those that are not eligible 0.
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_LATENCY_AWARE_BALANCER_H_
