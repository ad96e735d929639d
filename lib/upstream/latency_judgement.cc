// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/latency_judgement.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace meshroute {
namespace {

// What makes the median distance of a normal distribution its standard deviation.
constexpr double kDeviationsPerMad = 1.4826;

constexpr double kWeightOfTheLast = 0.25;

// Of at least one.
double MedianOf(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

double Milliseconds(double log2_nanoseconds) { return std::exp2(log2_nanoseconds) / 1e6; }

}  // namespace

LatencyJudgement::Verdict LatencyJudgement::Judge(const std::vector<LatencySample>& samples,
                                                  const LatencyDetection& settings) {
  std::vector<LatencySample> judged;
  std::copy_if(samples.begin(), samples.end(), std::back_inserter(judged),
               [&settings](const LatencySample& sample) {
                 return sample.mean.count >= std::max(1U, settings.request_volume);
               });
  Verdict verdict;
  if (judged.empty() || judged.size() < settings.minimum_endpoints) return verdict;

  std::vector<double> values;
  for (const LatencySample& sample : judged) values.push_back(sample.mean.log2);
  const double median = MedianOf(values);
  for (double& value : values) value = std::abs(value - median);
  const double spread = kDeviationsPerMad * MedianOf(std::move(values));

  // Two bars, as logarithms: to be above the one, and to reach the other.
  const double spread_bar = median + settings.mad_factor * spread;
  const double difference = static_cast<double>(settings.minimum_difference.count());
  const double effect_bar = std::max(median + std::log2(settings.minimum_ratio),
                                     std::log2(std::exp2(median) + difference));
  std::stable_sort(
      judged.begin(), judged.end(),
      [](const LatencySample& a, const LatencySample& b) { return a.mean.log2 > b.mean.log2; });
  for (const LatencySample& sample : judged) {
    if (sample.mean.log2 <= spread_bar || sample.mean.log2 < effect_bar) break;
    verdict.slow.push_back(
        {sample.endpoint,
         {"latency", settings.enforcing, Milliseconds(sample.mean.log2),
          Milliseconds(std::max(spread_bar, effect_bar)), Milliseconds(median)}});
  }
  const bool all_slowed = usual_median_.has_value() &&
                          median - *usual_median_ >= std::log2(settings.shared_slowdown_ratio);
  const bool too_many = verdict.slow.size() * 100 > judged.size() * settings.maximum_slow_percent;
  verdict.suppressed = all_slowed || too_many;
  if (!usual_median_.has_value()) usual_median_ = median;
  *usual_median_ += kWeightOfTheLast * (median - *usual_median_);
  return verdict;
}

}  // namespace meshroute
