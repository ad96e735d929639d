// SPDX-License-Identifier: Apache-2.0
#include "lib/http/url.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/http/request_check.h"
#include "meshroute/message/headers.h"

namespace meshroute {
namespace {

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

absl::Status Refuse(std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("url: ", std::string(why)));
}

}  // namespace

absl::StatusOr<Url> ParseUrl(std::string_view text) {
  const size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return Refuse("must begin with http:// or https://");
  Url url;
  url.scheme = LowerCase(text.substr(0, scheme_end));
  if (url.scheme != "http" && url.scheme != "https") {
    return Refuse("must begin with http:// or https://");
  }
  text.remove_prefix(scheme_end + 3);
  text = text.substr(0, text.find('#'));

  const size_t authority_end = std::min(text.find_first_of("/?"), text.size());
  const std::string_view authority = text.substr(0, authority_end);
  if (authority.find('@') != std::string_view::npos) return Refuse("must not name a user");
  if (!IsAuthority(authority)) return Refuse("must name a host, and a port from 1 to 65535 if any");
  url.authority = LowerCase(authority);

  const std::string_view path = text.substr(authority_end);
  url.path = path.starts_with('/') ? std::string(path) : absl::StrCat("/", std::string(path));
  if (!IsRequestPath(url.path)) return Refuse("must not have spaces or control characters");
  return url;
}

}  // namespace meshroute
