// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_MESSAGE_RESPONSE_FLAGS_H_
#define MESHROUTE_MESSAGE_RESPONSE_FLAGS_H_

#include <cstdint>
#include <string>

namespace meshroute {

// Why a call ended as it did, in the letters that operators know from Envoy's
// access log (%RESPONSE_FLAGS%).
enum class Flag : uint32_t {
  kNoRoute = 1u << 0,                        // NR: no rule matched, 404
  kNoCluster = 1u << 1,                      // NC: unknown host, port or subset, 503
  kNoHealthyUpstream = 1u << 2,              // UH: no endpoint to send to, 503
  kUpstreamOverflow = 1u << 3,               // UO: a circuit breaker was full, 503
  kUpstreamConnectionFailure = 1u << 4,      // UF: no connection, 503
  kUpstreamConnectionTermination = 1u << 5,  // UC: connection died, 503
  kUpstreamRemoteReset = 1u << 6,            // UR: stream reset by the upstream, 503
  kLocalReset = 1u << 7,                     // LR: stream reset by us, 503
  kUpstreamRequestTimeout = 1u << 8,         // UT: route or per-try timeout, 504
  kDelayInjected = 1u << 9,                  // DI: a fault delay was injected
  kFaultInjected = 1u << 10,                 // FI: a fault abort was injected
  kRetryLimitExceeded = 1u << 11,            // URX: all retries were used up
  kUpstreamProtocolError = 1u << 12,         // UPE: the upstream broke the protocol, 502
  kDownstreamTermination = 1u << 13,         // DC: the caller gave up
  kInvalidRequest = 1u << 14,                // IH: the request's own head was refused, 400
};

// A set of Flag. Immutable but for Add; as cheap as an integer.
class ResponseFlags {
 public:
  constexpr ResponseFlags() = default;
  constexpr ResponseFlags(Flag flag) : bits_(static_cast<uint32_t>(flag)) {}  // NOLINT

  constexpr void Add(Flag flag) { bits_ |= static_cast<uint32_t>(flag); }
  constexpr void Add(ResponseFlags flags) { bits_ |= flags.bits_; }
  constexpr bool Has(Flag flag) const { return (bits_ & static_cast<uint32_t>(flag)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool operator==(const ResponseFlags&) const = default;

  // "UF,URX" in the order of the enum, or "-" where no flag is set.
  std::string ToString() const;

 private:
  uint32_t bits_ = 0;
};

}  // namespace meshroute

#endif  // MESHROUTE_MESSAGE_RESPONSE_FLAGS_H_
