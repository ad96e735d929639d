// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/rate_judgement.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace meshroute {
namespace {

std::vector<RateSample> WithVolume(const std::vector<RateSample>& samples, uint32_t volume) {
  std::vector<RateSample> enough;
  std::copy_if(samples.begin(), samples.end(), std::back_inserter(enough),
               [volume](const RateSample& sample) {
                 return sample.count.total > 0 && sample.count.total >= volume;
               });
  return enough;
}

// Those of `samples` that `is_outlier`, the lowest rate first; in declared order where
// rates are the same.
template <typename Predicate>
std::vector<RateSample> WorstFirst(std::vector<RateSample> samples, Predicate is_outlier) {
  samples.erase(std::remove_if(samples.begin(), samples.end(),
                               [&](const RateSample& sample) { return !is_outlier(sample); }),
                samples.end());
  std::stable_sort(samples.begin(), samples.end(), [](const RateSample& a, const RateSample& b) {
    return a.success_rate() < b.success_rate();
  });
  return samples;
}

}  // namespace

std::vector<Outlier> JudgeSuccessRate(const std::vector<RateSample>& samples,
                                      const SuccessRateDetection& settings, RateOrigin origin) {
  const std::vector<RateSample> judged = WithVolume(samples, settings.request_volume);
  if (judged.empty() || judged.size() < settings.minimum_endpoints) return {};
  const auto size = static_cast<double>(judged.size());
  double sum = 0;
  for (const RateSample& sample : judged) sum += sample.success_rate();
  const double mean = sum / size;
  double squares = 0;
  for (const RateSample& sample : judged) squares += std::pow(sample.success_rate() - mean, 2);
  const double threshold = mean - settings.stdev_factor * std::sqrt(squares / size);

  Finding finding{"success_rate", settings.enforcing, 0, threshold, mean};
  if (origin == RateOrigin::kLocal) {
    finding.reason = "local_origin_success_rate";
    finding.enforcing = settings.enforcing_local_origin;
  }
  std::vector<Outlier> outliers;
  for (const RateSample& sample : WorstFirst(
           judged, [threshold](const RateSample& s) { return s.success_rate() < threshold; })) {
    finding.value = sample.success_rate();
    outliers.push_back({sample.endpoint, finding});
  }
  return outliers;
}

std::vector<Outlier> JudgeFailurePercentage(const std::vector<RateSample>& samples,
                                            const FailurePercentageDetection& settings,
                                            RateOrigin origin) {
  const std::vector<RateSample> judged = WithVolume(samples, settings.request_volume);
  if (judged.size() < settings.minimum_endpoints) return {};
  Finding finding{"failure_percentage", settings.enforcing, 0,
                  static_cast<double>(settings.threshold), 0};
  if (origin == RateOrigin::kLocal) {
    finding.reason = "local_origin_failure_percentage";
    finding.enforcing = settings.enforcing_local_origin;
  }
  std::vector<Outlier> outliers;
  for (const RateSample& sample : WorstFirst(judged, [&settings](const RateSample& s) {
         return 100.0 - s.success_rate() >= settings.threshold;
       })) {
    finding.value = 100.0 - sample.success_rate();
    outliers.push_back({sample.endpoint, finding});
  }
  return outliers;
}

}  // namespace meshroute
