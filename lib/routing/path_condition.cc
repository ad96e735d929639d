// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/path_condition.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/config/visible_text.h"
#include "meshroute/message/headers.h"

namespace meshroute {

PathCondition::PathCondition() = default;

PathCondition::PathCondition(const HttpMatchRequest& block) {
  if (!block.uri || block.uri->kind == StringMatch::Kind::kPresent) return;
  literal_ = block.uri->value;
  if (block.uri->kind == StringMatch::Kind::kRegex) {
    kind_ = Kind::kRegex;
    regex_.emplace(literal_);
    literal_ = Regex::LiteralPrefix(literal_);
    return;
  }
  kind_ = block.uri->kind == StringMatch::Kind::kExact ? Kind::kExact : Kind::kPrefix;
  if (block.ignore_uri_case) {
    case_ = Case::kIgnored;
    std::transform(literal_.begin(), literal_.end(), literal_.begin(), FoldCase);
  }
}

bool PathCondition::Matches(std::string_view path) const {
  if (kind_ == Kind::kRegex) return regex_->FullMatch(path);
  if (kind_ == Kind::kPrefix) path = path.substr(0, literal_.size());
  return case_ == Case::kIgnored ? EqualsIgnoreCase(path, literal_) : path == literal_;
}

std::string PathCondition::Describe() const {
  std::string text = "must ";
  if (kind_ == Kind::kRegex) {
    absl::StrAppend(&text, "match the regex \"", VisibleText(regex_->pattern()), "\"");
  } else {
    absl::StrAppend(&text, kind_ == Kind::kExact ? "be \"" : "begin with \"", VisibleText(literal_),
                    "\"");
  }
  if (case_ == Case::kIgnored) text += " (in any case)";
  return text;
}

}  // namespace meshroute
