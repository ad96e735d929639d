// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_LATENCY_SAMPLER_H_
#define MESHROUTE_LIB_SIMULATION_LATENCY_SAMPLER_H_

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/base/random_source.h"
#include "meshroute/simulation/behaviour.h"

namespace meshroute {

// Percentiles by number; -1 stands for a name that is none.
std::vector<std::pair<double, Duration>> SortedPercentiles(
    const std::map<std::string, Duration>& percentiles);

// Draws latencies of one model. Immutable.
class LatencySampler {
 public:
  // No time at all.
  LatencySampler() : model_(Duration::zero()) {}
  explicit LatencySampler(const LatencyModel& model);

  Duration Draw(RandomSource& random) const;

 private:
  using Percentiles = std::vector<std::pair<double, Duration>>;

  std::variant<Duration, UniformLatency, LogNormalLatency, ExponentialLatency, Percentiles> model_;
};

// Evenly from [0, 1), and a number of the standard normal distribution.
double DrawUnit(RandomSource& random);
double DrawNormal(RandomSource& random);

// With mean 1.
double DrawExponential(RandomSource& random);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_LATENCY_SAMPLER_H_
