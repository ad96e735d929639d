// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_RATE_JUDGEMENT_H_
#define MESHROUTE_LIB_UPSTREAM_RATE_JUDGEMENT_H_

#include <vector>

#include "lib/upstream/outlier.h"
#include "meshroute/upstream/endpoint_statistics.h"

namespace meshroute {

// The answers of an endpoint between two sweeps.
struct RateSample {
  const Endpoint* endpoint = nullptr;
  AnswerTally::Count count;

  double success_rate() const { return 100.0 * count.good / count.total; }
};

// What the samples are of: answers, or whether the endpoint was reached.
enum class RateOrigin : uint8_t { kExternal, kLocal };

// Whose success rate is below that of all by more than the deviations allowed, the
// worst first. `samples` are of endpoints in service, with answers.
std::vector<Outlier> JudgeSuccessRate(const std::vector<RateSample>& samples,
                                      const SuccessRateDetection& settings, RateOrigin origin);

// Whose share of failures reaches the threshold, the worst first.
std::vector<Outlier> JudgeFailurePercentage(const std::vector<RateSample>& samples,
                                            const FailurePercentageDetection& settings,
                                            RateOrigin origin);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_RATE_JUDGEMENT_H_
