// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/other_tests.h"

#include <cmath>

namespace meshroute {
namespace {

// Kullback-Leibler divergence of two coins.
double Divergence(double p, double q) {
  return p * std::log(p / q) + (1 - p) * std::log((1 - p) / (1 - q));
}

double RateOf(ArmCounts counts) {
  return static_cast<double>(counts.bad) / static_cast<double>(counts.trials);
}

}  // namespace

WaldTest MakeWaldTest(double low, double high, WaldErrors errors) {
  WaldTest test;
  const double alpha = errors.alpha;
  const double beta = errors.beta;
  test.accept_high = std::log((1 - beta) / alpha);
  test.accept_low = std::log(beta / (1 - alpha));
  test.bad = std::log(high / low);
  test.good = std::log((1 - high) / (1 - low));
  test.expected_if_high =
      ((1 - beta) * test.accept_high + beta * test.accept_low) / Divergence(high, low);
  test.expected_if_low =
      (alpha * test.accept_high + (1 - alpha) * test.accept_low) / -Divergence(low, high);
  return test;
}

double MixtureRatio(ArmCounts canary, ArmCounts baseline, double tau2) {
  const double pooled = static_cast<double>(canary.bad + baseline.bad) /
                        static_cast<double>(canary.trials + baseline.trials);
  const double variance =
      pooled * (1 - pooled) *
      (1 / static_cast<double>(canary.trials) + 1 / static_cast<double>(baseline.trials));
  if (variance <= 0) return 1;
  const double difference = RateOf(canary) - RateOf(baseline);
  return std::sqrt(variance / (variance + tau2)) *
         std::exp(tau2 * difference * difference / (2 * variance * (variance + tau2)));
}

double BlockFactor(ArmCounts canary, ArmCounts baseline, double canary_rate, double baseline_rate) {
  const auto trials = static_cast<double>(canary.trials + baseline.trials);
  const double common = (static_cast<double>(baseline.trials) * baseline_rate +
                         static_cast<double>(canary.trials) * canary_rate) /
                        trials;
  const auto factor = [common](ArmCounts counts, double rate) {
    return std::pow(rate / common, static_cast<double>(counts.bad)) *
           std::pow((1 - rate) / (1 - common), static_cast<double>(counts.trials - counts.bad));
  };
  return factor(canary, canary_rate) * factor(baseline, baseline_rate);
}

}  // namespace meshroute
