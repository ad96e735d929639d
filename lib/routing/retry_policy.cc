// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "meshroute/routing/policies.h"

namespace meshroute {
namespace {

constexpr Duration kDefaultBackoff = std::chrono::milliseconds(25);
constexpr int kMaximumBackoffFactor = 10;

constexpr std::array<std::pair<std::string_view, RetryPolicy::Condition>, 16> kConditions{{
    {"5xx", RetryPolicy::k5xx},
    {"gateway-error", RetryPolicy::kGatewayError},
    {"reset", RetryPolicy::kReset},
    {"reset-before-request", RetryPolicy::kResetBeforeRequest},
    {"connect-failure", RetryPolicy::kConnectFailure},
    {"retriable-4xx", RetryPolicy::kRetriable4xx},
    {"refused-stream", RetryPolicy::kRefusedStream},
    {"retriable-status-codes", RetryPolicy::kRetriableStatusCodes},
    {"retriable-headers", RetryPolicy::kRetriableHeaders},
    {"envoy-ratelimited", RetryPolicy::kEnvoyRateLimited},
    {"http3-post-connect-failure", RetryPolicy::kHttp3PostConnectFailure},
    {"cancelled", RetryPolicy::kGrpcCancelled},
    {"deadline-exceeded", RetryPolicy::kGrpcDeadlineExceeded},
    {"internal", RetryPolicy::kGrpcInternal},
    {"resource-exhausted", RetryPolicy::kGrpcResourceExhausted},
    {"unavailable", RetryPolicy::kGrpcUnavailable},
}};

// Adds one item of `retryOn`: the name of a condition, or a status code.
void AddItem(std::string_view item, RetryPolicy& policy) {
  while (item.starts_with(' ')) item.remove_prefix(1);
  while (item.ends_with(' ')) item.remove_suffix(1);
  for (const auto& [name, condition] : kConditions) {
    if (item == name) policy.conditions |= condition;
  }
  int code = 0;
  const auto [end, error] = std::from_chars(item.data(), item.data() + item.size(), code);
  if (error != std::errc() || end != item.data() + item.size()) return;
  policy.conditions |= RetryPolicy::kRetriableStatusCodes;
  policy.status_codes.push_back(code);
}

void AddItems(std::string_view list, RetryPolicy& policy) {
  while (!list.empty()) {
    const std::string_view item = list.substr(0, list.find(','));
    AddItem(item, policy);
    list.remove_prefix(std::min(list.size(), item.size() + 1));
  }
  std::sort(policy.status_codes.begin(), policy.status_codes.end());
}

}  // namespace

RetryPolicy RetryPolicy::Compile(const HttpRetry& retry, Hashing hashing) {
  RetryPolicy policy;
  if (retry.attempts <= 0) return policy;  // As in Istio, its perTryTimeout goes with it.
  policy.per_try_timeout = retry.per_try_timeout.value_or(Duration(0));
  policy.attempts = static_cast<uint32_t>(retry.attempts);
  AddItems(retry.retry_on.empty() ? HttpRetry::kDefaultRetryOn : std::string_view(retry.retry_on),
           policy);
  policy.backoff_base = retry.backoff.value_or(kDefaultBackoff);
  policy.backoff_maximum = policy.backoff_base * kMaximumBackoffFactor;
  policy.avoid_previous_endpoints =
      retry.retry_ignore_previous_hosts.value_or(hashing == Hashing::kNone);
  policy.leave_tried_priorities = retry.retry_remote_localities.value_or(false);
  return policy;
}

std::string RetryPolicy::RetryOn() const {
  std::string text;
  for (const auto& [name, condition] : kConditions) {
    if ((conditions & condition) != 0) text.append(text.empty() ? "" : ",").append(name);
  }
  for (const int code : status_codes) {
    text.append(text.empty() ? "" : ",").append(std::to_string(code));
  }
  return text;
}

}  // namespace meshroute
