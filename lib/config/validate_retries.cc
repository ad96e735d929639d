// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_virtual_service.h"

namespace meshroute {
namespace {

// The status codes that Go's net/http has a text for, as first and last of each run.
constexpr std::array<std::pair<int, int>, 12> kKnownStatusCodes{{{100, 103},
                                                                 {200, 208},
                                                                 {226, 226},
                                                                 {300, 305},
                                                                 {307, 308},
                                                                 {400, 418},
                                                                 {421, 426},
                                                                 {428, 429},
                                                                 {431, 431},
                                                                 {451, 451},
                                                                 {500, 508},
                                                                 {510, 511}}};

constexpr std::array<std::string_view, 16> kRetryPolicies{"5xx",
                                                          "gateway-error",
                                                          "reset",
                                                          "reset-before-request",
                                                          "connect-failure",
                                                          "retriable-4xx",
                                                          "refused-stream",
                                                          "retriable-status-codes",
                                                          "retriable-headers",
                                                          "envoy-ratelimited",
                                                          "http3-post-connect-failure",
                                                          "cancelled",
                                                          "deadline-exceeded",
                                                          "internal",
                                                          "resource-exhausted",
                                                          "unavailable"};

bool IsKnownStatusCode(std::string_view text) {
  int code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  return std::any_of(kKnownStatusCodes.begin(), kKnownStatusCodes.end(),
                     [code](const auto& run) { return code >= run.first && code <= run.second; });
}

void CheckRetryOn(ConfigErrors& errors, std::string_view conditions) {
  const ConfigErrors::Scope scope(errors, "retryOn");
  for (;;) {
    const size_t comma = conditions.find(',');
    const std::string_view item = conditions.substr(0, comma);
    const bool is_policy =
        std::find(kRetryPolicies.begin(), kRetryPolicies.end(), item) != kRetryPolicies.end();
    if (!is_policy && !IsKnownStatusCode(item)) {
      const bool has_space = item.find(' ') != std::string_view::npos;
      errors.Add(
          absl::StrCat("must list conditions such as 5xx, reset or connect-failure and "
                       "status codes, with commas",
                       has_space ? " and no spaces" : "", " between, got ", Quoted(item)));
    }
    if (comma == std::string_view::npos) return;
    conditions.remove_prefix(comma + 1);
  }
}

}  // namespace

void ValidateRetries(const HttpRetry& retries, std::string_view field, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, field);
  CheckNotNegative(errors, "attempts", retries.attempts);
  const bool says_how =
      retries.per_try_timeout || !retries.retry_on.empty() || retries.retry_remote_localities;
  if (retries.attempts == 0 && says_how) {
    AddAt(errors, "attempts",
          "must be 1 or more where perTryTimeout, retryOn or retryRemoteLocalities is set, got 0");
  }
  CheckDuration(errors, "perTryTimeout", retries.per_try_timeout);
  CheckDuration(errors, "backoff", retries.backoff);
  if (!retries.retry_on.empty()) CheckRetryOn(errors, retries.retry_on);
}

}  // namespace meshroute
