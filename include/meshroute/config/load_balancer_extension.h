// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_LOAD_BALANCER_EXTENSION_H_
#define MESHROUTE_CONFIG_LOAD_BALANCER_EXTENSION_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/config/load_balancer_settings.h"

namespace meshroute {

// How LEAST_REQUEST chooses: what Envoy can do and Istio has no field for.
struct LeastRequestSettings {
  enum class Selection : uint8_t {
    kNChoices,  // The best of `choice_count` endpoints that are drawn.
    kFullScan,  // The best of all, whatever their number: costs a look at each.
  };

  Selection selection = Selection::kNChoices;
  uint32_t choice_count = 2;  // 2 or more.

  // Where weights differ an endpoint counts weight / (active requests + 1) ^ bias;
  // 0 or more, 0 being a plain weighted rotation. Unset: 1. Set: the same where weights
  // are equal, in place of `selection` (as in Envoy since 1.40).
  std::optional<double> active_request_bias{};

  bool operator==(const LeastRequestSettings&) const = default;
};

// Peak EWMA: of two endpoints drawn, the one with the lower cost
//
//   latency x 2^(-(time since it was last measured) / half_life) x (active + 1) / weight
//
// where `latency` jumps up to every slower answer at once, and moves towards a faster
// one by as much as of half_life has passed: latency = old x d + new x (1 - d), with
// d = 2^(-(time since the last) / half_life). So a slow spell is felt at once and
// forgotten gradually, even by an endpoint that nobody asks any more. An attempt that
// failed never counts as faster than what was known. Survives updates with the address.
struct PeakEwmaSettings {
  Duration half_life = std::chrono::seconds(10);  // At least 1ms.

  // Of an endpoint that has not answered yet. Unset: it goes before all others while
  // nothing is on its way to it, and after them while something is.
  std::optional<Duration> initial_latency{};

  bool operator==(const PeakEwmaSettings&) const = default;
};

// Divides the traffic by latency: each endpoint's share is in proportion to
//
//   weight / latency
//
// with the latency averaged as peak EWMA does it but for the jumps, and of two endpoints
// drawn so, one is taken in inverse proportion to its active requests + 1. Unlike peak
// EWMA it uses slower endpoints too, by as much as they are worth: what brpc calls
// locality-aware, since what is near answers soon. Every endpoint gets at least 1/64
// of an even share, so that one that was slow is measured again. Survives updates.
struct LatencyAwareSettings {
  Duration half_life = std::chrono::seconds(10);  // At least 1ms.

  // Of an endpoint that has not answered yet. Unset: what the others take on average,
  // 1ms where none has answered.
  std::optional<Duration> initial_latency{};

  bool operator==(const LatencyAwareSettings&) const = default;
};

// One of several keys that are joined to a call's hash; exactly one member is set.
struct HashPolicySettings {
  std::optional<std::string> http_header_name;
  std::optional<HttpCookie> http_cookie;
  std::optional<bool> use_source_ip;
  std::optional<std::string> http_query_parameter_name;

  // Where this or an earlier key was found, the later ones are not looked at.
  bool terminal = false;

  bool operator==(const HashPolicySettings&) const = default;
};

// DestinationRule annotation meshroute.io/load-balancer: which endpoint takes a
// request, beyond what Istio's loadBalancer can say. Holds for the whole rule.
struct LoadBalancerExtension {
  // At most one of these four. The last three take the place of `simple`.
  std::optional<LeastRequestSettings> least_request{};  // Of LEAST_REQUEST.
  std::optional<PeakEwmaSettings> peak_ewma{};
  std::optional<LatencyAwareSettings> latency_aware{};
  std::optional<std::string> custom{};  // The name of one of the embedder's balancers.

  // consistentHash: no endpoint gets more than this many percent of its fair share of
  // the active requests; what is beyond goes to others, always the same for one key.
  // 100 or more; 0: no bound.
  uint32_t hash_balance_factor = 0;

  // Keys in place of the one of consistentHash; empty: that one.
  std::vector<HashPolicySettings> hash_policies{};

  bool operator==(const LoadBalancerExtension&) const = default;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_LOAD_BALANCER_EXTENSION_H_
