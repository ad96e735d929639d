// SPDX-License-Identifier: Apache-2.0
#include "meshroute/call/retry.h"

#include <algorithm>

namespace meshroute {
namespace {

bool Has(const RetryPolicy& policy, uint32_t conditions) {
  return (policy.conditions & conditions) != 0;
}

bool GrpcStatusAsks(const RetryPolicy& policy, int grpc_status) {
  switch (grpc_status) {
    case 1:
      return Has(policy, RetryPolicy::kGrpcCancelled);
    case 4:
      return Has(policy, RetryPolicy::kGrpcDeadlineExceeded);
    case 8:
      return Has(policy, RetryPolicy::kGrpcResourceExhausted);
    case 13:
      return Has(policy, RetryPolicy::kGrpcInternal);
    case 14:
      return Has(policy, RetryPolicy::kGrpcUnavailable);
    default:
      return false;
  }
}

bool ResponseAsks(const RetryPolicy& policy, const Outcome& outcome) {
  // A rate-limited answer is retried under this one name and no other.
  if (outcome.rate_limited) return Has(policy, RetryPolicy::kEnvoyRateLimited);

  const int status = outcome.status;
  if (status >= 500 && status <= 599 && Has(policy, RetryPolicy::k5xx)) return true;
  if (status >= 502 && status <= 504 && Has(policy, RetryPolicy::kGatewayError)) return true;
  if (status == 409 && Has(policy, RetryPolicy::kRetriable4xx)) return true;
  if (Has(policy, RetryPolicy::kRetriableStatusCodes) &&
      std::binary_search(policy.status_codes.begin(), policy.status_codes.end(), status)) {
    return true;
  }
  return GrpcStatusAsks(policy, outcome.grpc_status);
}

bool ResetAsks(const RetryPolicy& policy, const Outcome& outcome, RequestSent sent) {
  if (Has(policy, RetryPolicy::k5xx | RetryPolicy::kGatewayError | RetryPolicy::kReset)) {
    return true;
  }
  if (Has(policy, RetryPolicy::kResetBeforeRequest) && sent == RequestSent::kNo) return true;
  switch (outcome.kind) {
    case Outcome::Kind::kConnectFailed:
    case Outcome::Kind::kConnectTimeout:
      return Has(policy, RetryPolicy::kConnectFailure);
    case Outcome::Kind::kRefusedStream:
      return Has(policy, RetryPolicy::kRefusedStream);
    default:
      return false;
  }
}

bool ConnectionDied(Outcome::Kind kind) {
  return kind == Outcome::Kind::kResetBeforeHeaders || kind == Outcome::Kind::kResetAfterHeaders;
}

}  // namespace

bool AsksForRetry(const RetryPolicy& policy, const Outcome& outcome, RequestSent sent,
                  CallOptions::Idempotency idempotency) {
  using Kind = Outcome::Kind;
  if (policy.attempts == 0) return false;
  // These ended on this side: another attempt would end in the same way.
  if (outcome.kind == Kind::kOverflow || outcome.kind == Kind::kNotReady) return false;
  if (outcome.kind == Kind::kCancelled) return false;

  using Idempotency = CallOptions::Idempotency;
  if (idempotency == Idempotency::kNotIdempotent && sent == RequestSent::kYes) return false;
  if (idempotency == Idempotency::kIdempotent && ConnectionDied(outcome.kind)) return true;

  if (outcome.kind == Kind::kResponse) return ResponseAsks(policy, outcome);
  // Envoy has passed the head on by then and cannot take it back.
  if (outcome.kind == Kind::kResetAfterHeaders) return false;
  return ResetAsks(policy, outcome, sent);
}

}  // namespace meshroute
