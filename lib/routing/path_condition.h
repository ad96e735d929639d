// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_PATH_CONDITION_H_
#define MESHROUTE_LIB_ROUTING_PATH_CONDITION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/routing/regex.h"
#include "meshroute/config/http_match.h"

namespace meshroute {

// What a match block asks of the path (`uri`, `ignoreUriCase`). A block without
// `uri` asks for the prefix "/". Immutable; move-only.
class PathCondition {
 public:
  enum class Kind : uint8_t { kExact, kPrefix, kRegex };
  enum class Case : uint8_t { kSensitive, kIgnored };  // ASCII letters only.

  // Length of "the whole path", as a prefix that a rewrite replaces.
  static constexpr size_t kWholePath = static_cast<size_t>(-1);

  PathCondition();  // Prefix "/".
  explicit PathCondition(const HttpMatchRequest& block);

  // `path` has no query and no fragment.
  bool Matches(std::string_view path) const;

  // For people: `must begin with "/api"`; with " (in any case)" where case is
  // ignored.
  std::string Describe() const;

  Kind kind() const { return kind_; }
  Case letter_case() const { return case_; }

  // The text of an exact or prefix condition, in lower case where case is
  // ignored; of a regex, a text that every match begins with.
  const std::string& literal() const { return literal_; }

  // How many bytes of a path that matched a rewrite replaces.
  size_t matched_length() const { return kind_ == Kind::kPrefix ? literal_.size() : kWholePath; }

 private:
  Kind kind_ = Kind::kPrefix;
  Case case_ = Case::kSensitive;
  std::string literal_ = "/";
  std::optional<Regex> regex_;
};

// ASCII lower case of one byte.
constexpr char FoldCase(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_PATH_CONDITION_H_
