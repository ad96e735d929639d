// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROLLOUT_OTHER_TESTS_H_
#define MESHROUTE_ROLLOUT_OTHER_TESTS_H_

#include <cstdint>
#include <span>

namespace meshroute {

// Known tests beside the one of score.h, for reports and for comparison. None of
// them decides a rollout. Pure.

// Wald's test between two constant rates: `low` is fine, `high` is not.
struct WaldTest {
  double accept_high = 0;       // A: at or above it the rate is taken for `high`.
  double accept_low = 0;        // B: at or below it, for `low`.
  double bad = 0;               // What a bad trial adds,
  double good = 0;              // and a good one.
  double expected_if_high = 0;  // Trials until the verdict, on average.
  double expected_if_low = 0;
};
struct WaldErrors {
  double alpha = 0.001;  // `high` is said of `low`.
  double beta = 0.05;    // `low` is said of `high`.
};
WaldTest MakeWaldTest(double low, double high, WaldErrors errors);

// Counts of two arms.
struct ArmCounts {
  int64_t bad = 0;
  int64_t trials = 0;
};

// The mixture sequential probability ratio test with a normal prior of variance
// `tau2`: a likelihood ratio, which rejects at 1/alpha. Asymptotic: not safe for rare
// errors.
double MixtureRatio(ArmCounts canary, ArmCounts baseline, double tau2);

// The factor of one block of the e-variable for two streams that are not randomised:
// `baseline_rate` and `canary_rate` are the alternative.
double BlockFactor(ArmCounts canary, ArmCounts baseline, double canary_rate, double baseline_rate);

// Kayenta's judgement of two samples by the Mann-Whitney test.
struct RankTest {
  enum class Verdict : uint8_t { kPass, kHigh, kLow };

  double low = 0;  // Of the shift between the samples, at `confidence`.
  double high = 0;
  double estimate = 0;
  Verdict verdict = Verdict::kPass;
};
struct RankTestSettings {
  double confidence = 0.98;
  double tolerance = 0.25;        // Of the estimate: a shift that does not matter.
  double allowed_increase = 1.0;  // Least ratio of the means to be called high.
};
RankTest CompareRanks(std::span<const double> canary, std::span<const double> baseline,
                      RankTestSettings settings = {});

}  // namespace meshroute

#endif  // MESHROUTE_ROLLOUT_OTHER_TESTS_H_
