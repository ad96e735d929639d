// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CALL_RESPONSE_OF_H_
#define MESHROUTE_LIB_CALL_RESPONSE_OF_H_

#include "meshroute/call/call.h"
#include "meshroute/call/transport.h"
#include "meshroute/message/response.h"

namespace meshroute {

// What a driver hands its caller: `done`, with `last`, the result of the
// attempt that it names, or the local reply.
Response ResponseOf(const Call& call, Done done, ExchangeResult last, TimePoint now);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CALL_RESPONSE_OF_H_
