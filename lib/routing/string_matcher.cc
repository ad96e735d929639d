// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/string_matcher.h"

#include "absl/strings/str_cat.h"
#include "lib/config/visible_text.h"

namespace meshroute {

StringMatcher::StringMatcher(const StringMatch& match) : condition_(MakeCondition(match)) {}

StringMatcher::Condition StringMatcher::MakeCondition(const StringMatch& match) {
  if (match.MeansPresent()) return Present{};
  switch (match.kind) {
    case StringMatch::Kind::kExact:
      return Exact{match.value};
    case StringMatch::Kind::kPrefix:
      return Prefix{match.value};
    default:
      return Regex(match.value);
  }
}

bool StringMatcher::Matches(std::string_view text) const {
  if (const auto* exact = std::get_if<Exact>(&condition_)) return text == exact->text;
  if (const auto* prefix = std::get_if<Prefix>(&condition_)) return text.starts_with(prefix->text);
  if (const auto* regex = std::get_if<Regex>(&condition_)) return regex->FullMatch(text);
  return true;
}

std::string StringMatcher::Describe() const {
  if (const auto* exact = std::get_if<Exact>(&condition_)) {
    return absl::StrCat("be \"", VisibleText(exact->text), "\"");
  }
  if (const auto* prefix = std::get_if<Prefix>(&condition_)) {
    return absl::StrCat("begin with \"", VisibleText(prefix->text), "\"");
  }
  if (const auto* regex = std::get_if<Regex>(&condition_)) {
    return absl::StrCat("match the regex \"", VisibleText(regex->pattern()), "\"");
  }
  return "be present";
}

}  // namespace meshroute
