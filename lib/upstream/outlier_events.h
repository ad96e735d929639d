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

// As ReadOutcome, of what is not simply an answer.
OutlierEvents ReadFailure(const Outcome& outcome, const OutlierDetection& settings,
                          GrpcTrailers trailers);

// The status by which an answer is judged.
int JudgedStatus(const Outcome& outcome, const OutlierDetection& settings, GrpcTrailers trailers);

// Reads `outcome` as `settings` has it. Without the split a failure to get an
// answer is a 503, a timeout a 504. An overflow, and a call that was given up, say
// nothing of the endpoint.
inline OutlierEvents ReadOutcome(const Outcome& outcome, const OutlierDetection& settings,
                                 GrpcTrailers trailers = GrpcTrailers::kIgnored) {
  if (outcome.kind != Outcome::Kind::kResponse) return ReadFailure(outcome, settings, trailers);
  OutlierEvents events;
  events.first_status = JudgedStatus(outcome, settings, trailers);
  if (settings.split_external_local_origin_errors) {
    events.local_origin = OutlierEvents::LocalOrigin::kSuccess;
  }
  return events;
}

// Whether the attempt failed by the endpoint's fault, or on the way to it.
bool IsFailure(const Outcome& outcome);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_OUTLIER_EVENTS_H_
