// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/path_rewrite.h"

#include <algorithm>

#include "meshroute/message/request_view.h"

namespace meshroute {

PathRewrite::PathRewrite(const HttpRewrite& rewrite) : prefix_(rewrite.uri) {
  if (!rewrite.uri_regex_rewrite) return;
  regex_.emplace(rewrite.uri_regex_rewrite->match);
  replacement_ = rewrite.uri_regex_rewrite->rewrite;
}

std::string PathRewrite::Apply(std::string_view path, size_t matched_length) const {
  if (!prefix_.empty()) return ReplaceMatched(path, matched_length, prefix_);
  if (!regex_) return std::string(path);
  const std::string_view bare = PathWithoutQuery(path);
  std::string result = regex_->ReplaceAll(bare, replacement_);
  result += path.substr(bare.size());
  return result;
}

std::string ReplaceMatched(std::string_view path, size_t matched_length,
                           std::string_view replacement) {
  std::string result(replacement);
  result += path.substr(std::min(matched_length, PathWithoutQuery(path).size()));
  return result;
}

}  // namespace meshroute
