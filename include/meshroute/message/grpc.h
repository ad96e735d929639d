// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_MESSAGE_GRPC_H_
#define MESHROUTE_MESSAGE_GRPC_H_

#include "meshroute/message/headers.h"

namespace meshroute {

// Whether a request with these headers is gRPC: content-type "application/grpc"
// or "application/grpc+...", but not "application/grpc-web".
bool IsGrpcRequest(HeaderSpan headers);

}  // namespace meshroute

#endif  // MESHROUTE_MESSAGE_GRPC_H_
