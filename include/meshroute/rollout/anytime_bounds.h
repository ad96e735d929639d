// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROLLOUT_ANYTIME_BOUNDS_H_
#define MESHROUTE_ROLLOUT_ANYTIME_BOUNDS_H_

#include <cstdint>

namespace meshroute {

// An interval that holds a constant rate at every moment at once, with probability
// 1 - alpha: one may look after each trial. For display and for `advance: proven`.
struct RateInterval {
  double low = 0;
  double high = 1;
};

// After `trials` trials, `bad` of which were bad. `alpha` in (0,1).
RateInterval AnytimeRate(int64_t trials, int64_t bad, double alpha);

// Which order statistics hold the q-quantile at every moment: of `samples` sorted
// ones, x[low] <= Q(q) < x[high + 1], counted from 1. Sharpest near `focus` samples.
struct RankInterval {
  int64_t low = 0;
  int64_t high = 0;
};
RankInterval AnytimeQuantileRanks(int64_t samples, double q, double alpha, double focus = 100);

}  // namespace meshroute

#endif  // MESHROUTE_ROLLOUT_ANYTIME_BOUNDS_H_
