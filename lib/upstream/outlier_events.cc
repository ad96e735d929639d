// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/outlier_events.h"

#include <algorithm>

namespace meshroute {
namespace {

using Kind = Outcome::Kind;
using LocalOrigin = OutlierEvents::LocalOrigin;

// Whether there was a connection to send the attempt on.
bool WasConnected(const Outcome& outcome) {
  if (outcome.kind == Kind::kTimeout) return outcome.request_sent;
  return outcome.kind != Kind::kConnectFailed && outcome.kind != Kind::kConnectTimeout;
}

// The status of the response headers, if any came: a transport may tell it of an
// answer that broke off; where it does not, headers that came are taken for good.
int HeadersStatus(const Outcome& outcome, const OutlierDetection& settings, GrpcTrailers trailers) {
  if (outcome.status != 0) return JudgedStatus(outcome, settings, trailers);
  return outcome.kind == Kind::kResetAfterHeaders ? 200 : 0;
}

// What ended on this side alone tells nothing of the endpoint.
bool SaysNothing(Kind kind) {
  return kind == Kind::kOverflow || kind == Kind::kNotReady || kind == Kind::kCancelled;
}

}  // namespace

int JudgedStatus(const Outcome& outcome, const OutlierDetection& settings, GrpcTrailers trailers) {
  if (outcome.grpc_status != Outcome::kNoGrpcStatus) return HttpStatusOfGrpc(outcome.grpc_status);
  if (trailers == GrpcTrailers::kCounted && outcome.grpc_trailer_status != Outcome::kNoGrpcStatus) {
    return HttpStatusOfGrpc(outcome.grpc_trailer_status);
  }
  const std::vector<uint32_t>& errors = settings.outlier_detection_http_error_codes;
  if (errors.empty()) return outcome.status;
  const bool listed = std::find(errors.begin(), errors.end(),
                                static_cast<uint32_t>(outcome.status)) != errors.end();
  if (!listed) return 200;
  return outcome.status < 500 ? 500 : outcome.status;
}

OutlierEvents ReadFailure(const Outcome& outcome, const OutlierDetection& settings,
                          GrpcTrailers trailers) {
  OutlierEvents events;
  if (SaysNothing(outcome.kind)) return events;
  events.first_status = HeadersStatus(outcome, settings, trailers);
  if (settings.split_external_local_origin_errors) {
    events.local_origin =
        WasConnected(outcome) ? LocalOrigin::kSuccessThenFailure : LocalOrigin::kFailure;
    return events;
  }
  const int status = outcome.kind == Kind::kTimeout ? 504 : 503;
  (events.first_status == 0 ? events.first_status : events.second_status) = status;
  return events;
}

bool IsFailure(const Outcome& outcome) {
  if (SaysNothing(outcome.kind)) return false;
  if (outcome.kind != Kind::kResponse) return true;
  if (outcome.grpc_status == Outcome::kNoGrpcStatus) return outcome.status >= 500;
  return HttpStatusOfGrpc(outcome.grpc_status) >= 500;
}

}  // namespace meshroute
