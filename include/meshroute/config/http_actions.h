// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_HTTP_ACTIONS_H_
#define MESHROUTE_CONFIG_HTTP_ACTIONS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/config/string_match.h"

namespace meshroute {

// Istio's Percent: `{value: 0.1}` is a tenth of a percent. 0..100.
struct Percent {
  double value = 0;

  // In millionths of all requests, truncated, as Envoy counts: 0.1 -> 1,000.
  uint32_t Millionths() const { return static_cast<uint32_t>(value * 10'000); }

  bool operator==(const Percent&) const = default;
};

// `destination.port`: the service port.
struct PortSelector {
  uint32_t number = 0;

  bool operator==(const PortSelector&) const = default;
};

// A service, or one version of it.
struct Destination {
  // Short names are completed with the VirtualService's namespace.
  std::string host;

  // A subset of the DestinationRule chosen for `host`; empty: all endpoints.
  std::string subset;

  // Unset: the addressed port, else the service's only port.
  std::optional<PortSelector> port;

  bool operator==(const Destination&) const = default;
};

// `headers.request` or `headers.response`: removals, then sets, then adds.
struct HeaderOperations {
  std::map<std::string, std::string> set;
  std::map<std::string, std::string> add;
  std::vector<std::string> remove;

  bool operator==(const HeaderOperations&) const = default;
};

// Edits of one level: a rule's, or one destination's.
struct HeaderEdits {
  std::optional<HeaderOperations> request;
  std::optional<HeaderOperations> response;

  bool operator==(const HeaderEdits&) const = default;
};

// http[].route[]: one share of a rule's traffic.
struct HttpRouteDestination {
  std::optional<Destination> destination;  // Required; optional to tell "missing".

  // Share among the destinations with a weight above 0; the sum is arbitrary.
  // A single destination gets everything whatever its weight.
  int32_t weight = 0;

  std::optional<HeaderEdits> headers;

  bool operator==(const HttpRouteDestination&) const = default;
};

struct RegexRewrite {
  std::string match;    // RE2; every occurrence in the path is replaced.
  std::string rewrite;  // May refer to captures as \0..\9.

  bool operator==(const RegexRewrite&) const = default;
};

struct HttpRewrite {
  // Prefix match: replaces the matched bytes. Exact or regex match: the whole
  // path. The query stays. Empty: unset.
  std::string uri;
  std::string authority;
  std::optional<RegexRewrite> uri_regex_rewrite;

  bool operator==(const HttpRewrite&) const = default;
};

struct HttpRetry {
  // Sends after the first; 0 or less: no retries.
  int32_t attempts = 0;

  // Limit of each attempt, first included. Unset: the rule's timeout alone.
  std::optional<Duration> per_try_timeout;

  // Conditions and status codes, comma-separated; empty: kDefaultRetryOn.
  std::string retry_on;

  std::optional<bool> retry_remote_localities;

  // Avoid endpoints that this call tried before. Unset: true, but false where
  // the rule's single destination uses consistentHash.
  std::optional<bool> retry_ignore_previous_hosts;

  // Base of the jittered back-off; the cap is ten times it. Unset: 25ms.
  std::optional<Duration> backoff;

  static constexpr const char* kDefaultRetryOn =
      "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes";

  // What applies where neither rule nor mesh says anything: 2 retries.
  static HttpRetry BuiltIn() {
    HttpRetry retry;
    retry.attempts = 2;
    return retry;
  }

  bool operator==(const HttpRetry&) const = default;
};

// fault.delay: holds a share of the requests back before anything is sent.
struct FaultDelay {
  std::optional<Duration> fixed_delay;
  std::optional<Duration> exponential_delay;  // Refused: Istio never supported it.
  std::optional<Percent> percentage;          // Unset: `percent`, else never.
  int32_t percent = 0;                        // Deprecated.

  bool operator==(const FaultDelay&) const = default;
};

// fault.abort: answers a share of the requests locally. At most one kind.
struct FaultAbort {
  std::optional<int32_t> http_status;
  std::optional<std::string> grpc_status;
  std::optional<std::string> http2_error;  // Refused: Istio never supported it.
  std::optional<Percent> percentage;       // Unset: never.

  bool operator==(const FaultAbort&) const = default;
};

struct HttpFaultInjection {
  std::optional<FaultDelay> delay;
  std::optional<FaultAbort> abort;

  bool operator==(const HttpFaultInjection&) const = default;
};

struct CorsPolicy {
  enum class UnmatchedPreflights : uint8_t { kUnspecified, kForward, kIgnore };

  std::vector<std::string> allow_origin;  // Deprecated.
  std::vector<StringMatch> allow_origins;
  std::vector<std::string> allow_methods;
  std::vector<std::string> allow_headers;
  std::vector<std::string> expose_headers;
  std::optional<Duration> max_age;
  std::optional<bool> allow_credentials;
  UnmatchedPreflights unmatched_preflights = UnmatchedPreflights::kUnspecified;

  bool operator==(const CorsPolicy&) const = default;
};

// Answers 3xx locally. Unset parts of the URL stay as in the request.
struct HttpRedirect {
  enum class DerivePort : uint8_t { kFromProtocolDefault, kFromRequestPort };

  std::string uri;
  std::string authority;
  std::optional<uint32_t> port;
  std::optional<DerivePort> derive_port;
  std::string scheme;
  uint32_t redirect_code = 0;  // 0: 301.
  std::string prefix_rewrite;

  bool operator==(const HttpRedirect&) const = default;
};

struct HttpBody {
  std::optional<std::string> string;
  std::optional<std::string> bytes;  // Decoded; base64 in the file.

  bool operator==(const HttpBody&) const = default;
};

struct HttpDirectResponse {
  uint32_t status = 0;
  std::optional<HttpBody> body;

  bool operator==(const HttpDirectResponse&) const = default;
};

struct HttpMirrorPolicy {
  std::optional<Destination> destination;  // Required.
  std::optional<Percent> percentage;       // Unset: 100 %.

  bool operator==(const HttpMirrorPolicy&) const = default;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_HTTP_ACTIONS_H_
