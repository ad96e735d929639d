// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CALL_CALL_OPTIONS_H_
#define MESHROUTE_CALL_CALL_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "meshroute/base/clock.h"
#include "meshroute/upstream/circuit_breaker.h"

namespace meshroute {

// What the caller says of one call, besides the request itself.
struct CallOptions {
  // May the request be sent again once it may have reached an upstream?
  enum class Idempotency : uint8_t {
    // As Envoy: the rule's retry conditions alone decide, for POST as for GET.
    kByRule,
    // Sending twice does no harm: besides the rule's conditions, a connection
    // that dies before the answer is complete is a reason to retry. Counted
    // against the same attempts, budget and deadline. HttpClient's default for
    // GET, HEAD, OPTIONS and TRACE.
    kIdempotent,
    // Sent again only where nothing can have reached an upstream.
    kNotIdempotent,
  };

  Idempotency idempotency = Idempotency::kByRule;

  // The whole call is over by then, injected delays included: 504 UT. Besides
  // the rule's timeout; the earlier counts.
  TimePoint deadline = kNever;

  // Key of consistent hashing, in place of what the rules would hash.
  std::optional<uint64_t> hash_key{};

  // On whose behalf the call is made, "ip:port" of the client's client; told to the
  // endpoint by a PROXY header (proxyProtocol), and the key of a consistentHash with
  // useSourceIp. Empty: on the caller's own. Must outlive the call.
  std::string_view source_address{};

  // Who the call is for, in place of the key that a sticky split would read from the
  // request; empty: none. The same text from a header gives the same destination.
  // Its memory must outlive the call.
  std::string_view sticky_key{};

  // From when on the call's attempts and copies count against http2MaxRequests. A driver
  // whose transport takes the units by itself asks for kAtConnection; HttpClient does, whatever
  // stands here.
  Admission admission = Admission::kAtPick;
};

}  // namespace meshroute

#endif  // MESHROUTE_CALL_CALL_OPTIONS_H_
