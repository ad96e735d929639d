// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_LOCAL_ANSWER_H_
#define MESHROUTE_LIB_ROUTING_LOCAL_ANSWER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "meshroute/config/http_actions.h"
#include "meshroute/message/request_view.h"
#include "meshroute/routing/route.h"

namespace meshroute {

// The URL that `redirect` sends the caller to. `matched_length` as in
// PathRewrite; `port` is the addressed port. A port that is the default of the
// URL's scheme is left out.
std::string RedirectUrl(const HttpRedirect& redirect, const RequestView& request,
                        size_t matched_length, uint32_t port);

// The answer of `redirect`, before the rule's header edits.
LocalReply AnswerOf(const HttpRedirect& redirect, const RequestView& request, size_t matched_length,
                    uint32_t port);

// The answer of `response`, before the rule's header edits.
LocalReply AnswerOf(const HttpDirectResponse& response, const RequestView& request);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_LOCAL_ANSWER_H_
