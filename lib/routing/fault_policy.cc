// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string_view>

#include "meshroute/routing/policies.h"

namespace meshroute {
namespace {

constexpr uint32_t kMillionthsOfPercent = 10'000;

// By number.
constexpr std::array<std::string_view, 17> kGrpcStatuses{
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
};

// The number of a gRPC status, or -1 for a name that is none.
int GrpcStatusOf(std::string_view name) {
  const auto found = std::find(kGrpcStatuses.begin(), kGrpcStatuses.end(), name);
  return found == kGrpcStatuses.end() ? -1 : static_cast<int>(found - kGrpcStatuses.begin());
}

uint32_t ShareOf(const FaultDelay& delay) {
  if (delay.percentage) return delay.percentage->Millionths();
  // Nobody checks the old field: above 100 is always, below 0 never.
  return static_cast<uint32_t>(std::clamp(delay.percent, 0, 100)) * kMillionthsOfPercent;
}

}  // namespace

FaultPolicy FaultPolicy::Compile(const HttpFaultInjection& fault) {
  FaultPolicy policy;
  if (fault.delay && fault.delay->fixed_delay && *fault.delay->fixed_delay > Duration(0)) {
    policy.delay = *fault.delay->fixed_delay;
    policy.delay_millionths = ShareOf(*fault.delay);
  }
  if (fault.abort) {
    policy.abort_http_status = fault.abort->http_status.value_or(0);
    if (fault.abort->grpc_status) {
      policy.abort_grpc_status = GrpcStatusOf(*fault.abort->grpc_status);
    }
    const bool has_status = policy.abort_http_status != 0 || policy.abort_grpc_status >= 0;
    if (has_status && fault.abort->percentage) {
      policy.abort_millionths = fault.abort->percentage->Millionths();
    }
  }
  return policy;
}

}  // namespace meshroute
