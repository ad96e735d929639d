// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_virtual_service.h"

namespace meshroute {
namespace {

// The smallest share that Envoy can count: one in a million.
constexpr double kSmallestPercentage = 0.0001;

constexpr std::array<std::string_view, 17> kGrpcStatuses{
    "OK",           "CANCELLED",          "UNKNOWN",
    "NOT_FOUND",    "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "ABORTED",      "ALREADY_EXISTS",     "PERMISSION_DENIED",
    "OUT_OF_RANGE", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "INTERNAL",     "UNIMPLEMENTED",      "UNAVAILABLE",
    "DATA_LOSS",    "UNAUTHENTICATED"};

void CheckShare(ConfigErrors& errors, const std::optional<Percent>& percentage) {
  if (!percentage || percentage->value == 0) return;
  if (percentage->value >= kSmallestPercentage && percentage->value <= 100) return;
  AddAt(errors, "percentage",
        absl::StrCat("must be 0, or a percentage from 0.0001 to 100, got ", percentage->value));
}

void ValidateDelay(const FaultDelay& delay, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "delay");
  CheckShare(errors, delay.percentage);
  CheckDuration(errors, "fixedDelay", delay.fixed_delay);
  if (delay.exponential_delay) {
    AddAt(errors, "exponentialDelay", "is not supported, by Istio neither: use fixedDelay");
  }
  if (delay.percent > 0) {
    ReportAt(errors, "percent", ProblemCode::kDeprecatedField, "is deprecated: use percentage");
  }
}

void ValidateAbort(const FaultAbort& abort, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "abort");
  CheckShare(errors, abort.percentage);
  if (!abort.http_status && !abort.grpc_status && !abort.http2_error) {
    errors.Report(ProblemCode::kNoEffect,
                  "does nothing: it sets none of httpStatus and grpcStatus");
  }
  if (abort.http_status && abort.grpc_status) {
    AddAt(errors, "grpcStatus", "must not stand beside httpStatus");
  }
  // Istio lets 600 pass too.
  if (abort.http_status && (*abort.http_status < 200 || *abort.http_status > 600)) {
    AddAt(errors, "httpStatus",
          absl::StrCat("must be a status code from 200 to 599, got ", *abort.http_status));
  }
  if (abort.grpc_status && std::find(kGrpcStatuses.begin(), kGrpcStatuses.end(),
                                     *abort.grpc_status) == kGrpcStatuses.end()) {
    AddAt(errors, "grpcStatus",
          absl::StrCat("must be the name of a gRPC status such as UNAVAILABLE, got ",
                       Quoted(*abort.grpc_status)));
  }
  if (abort.http2_error) {
    AddAt(errors, "http2Error", "is not supported, by Istio neither: use httpStatus or grpcStatus");
  }
}

}  // namespace

void ValidateFault(const HttpFaultInjection& fault, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "fault");
  if (!fault.delay && !fault.abort) errors.Add("must set one of delay and abort, or both");
  if (fault.delay) ValidateDelay(*fault.delay, errors);
  if (fault.abort) ValidateAbort(*fault.abort, errors);
}

}  // namespace meshroute
