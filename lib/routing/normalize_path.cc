// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "lib/message/path_scan.h"
#include "meshroute/routing/route_table.h"

namespace meshroute {
namespace {

// Takes one dot off a path segment; "%2e" is a dot as well.
bool TakeDot(std::string_view& segment) {
  if (segment.starts_with('.')) {
    segment.remove_prefix(1);
  } else if (segment.starts_with("%2e") || segment.starts_with("%2E")) {
    segment.remove_prefix(3);
  } else {
    return false;
  }
  return true;
}

// 1 of ".", 2 of "..", 0 of any other segment.
int DotsOf(std::string_view segment) {
  int dots = 0;
  while (dots < 2 && TakeDot(segment)) ++dots;
  return segment.empty() ? dots : 0;
}

bool IsNormal(std::string_view path) {
  if (!path.starts_with('/') || path.find('\\') != std::string_view::npos) return false;
  for (size_t slash = 0; slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    const std::string_view segment = path.substr(slash + 1);
    if (!segment.starts_with('.') && !segment.starts_with('%')) continue;
    if (DotsOf(segment.substr(0, segment.find('/'))) != 0) return false;
  }
  return true;
}

// `path` begins with '/' and has no backslash.
std::string ResolveDots(std::string_view path) {
  std::vector<std::string_view> segments;
  bool ends_in_slash = false;  // After a dot segment at the end.
  for (size_t begin = 1; begin <= path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    const int dots = DotsOf(segment);
    if (dots == 0) segments.push_back(segment);
    if (dots == 2 && !segments.empty()) segments.pop_back();
    ends_in_slash = dots != 0;
    begin = end + 1;
  }
  std::string result;
  for (const std::string_view segment : segments) result.append("/").append(segment);
  if (ends_in_slash || result.empty()) result += '/';
  return result;
}

}  // namespace

std::optional<std::string> NormalizePath(std::string_view path) {
  if (!MayNeedNormalizing(path)) return std::nullopt;
  const std::string_view bare = PathWithoutQuery(path);
  if (IsNormal(bare)) return std::nullopt;
  std::string result(bare);
  std::replace(result.begin(), result.end(), '\\', '/');
  if (result.empty()) result = "/";
  if (result.starts_with('/')) {
    result = ResolveDots(result);
  } else if (result == bare) {
    return std::nullopt;  // "*", or a path that is no path: left alone.
  }
  result += path.substr(bare.size());
  return result;
}

}  // namespace meshroute
