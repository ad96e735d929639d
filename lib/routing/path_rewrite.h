// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_PATH_REWRITE_H_
#define MESHROUTE_LIB_ROUTING_PATH_REWRITE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "lib/routing/regex.h"
#include "meshroute/config/http_actions.h"

namespace meshroute {

// How a rule changes the path; query and fragment always stay. Immutable;
// move-only.
class PathRewrite {
 public:
  PathRewrite() = default;  // Changes nothing.
  explicit PathRewrite(const HttpRewrite& rewrite);

  bool empty() const { return prefix_.empty() && !regex_; }

  // The new path for `path` (with its query), of which the rule matched
  // `matched_length` bytes (PathCondition::matched_length).
  std::string Apply(std::string_view path, size_t matched_length) const;

 private:
  std::string prefix_;
  std::optional<Regex> regex_;
  std::string replacement_;
};

// `path` with its first `matched_length` bytes replaced, at most up to the query.
std::string ReplaceMatched(std::string_view path, size_t matched_length,
                           std::string_view replacement);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_PATH_REWRITE_H_
