// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/local_answer.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "lib/routing/default_port.h"
#include "lib/routing/path_rewrite.h"

namespace meshroute {
namespace {

constexpr uint32_t kMovedPermanently = 301;
constexpr uint32_t kCreated = 201;

// The port that the rule names, or 0 where it leaves the port as it is.
uint32_t RedirectPort(const HttpRedirect& redirect, uint32_t addressed_port) {
  if (redirect.port) return *redirect.port;
  if (redirect.derive_port == HttpRedirect::DerivePort::kFromRequestPort) return addressed_port;
  return 0;
}

// The request's own authority, as far as its port fits the new URL.
std::string_view KeptAuthority(const RequestView& request, std::string_view scheme,
                               uint32_t new_port) {
  const AuthorityParts parts = SplitAuthority(request.authority);
  if (parts.port == 0) return request.authority;
  const bool scheme_changes = scheme != request.scheme;
  const bool port_was_default = parts.port == DefaultPort(request.scheme);
  if (new_port != 0 || (scheme_changes && port_was_default)) return parts.host;
  return request.authority;
}

std::string RedirectPath(const HttpRedirect& redirect, std::string_view path,
                         size_t matched_length) {
  std::string result;
  if (!redirect.uri.empty()) {
    result = redirect.uri;
    const size_t query = path.find('?');
    const bool has_own_query = result.find('?') != std::string::npos;
    if (!has_own_query && query != std::string_view::npos) result += path.substr(query);
  } else if (!redirect.prefix_rewrite.empty()) {
    result = ReplaceMatched(path, matched_length, redirect.prefix_rewrite);
  } else {
    result = path;
  }
  if (!result.starts_with('/')) result.insert(0, 1, '/');
  return result;
}

}  // namespace

std::string RedirectUrl(const HttpRedirect& redirect, const RequestView& request,
                        size_t matched_length, uint32_t port) {
  const std::string scheme =
      redirect.scheme.empty() ? std::string(request.scheme) : redirect.scheme;
  const uint32_t new_port = RedirectPort(redirect, port);
  std::string url = absl::StrCat(scheme, "://");
  if (redirect.authority.empty()) {
    url += KeptAuthority(request, scheme, new_port);
  } else {
    url += redirect.authority;
  }
  if (new_port != 0 && new_port != DefaultPort(scheme)) absl::StrAppend(&url, ":", new_port);
  return url + RedirectPath(redirect, request.path, matched_length);
}

LocalReply AnswerOf(const HttpRedirect& redirect, const RequestView& request, size_t matched_length,
                    uint32_t port) {
  LocalReply reply;
  reply.status =
      static_cast<int>(redirect.redirect_code == 0 ? kMovedPermanently : redirect.redirect_code);
  AddHeader(reply.headers, "location", RedirectUrl(redirect, request, matched_length, port));
  return reply;
}

LocalReply AnswerOf(const HttpDirectResponse& response, const RequestView& request) {
  LocalReply reply;
  reply.status = static_cast<int>(response.status);
  if (response.body) {
    reply.body = response.body->string ? *response.body->string : response.body->bytes.value_or("");
  }
  if (!reply.body.empty()) AddHeader(reply.headers, "content-type", "text/plain");
  // These statuses point somewhere; a direct response points to what was asked for.
  if (response.status == kCreated || response.status / 100 == 3) {
    AddHeader(reply.headers, "location", RedirectUrl(HttpRedirect{}, request, 0, 0));
  }
  return reply;
}

}  // namespace meshroute
