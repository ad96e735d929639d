// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CALL_RETRY_H_
#define MESHROUTE_CALL_RETRY_H_

#include <cstdint>

#include "meshroute/call/call_options.h"
#include "meshroute/message/outcome.h"
#include "meshroute/routing/policies.h"

namespace meshroute {

// Whether any byte of the request has reached the wire in an attempt so far.
enum class RequestSent : uint8_t { kNo, kYes };

// Whether `policy` asks for another attempt after `outcome`, as Envoy decides:
// by the response (status, trailers-only grpc-status, x-envoy-ratelimited) or,
// without one, by how the attempt died. `sent` is of the whole call: once a byte
// was sent, `reset-before-request` holds no more. What `idempotency` adds or
// forbids stands at CallOptions. Overflow and cancellation are never retried,
// and answers made here never count as responses. Pure.
bool AsksForRetry(const RetryPolicy& policy, const Outcome& outcome, RequestSent sent,
                  CallOptions::Idempotency idempotency);

}  // namespace meshroute

#endif  // MESHROUTE_CALL_RETRY_H_
