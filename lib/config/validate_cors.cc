// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_text.h"
#include "lib/config/validate_virtual_service.h"
#include "meshroute/config/duration.h"

namespace meshroute {
namespace {

constexpr std::array<std::string_view, 10> kMethods{
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*"};

void CheckHeaderNames(ConfigErrors& errors, std::string_view field,
                      const std::vector<std::string>& names) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (IsHttpToken(names[i])) continue;  // "*" is one too.
    const ConfigErrors::Scope element(errors, field, i);
    errors.Add(absl::StrCat("must be the name of a header or \"*\", got ", Quoted(names[i])));
  }
}

void CheckOrigins(ConfigErrors& errors, const std::vector<StringMatch>& origins) {
  for (size_t i = 0; i < origins.size(); ++i) {
    const ConfigErrors::Scope element(errors, "allowOrigins", i);
    if (origins[i].value.empty()) {
      errors.Add("must have an exact, prefix or regex that is not empty");
    } else if (origins[i].kind == StringMatch::Kind::kRegex) {
      CheckRegex(errors, "regex", origins[i].value);
    }
  }
}

}  // namespace

void ValidateCorsPolicy(const CorsPolicy& policy, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "corsPolicy");
  CheckOrigins(errors, policy.allow_origins);
  for (size_t i = 0; i < policy.allow_methods.size(); ++i) {
    const std::string& method = policy.allow_methods[i];
    if (std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end()) continue;
    const ConfigErrors::Scope element(errors, "allowMethods", i);
    errors.Add(absl::StrCat("must be a method in capitals or \"*\", got ", Quoted(method)));
  }
  CheckHeaderNames(errors, "allowHeaders", policy.allow_headers);
  CheckHeaderNames(errors, "exposeHeaders", policy.expose_headers);
  CheckDuration(errors, "maxAge", policy.max_age);
  if (policy.max_age && *policy.max_age % std::chrono::milliseconds(1) == Duration::zero() &&
      *policy.max_age % std::chrono::seconds(1) != Duration::zero()) {
    AddAt(errors, "maxAge",
          absl::StrCat("must be a whole number of seconds, got ", FormatDuration(*policy.max_age)));
  }
}

}  // namespace meshroute
