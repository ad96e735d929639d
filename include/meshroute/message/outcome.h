// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_MESSAGE_OUTCOME_H_
#define MESHROUTE_MESSAGE_OUTCOME_H_

#include <cstdint>
#include <string_view>

#include "meshroute/base/clock.h"
#include "meshroute/message/headers.h"

namespace meshroute {

// How one attempt ended, as its transport saw it. The retry policy and the
// outlier detector judge by it. Small; copied freely.
struct Outcome {
  enum class Kind : uint8_t {
    kResponse,            // The upstream answered: `status` says what.
    kConnectFailed,       // No connection: refused, unreachable, TLS failed.
    kConnectTimeout,      // No connection within tcp.connectTimeout.
    kResetBeforeHeaders,  // The connection died before any response header.
    kResetAfterHeaders,   // It died inside the response.
    kTimeout,             // The attempt's deadline passed.
    kRefusedStream,       // HTTP/2 REFUSED_STREAM: never processed.
    kProtocolError,       // The answer was no HTTP.
    kOverflow,            // A connection or pending limit was hit; nothing was sent.
    kNotReady,            // What the connection needs is missing here, such as a certificate;
                          // nothing was sent, and no endpoint is to blame.
    kCancelled,           // The caller gave up; judged by nobody.
  };
  static constexpr int kNoGrpcStatus = -1;

  Kind kind = Kind::kCancelled;

  // HTTP status of a kResponse (100..599), else 0.
  int status = 0;

  // `grpc-status` found in the response *headers* (a trailers-only reply).
  int grpc_status = kNoGrpcStatus;

  // `grpc-status` found in the trailers, where the transport reads them. Retries and
  // outlier detection look at it only where they are told to.
  int grpc_trailer_status = kNoGrpcStatus;

  // The response carried `x-envoy-ratelimited`.
  bool rate_limited = false;

  // At least one byte of the request may have reached the upstream. What was
  // never sent may be sent again safely (retryOn `reset-before-request`).
  bool request_sent = true;

  // From the moment of Send to the end of the attempt; 0 where not measured: then a Call
  // fills it in, by the moments that it is told.
  Duration elapsed{0};

  // The upstream answered with `status`.
  static constexpr Outcome Status(int status, Duration elapsed = Duration(0)) {
    Outcome outcome;
    outcome.kind = Kind::kResponse;
    outcome.status = status;
    outcome.elapsed = elapsed;
    return outcome;
  }

  // There is no answer, for the reason `kind`. `request_sent` is set to what
  // the kind implies; a transport that knows better overwrites it.
  static constexpr Outcome Failure(Kind kind, Duration elapsed = Duration(0)) {
    Outcome outcome;
    outcome.kind = kind;
    outcome.elapsed = elapsed;
    outcome.request_sent = kind != Kind::kConnectFailed && kind != Kind::kConnectTimeout &&
                           kind != Kind::kRefusedStream && kind != Kind::kOverflow &&
                           kind != Kind::kNotReady;
    return outcome;
  }

  // As Status, reading grpc-status and x-envoy-ratelimited from `headers`.
  static Outcome FromResponse(int status, HeaderSpan headers, Duration elapsed);
  static Outcome FromResponse(int status, const Headers& headers, Duration elapsed);
};

// "503", "connect failure", "timeout": for messages and logs.
std::string_view OutcomeName(Outcome::Kind kind);

// Envoy's mapping of a gRPC status to an HTTP status, by which the outlier
// detector judges a trailers-only reply: 0 -> 200, 14 -> 503, unknown -> 500.
int HttpStatusOfGrpc(int grpc_status);

// Envoy's mapping of a local reply to a gRPC status: 404 -> 12, 503 -> 14.
int GrpcStatusOfHttp(int status);

}  // namespace meshroute

#endif  // MESHROUTE_MESSAGE_OUTCOME_H_
