// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_MESSAGE_RESPONSE_FLAGS_H_
#define MESHROUTE_MESSAGE_RESPONSE_FLAGS_H_

#include <bit>
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

// A set of Flag that remembers in which order they were set. Immutable but for Add;
// as cheap as two integers.
class ResponseFlags {
 public:
  constexpr ResponseFlags() = default;
  constexpr ResponseFlags(Flag flag) { Add(flag); }  // NOLINT

  constexpr void Add(Flag flag) {
    if (Has(flag)) return;
    order_ |= NumberOf(flag) << (4 * std::popcount(bits_));
    bits_ |= static_cast<uint32_t>(flag);
  }
  constexpr void Add(ResponseFlags flags) {
    for (uint64_t rest = flags.order_; rest != 0; rest >>= 4) Add(FlagOf(rest & 0xF));
  }
  constexpr bool Has(Flag flag) const { return (bits_ & static_cast<uint32_t>(flag)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }

  // Whether the same flags are set, in whatever order.
  constexpr bool operator==(const ResponseFlags& other) const { return bits_ == other.bits_; }

  // "DI,UT" in the order in which they were set, as in Envoy's log; "-" where none is.
  std::string ToString() const;

 private:
  // 1 of the first flag. There are 15, so that a number has four bits.
  static constexpr uint64_t NumberOf(Flag flag) {
    return static_cast<uint64_t>(std::countr_zero(static_cast<uint32_t>(flag))) + 1;
  }
  static constexpr Flag FlagOf(uint64_t number) { return static_cast<Flag>(1U << (number - 1)); }

  uint32_t bits_ = 0;
  uint64_t order_ = 0;  // Numbers of the flags, the first in the lowest bits.
};

}  // namespace meshroute

#endif  // MESHROUTE_MESSAGE_RESPONSE_FLAGS_H_
