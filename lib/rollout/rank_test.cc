// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <vector>

#include "meshroute/rollout/other_tests.h"

namespace meshroute {
namespace {

struct Ranked {
  double value = 0;
  bool is_canary = false;
};

// The deviation of the canary's rank sum from its mean, in standard deviations, with
// `shift` taken off the canary's values.
class ShiftedRanks {
 public:
  ShiftedRanks(std::span<const double> canary, std::span<const double> baseline)
      : canary_(canary), baseline_(baseline) {}

  double Deviation(double shift) const {
    std::vector<Ranked> pooled;
    pooled.reserve(canary_.size() + baseline_.size());
    for (const double value : canary_) pooled.push_back({value - shift, true});
    for (const double value : baseline_) pooled.push_back({value, false});
    std::sort(pooled.begin(), pooled.end(),
              [](const Ranked& a, const Ranked& b) { return a.value < b.value; });
    const auto nx = static_cast<double>(canary_.size());
    const auto ny = static_cast<double>(baseline_.size());
    double ranks = 0;
    double ties = 0;
    for (size_t begin = 0; begin < pooled.size();) {
      size_t end = begin;
      double canaries = 0;
      for (; end < pooled.size() && pooled[end].value == pooled[begin].value; ++end) {
        canaries += pooled[end].is_canary ? 1 : 0;
      }
      const auto size = static_cast<double>(end - begin);
      ranks += canaries * static_cast<double>(begin + end + 1) / 2;
      ties += size * size * size - size;
      begin = end;
    }
    const double deviation = ranks - nx * (nx + 1) / 2 - nx * ny / 2;
    const double n = nx + ny;
    const double sigma = std::sqrt(nx * ny / 12 * ((n + 1) - ties / (n * (n - 1))));
    const double sign = deviation > 0 ? 1 : deviation < 0 ? -1 : 0;
    return sigma > 0 ? (deviation - 0.5 * sign) / sigma : 0;
  }

 private:
  const std::span<const double> canary_;
  const std::span<const double> baseline_;
};

// The shift at which the falling step function Deviation no longer exceeds `level`,
// within [low, high].
double FindShift(const ShiftedRanks& ranks, double level, double low, double high) {
  if (ranks.Deviation(low) <= level) return low;
  if (ranks.Deviation(high) > level) return high;
  for (int i = 0; i < 200; ++i) {
    const double middle = low + (high - low) / 2;
    if (middle == low || middle == high) break;
    (ranks.Deviation(middle) > level ? low : high) = middle;
  }
  return high;
}

// The z with P(Z <= z) = p of a standard normal.
double NormalQuantile(double p) {
  double low = -40;
  double high = 40;
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    (std::erfc(-middle / std::sqrt(2.0)) / 2 < p ? low : high) = middle;
  }
  return low;
}

double MeanOf(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

RankTest CompareRanks(std::span<const double> canary, std::span<const double> baseline,
                      RankTestSettings settings) {
  RankTest test;
  if (canary.empty() || baseline.empty()) return test;
  if (std::equal(canary.begin(), canary.end(), baseline.begin(), baseline.end())) return test;
  const auto [canary_low, canary_high] = std::minmax_element(canary.begin(), canary.end());
  const auto [baseline_low, baseline_high] = std::minmax_element(baseline.begin(), baseline.end());
  const double low = *canary_low - *baseline_high;
  const double high = *canary_high - *baseline_low;
  const double z = NormalQuantile((1 - settings.confidence) / 2);
  const ShiftedRanks ranks(canary, baseline);
  test.low = FindShift(ranks, -z, low, high);
  test.high = FindShift(ranks, z, low, high);
  test.estimate = FindShift(ranks, 0, low, high);
  const double band = settings.tolerance * std::abs(test.estimate);
  if (test.low > band && MeanOf(canary) >= settings.allowed_increase * MeanOf(baseline)) {
    test.verdict = RankTest::Verdict::kHigh;
  } else if (test.high < -band) {
    test.verdict = RankTest::Verdict::kLow;
  }
  return test;
}

}  // namespace meshroute
