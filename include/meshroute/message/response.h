// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_MESSAGE_RESPONSE_H_
#define MESHROUTE_MESSAGE_RESPONSE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "meshroute/base/clock.h"
#include "meshroute/message/headers.h"
#include "meshroute/message/response_flags.h"

namespace meshroute {

// What a call ended with: the upstream's answer, or one made here. There is
// always one; `flags` tells the two apart.
struct Response {
  int status = 0;
  Headers headers;
  std::string body;

  // Empty of a plain answer of the upstream.
  ResponseFlags flags;

  // "via_upstream", "no_healthy_upstream", "response_timeout", ...: Envoy's
  // response code details.
  std::string details;

  // Who answered: "10.0.0.7:9080"; empty of a local reply.
  std::string endpoint;

  // "outbound|9080|v1|reviews.default.svc.cluster.local"; empty where none was chosen.
  std::string destination;

  // The number of the call among those that a rollout watches, for what becomes known
  // of it later (RolloutDriver::Report); 0: none does.
  uint64_t trial = 0;

  uint32_t attempts = 0;  // Sends, the first included.
  Duration elapsed{0};    // From Start to the end of the call.

  // Answered by an upstream with a status below 400.
  bool ok() const { return flags.empty() && status >= 100 && status < 400; }
};

}  // namespace meshroute

#endif  // MESHROUTE_MESSAGE_RESPONSE_H_
