// SPDX-License-Identifier: Apache-2.0
#include "lib/simulation/poisson.h"

#include <cmath>

#include "lib/simulation/latency_sampler.h"

namespace meshroute {
namespace {

constexpr double kFew = 10;

uint64_t DrawFew(double mean, RandomSource& random) {
  const double floor = std::exp(-mean);
  uint64_t count = 0;
  for (double product = DrawUnit(random); product > floor; product *= DrawUnit(random)) ++count;
  return count;
}

uint64_t DrawMany(double mean, RandomSource& random) {
  const double b = 0.931 + 2.53 * std::sqrt(mean);
  const double a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  const double quick = 0.9277 - 3.6224 / (b - 2);
  const double log_mean = std::log(mean);
  for (;;) {
    const double u = DrawUnit(random) - 0.5;
    const double v = DrawUnit(random);
    const double us = 0.5 - std::fabs(u);
    const double k = std::floor((2 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= quick) return static_cast<uint64_t>(k);
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const double left = std::log(v * inverse_alpha / (a / (us * us) + b));
    if (left <= k * log_mean - mean - std::lgamma(k + 1)) return static_cast<uint64_t>(k);
  }
}

}  // namespace

uint64_t DrawPoisson(double mean, RandomSource& random) {
  if (!(mean > 0)) return 0;
  return mean < kFew ? DrawFew(mean, random) : DrawMany(mean, random);
}

}  // namespace meshroute
