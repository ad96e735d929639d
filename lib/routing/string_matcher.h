// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_STRING_MATCHER_H_
#define MESHROUTE_LIB_ROUTING_STRING_MATCHER_H_

#include <string>
#include <string_view>
#include <variant>

#include "lib/routing/regex.h"
#include "meshroute/config/string_match.h"

namespace meshroute {

// A StringMatch, compiled: exact and prefix compare bytes, a regex must match
// the whole text. Immutable; move-only.
class StringMatcher {
 public:
  explicit StringMatcher(const StringMatch& match);

  bool Matches(std::string_view text) const;

  // The condition is met by every text: `{}`, or the regex "*".
  bool MeansPresent() const { return std::holds_alternative<Present>(condition_); }

  // The only text that meets an exact condition; nullptr of any other.
  const std::string* exact_text() const {
    const auto* const exact = std::get_if<Exact>(&condition_);
    return exact == nullptr ? nullptr : &exact->text;
  }

  // What the text must do, for people: `be "v1"`, `begin with "v"`, `match the
  // regex "v.*"`, `be present`.
  std::string Describe() const;

 private:
  struct Present {};
  struct Exact {
    std::string text;
  };
  struct Prefix {
    std::string text;
  };
  using Condition = std::variant<Present, Exact, Prefix, Regex>;

  static Condition MakeCondition(const StringMatch& match);

  Condition condition_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_STRING_MATCHER_H_
