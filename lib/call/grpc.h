// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CALL_GRPC_H_
#define MESHROUTE_LIB_CALL_GRPC_H_

#include <optional>
#include <string>

#include "meshroute/base/clock.h"
#include "meshroute/call/step.h"
#include "meshroute/message/grpc.h"
#include "meshroute/message/headers.h"

namespace meshroute {

// The value of `grpc-timeout` (1 to 8 digits and one of H M S m u n; parts of a
// millisecond round up), or nothing where it is absent or malformed.
std::optional<Duration> GrpcTimeout(HeaderSpan headers);

// `left` as a value of `grpc-timeout`: milliseconds, rounded up, at least 1; seconds
// where there are too many of them.
std::string FormatGrpcTimeout(Duration left);

// Turns a local reply with an HTTP status into what a gRPC caller understands:
// 200 with grpc-status and the body as grpc-message. What ran out of time is
// DEADLINE_EXCEEDED.
void MakeGrpcReply(Done& done);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CALL_GRPC_H_
