// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_ARRIVAL_STREAM_H_
#define MESHROUTE_LIB_SIMULATION_ARRIVAL_STREAM_H_

#include <cstddef>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/base/random_source.h"
#include "meshroute/simulation/scenario.h"

namespace meshroute {

// Calls a second at `moment`, bursts included.
double RateAt(const Arrivals& arrivals, Duration moment);

// The moments at which calls begin, one after the other: how long the integral of the
// rate takes to grow by 1 or, for a Poisson process, by an exponential number. So it
// is exact under ramps and bursts too. Thread-compatible.
class ArrivalStream {
 public:
  // Moments from 0 to `end`. `random` must outlive the stream.
  ArrivalStream(const Arrivals& arrivals, Duration end, RandomSource& random);

  // The next moment since the start; `end` where there is none before it.
  Duration Next();

 private:
  // The rate is a line from `rate` at `from` to `rate + growth * length`.
  struct Piece {
    double from = 0;  // Seconds.
    double until = 0;
    double rate = 0;
    double growth = 0;  // A second.
  };

  static std::vector<Piece> PiecesOf(const Arrivals& arrivals, Duration end);

  const Arrivals::Process process_;
  const Duration end_;
  RandomSource& random_;
  std::vector<Piece> pieces_;
  size_t piece_ = 0;
  double now_ = 0;  // Seconds.
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_ARRIVAL_STREAM_H_
