// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROUTING_POLICIES_H_
#define MESHROUTE_ROUTING_POLICIES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/config/http_actions.h"

namespace meshroute {

// HttpRetry, worked out: what the retry stage of a call obeys. Immutable.
struct RetryPolicy {
  // Names of `retryOn`, as bits of `conditions`.
  enum Condition : uint32_t {
    k5xx = 1u << 0,
    kGatewayError = 1u << 1,
    kReset = 1u << 2,
    kResetBeforeRequest = 1u << 3,
    kConnectFailure = 1u << 4,
    kRetriable4xx = 1u << 5,
    kRefusedStream = 1u << 6,
    kRetriableStatusCodes = 1u << 7,
    kRetriableHeaders = 1u << 8,  // Never true: Istio cannot name the headers.
    kEnvoyRateLimited = 1u << 9,
    kHttp3PostConnectFailure = 1u << 10,  // Never true: there is no HTTP/3.
    kGrpcCancelled = 1u << 11,
    kGrpcDeadlineExceeded = 1u << 12,
    kGrpcInternal = 1u << 13,
    kGrpcResourceExhausted = 1u << 14,
    kGrpcUnavailable = 1u << 15,
  };

  uint32_t attempts = 0;        // Sends after the first.
  Duration per_try_timeout{0};  // 0: none.
  uint32_t conditions = 0;
  std::vector<int> status_codes;  // Of kRetriableStatusCodes; sorted.
  Duration backoff_base{0};
  Duration backoff_maximum{0};
  bool avoid_previous_endpoints = true;
  bool leave_tried_priorities = false;  // retryRemoteLocalities

  // `retry` has passed Validate. `consistent_hash`: the rule's single
  // destination hashes, which turns previous-host avoidance off unless asked for.
  enum class Hashing : uint8_t { kNone, kSingleDestination };
  static RetryPolicy Compile(const HttpRetry& retry, Hashing hashing);

  // `conditions` and `status_codes` as `retryOn` spells them: "connect-failure,503".
  std::string RetryOn() const;
};

// HttpFaultInjection, worked out. A share of 0 never fires. Immutable.
struct FaultPolicy {
  Duration delay{0};
  uint32_t delay_millionths = 0;
  int abort_http_status = 0;   // 0: none.
  int abort_grpc_status = -1;  // -1: none. Answered as HTTP 200 with grpc-status.
  uint32_t abort_millionths = 0;

  bool empty() const { return delay_millionths == 0 && abort_millionths == 0; }

  static FaultPolicy Compile(const HttpFaultInjection& fault);
};

}  // namespace meshroute

#endif  // MESHROUTE_ROUTING_POLICIES_H_
