// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_text.h"
#include "lib/config/validate_virtual_service.h"

namespace meshroute {
namespace {

constexpr size_t kLargeBody = size_t{100} << 10;
constexpr size_t kMaximumBody = size_t{1} << 20;

void ValidateRedirectPort(const HttpRedirect& redirect, ConfigErrors& errors) {
  if (redirect.port && redirect.derive_port) {
    AddAt(errors, "derivePort", "must not stand beside port");
  }
  if (redirect.port && *redirect.port != 0) CheckPort(errors, "port", *redirect.port);
}

void ValidateRedirectPath(const HttpRedirect& redirect,
                          const std::vector<HttpMatchRequest>& matches, ConfigErrors& errors) {
  CheckUrlPart(errors, "uri", redirect.uri);
  CheckUrlPart(errors, "prefixRewrite", redirect.prefix_rewrite);
  if (redirect.prefix_rewrite.empty()) return;
  if (!redirect.uri.empty()) AddAt(errors, "prefixRewrite", "must not stand beside uri");
  const bool all_prefixes =
      std::all_of(matches.begin(), matches.end(), [](const HttpMatchRequest& match) {
        return !match.uri || match.uri->kind == StringMatch::Kind::kPrefix;
      });
  if (!all_prefixes) {
    AddAt(errors, "prefixRewrite", "needs every uri that the rule matches to be a prefix");
  }
}

void ValidateBody(const HttpBody& body, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "body");
  if (body.string && body.bytes) AddAt(errors, "bytes", "must not stand beside string");
  const size_t size =
      std::max(body.string ? body.string->size() : 0, body.bytes ? body.bytes->size() : 0);
  if (size > kMaximumBody) {
    errors.Add(absl::StrCat("must be at most ", kMaximumBody, " bytes, got ", size));
  } else if (size > kLargeBody) {
    errors.Report(ProblemCode::kDoubtfulValue,
                  absl::StrCat("is large: ", size, " bytes, where ", kLargeBody, " are usual"));
  }
}

}  // namespace

void ValidateRedirect(const HttpRedirect& redirect, const std::vector<HttpMatchRequest>& matches,
                      ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "redirect");
  const bool sets_port = redirect.port || redirect.derive_port;
  if (redirect.uri.empty() && redirect.prefix_rewrite.empty() && redirect.authority.empty() &&
      redirect.scheme.empty() && !sets_port) {
    errors.Add("must set one of uri, prefixRewrite, authority, port, derivePort and scheme");
  }
  ValidateRedirectPath(redirect, matches, errors);
  ValidateRedirectPort(redirect, errors);
  CheckUrlPart(errors, "authority", redirect.authority);
  if (!redirect.scheme.empty() && redirect.scheme != "http" && redirect.scheme != "https") {
    AddAt(errors, "scheme", absl::StrCat("must be http or https, got ", Quoted(redirect.scheme)));
  }
  // Istio lets every 3xx through, but a proxy makes no redirect of the others.
  static constexpr std::array<uint32_t, 6> kCodes{0, 301, 302, 303, 307, 308};
  if (std::find(kCodes.begin(), kCodes.end(), redirect.redirect_code) == kCodes.end()) {
    AddAt(errors, "redirectCode",
          absl::StrCat("must be 301, 302, 303, 307 or 308, got ", redirect.redirect_code));
  }
}

void ValidateDirectResponse(const HttpDirectResponse& response, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "directResponse");
  if (response.status < 200 || response.status > 600) {
    AddAt(errors, "status",
          absl::StrCat("must be a status code from 200 to 599, got ", response.status));
  }
  if (response.body) ValidateBody(*response.body, errors);
}

void ValidateRewrite(const HttpRewrite& rewrite, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "rewrite");
  if (rewrite.uri.empty() && rewrite.authority.empty() && !rewrite.uri_regex_rewrite) {
    errors.Add("must set one of uri, authority and uriRegexRewrite");
  }
  CheckUrlPart(errors, "uri", rewrite.uri);
  CheckUrlPart(errors, "authority", rewrite.authority);
  if (!rewrite.uri_regex_rewrite) return;
  if (!rewrite.uri.empty()) AddAt(errors, "uriRegexRewrite", "must not stand beside uri");
  CheckRegexRewrite(errors, "uriRegexRewrite", *rewrite.uri_regex_rewrite);
}

}  // namespace meshroute
