// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CALL_GRPC_H_
#define MESHROUTE_LIB_CALL_GRPC_H_

#include <optional>

#include "meshroute/base/clock.h"
#include "meshroute/call/step.h"
#include "meshroute/message/grpc.h"
#include "meshroute/message/headers.h"

namespace meshroute {

// The value of `grpc-timeout` (1 to 8 digits and one of H M S m u n; parts of a
// millisecond round up), or nothing where it is absent or malformed.
std::optional<Duration> GrpcTimeout(HeaderSpan headers);

// Turns a local reply with an HTTP status into what a gRPC caller understands:
// 200 with grpc-status and the body as grpc-message.
void MakeGrpcReply(Done& done);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CALL_GRPC_H_
