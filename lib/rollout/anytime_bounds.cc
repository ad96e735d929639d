// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/anytime_bounds.h"

#include <math.h>  // lgamma_r is not in std.

#include <cmath>

namespace meshroute {
namespace {

// ln of the gamma function. Not std::lgamma, which leaves the sign in a global variable
// that other threads write too.
double LogGamma(double x) {
  int sign = 0;
  return lgamma_r(x, &sign);
}

// ln of the beta function.
double LogBeta(double a, double b) { return LogGamma(a) + LogGamma(b) - LogGamma(a + b); }

// n ln p, where nothing is 0 even if p is.
double TimesLog(double n, double p) { return n == 0 ? 0 : n * std::log(p); }

// Halves [inside, outside] until it is a point: where `is_inside` ends.
template <typename IsInside>
double FindEdge(double inside, double outside, IsInside is_inside) {
  for (int i = 0; i < 200 && inside != outside; ++i) {
    const double middle = inside + (outside - inside) / 2;
    if (middle == inside || middle == outside) break;
    (is_inside(middle) ? inside : outside) = middle;
  }
  return inside;
}

template <typename IsInside>
int64_t FindLastInside(int64_t inside, int64_t outside, IsInside is_inside) {
  while (std::abs(outside - inside) > 1) {
    const int64_t middle = inside + (outside - inside) / 2;
    (is_inside(middle) ? inside : outside) = middle;
  }
  return inside;
}

}  // namespace

RateInterval AnytimeRate(int64_t trials, int64_t bad, double alpha) {
  if (trials <= 0) return {};
  const auto x = static_cast<double>(bad);
  const auto good = static_cast<double>(trials - bad);
  const double constant = LogBeta(1 + x, 1 + good);
  const auto is_inside = [&](double p) {
    return constant - TimesLog(x, p) - TimesLog(good, 1 - p) < -std::log(alpha);
  };
  const double rate = x / static_cast<double>(trials);
  return {.low = bad == 0 ? 0 : FindEdge(rate, 0, is_inside),
          .high = bad == trials ? 1 : FindEdge(rate, 1, is_inside)};
}

RankInterval AnytimeQuantileRanks(int64_t samples, double q, double alpha, double focus) {
  const double a = focus * q;
  const double b = focus * (1 - q);
  const double constant = LogBeta(a, b);
  const auto n = static_cast<double>(samples);
  const auto is_inside = [&](int64_t rank) {
    const auto s = static_cast<double>(rank);
    return LogBeta(a + s, b + n - s) - constant - s * std::log(q) - (n - s) * std::log(1 - q) <
           -std::log(alpha);
  };
  const auto middle = static_cast<int64_t>(std::llround(n * q));
  return {.low = FindLastInside(middle, -1, is_inside),
          .high = FindLastInside(middle, samples + 1, is_inside)};
}

}  // namespace meshroute
