// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/cors_answer.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace meshroute {
namespace {

constexpr std::string_view kAny = "*";

// All values of a header, joined as a proxy joins the lines of a browser's header.
std::string ValueOf(const RequestView& request, std::string_view name) {
  std::string value;
  for (const HeaderView& header : request.headers) {
    if (!EqualsIgnoreCase(header.name, name)) continue;
    if (!value.empty()) value += ',';
    value += header.value;
  }
  return value;
}

std::vector<StringMatch> OriginsOf(const CorsPolicy& policy) {
  if (!policy.allow_origins.empty()) return policy.allow_origins;
  std::vector<StringMatch> origins;
  for (const std::string& origin : policy.allow_origin) {
    origins.push_back(StringMatch::Exact(origin));
  }
  return origins;
}

}  // namespace

CorsAnswer::CorsAnswer(const CorsPolicy& policy)
    : allows_credentials_(policy.allow_credentials.value_or(false)),
      answers_unmatched_(policy.unmatched_preflights == CorsPolicy::UnmatchedPreflights::kIgnore),
      methods_(absl::StrJoin(policy.allow_methods, ",")),
      headers_(absl::StrJoin(policy.allow_headers, ",")),
      exposed_headers_(absl::StrJoin(policy.expose_headers, ",")) {
  for (const StringMatch& origin : OriginsOf(policy)) origins_.emplace_back(origin);
  // As in Envoy, whatever would match an origin "*" allows all of them.
  allows_every_origin_ = Allows(kAny);
  if (policy.max_age) {
    max_age_ =
        absl::StrCat(std::chrono::duration_cast<std::chrono::seconds>(*policy.max_age).count());
  }
}

bool CorsAnswer::Allows(std::string_view origin) const {
  return allows_every_origin_ ||
         std::any_of(origins_.begin(), origins_.end(),
                     [origin](const StringMatcher& allowed) { return allowed.Matches(origin); });
}

std::optional<LocalReply> CorsAnswer::AnswerPreflight(const RequestView& request) const {
  if (request.method != "OPTIONS") return std::nullopt;
  const std::string origin = ValueOf(request, "origin");
  if (origin.empty() || ValueOf(request, "access-control-request-method").empty()) {
    return std::nullopt;
  }
  if (Allows(origin)) return MakeAnswer(request, origin);
  if (!answers_unmatched_) return std::nullopt;
  return MakeAnswer(request, "");
}

LocalReply CorsAnswer::MakeAnswer(const RequestView& request,
                                  std::string_view allowed_origin) const {
  LocalReply reply;
  reply.status = 200;
  const auto say = [&reply](std::string_view name, std::string_view value) {
    if (!value.empty()) AddHeader(reply.headers, name, value);
  };
  const auto granted = [&request](const std::string& allowed, std::string_view asked_by) {
    return allowed == kAny ? ValueOf(request, asked_by) : allowed;
  };
  say("access-control-allow-origin", allowed_origin);
  if (allows_credentials_) say("access-control-allow-credentials", "true");
  say("access-control-allow-methods", granted(methods_, "access-control-request-method"));
  say("access-control-allow-headers", granted(headers_, "access-control-request-headers"));
  say("access-control-max-age", max_age_);
  return reply;
}

void CorsAnswer::Edit(const RequestView& request, Headers& headers) const {
  const std::string origin = ValueOf(request, "origin");
  if (origin.empty() || !Allows(origin)) return;
  SetHeader(headers, "access-control-allow-origin", origin);
  if (allows_credentials_) SetHeader(headers, "access-control-allow-credentials", "true");
  if (!exposed_headers_.empty()) {
    SetHeader(headers, "access-control-expose-headers", exposed_headers_);
  }
}

}  // namespace meshroute
