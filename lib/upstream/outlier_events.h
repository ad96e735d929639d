// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_OUTLIER_EVENTS_H_
#define MESHROUTE_LIB_UPSTREAM_OUTLIER_EVENTS_H_

#include <cstdint>

#include "meshroute/config/traffic_policy.h"
#include "meshroute/message/outcome.h"

namespace meshroute {

// What the end of one attempt is to the outlier detector: up to two status codes
// and up to two results of local origin, in the order in which they happened. An
// upstream that answered and then broke off, for one, gave a status first and a
// failure afterwards.
struct OutlierEvents {
  // Of splitExternalLocalOriginErrors: whether the endpoint was reached.
  enum class LocalOrigin : uint8_t { kNothing, kSuccess, kFailure, kSuccessThenFailure };

  int first_status = 0;   // 0: none.
  int second_status = 0;  // 0: none.
  LocalOrigin local_origin = LocalOrigin::kNothing;

  bool operator==(const OutlierEvents&) const = default;
};

// Whether a gRPC status in trailers is looked at.
enum class GrpcTrailers : uint8_t { kIgnored, kCounted };

// Reads `outcome` as `settings` has it. Without the split a failure to get an
// answer is a 503, a timeout a 504. An overflow, and a call that was given up, say
// nothing of the endpoint.
OutlierEvents ReadOutcome(const Outcome& outcome, const OutlierDetection& settings,
                          GrpcTrailers trailers = GrpcTrailers::kIgnored);

// Whether the attempt failed by the endpoint's fault, or on the way to it.
bool IsFailure(const Outcome& outcome);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_OUTLIER_EVENTS_H_
