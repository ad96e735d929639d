// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/header_check.h"

#include <re2/re2.h>

#include <charconv>
#include <utility>

namespace meshroute::tool {
namespace {

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool IsInRange(std::string_view value, int64_t start, int64_t end) {
  int64_t number = 0;
  const auto [rest, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return error == std::errc() && rest == value.data() + value.size() && number >= start &&
         number < end;
}

bool ValueFits(const HeaderCheck& check, std::string_view value) {
  const bool folds = check.letter_case == HeaderCheck::Case::kIgnored;
  const std::string text = folds ? LowerCase(check.text) : check.text;
  const std::string found = folds ? LowerCase(value) : std::string(value);
  switch (check.kind) {
    case HeaderCheck::Kind::kPresent:
      return true;
    case HeaderCheck::Kind::kExact:
      return found == text;
    case HeaderCheck::Kind::kPrefix:
      return found.starts_with(text);
    case HeaderCheck::Kind::kSuffix:
      return found.ends_with(text);
    case HeaderCheck::Kind::kContains:
      return found.find(text) != std::string::npos;
    case HeaderCheck::Kind::kRegex:
      return check.regex->FullMatch(value);
    case HeaderCheck::Kind::kRange:
      return IsInRange(value, check.range_start, check.range_end);
  }
  return false;
}

}  // namespace

struct CompiledRegex::State {
  explicit State(const std::string& pattern) : regex(pattern, RE2::Quiet) {}
  RE2 regex;
};

absl::StatusOr<CompiledRegex> CompiledRegex::Create(std::string_view pattern) {
  auto state = std::make_shared<const State>(std::string(pattern));
  if (!state->regex.ok()) return absl::InvalidArgumentError(state->regex.error());
  return CompiledRegex(std::move(state));
}

bool CompiledRegex::FullMatch(std::string_view text) const {
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), state_->regex);
}

std::optional<std::string> JoinedValue(const Headers& headers, std::string_view name) {
  std::optional<std::string> joined;
  for (const Header& header : headers) {
    if (!EqualsIgnoreCase(header.name, name)) continue;
    if (joined.has_value()) {
      joined->append(",").append(header.value);
    } else {
      joined = header.value;
    }
  }
  return joined;
}

bool HeaderCheck::Holds(const Headers& headers) const {
  const std::optional<std::string> value = JoinedValue(headers, name);
  const bool wanted = sense == Sense::kMust;
  if (kind == Kind::kPresent) return value.has_value() == wanted;
  if (!value.has_value() && missing == Missing::kFails) return false;
  return ValueFits(*this, value.value_or("")) == wanted;
}

std::string HeaderCheck::Describe() const {
  const std::string quoted = "\"" + text + "\"";
  const std::string must = sense == Sense::kMust ? "must " : "must not ";
  switch (kind) {
    case Kind::kPresent:
      return must + "be present";
    case Kind::kExact:
      return must + "be " + quoted;
    case Kind::kPrefix:
      return must + "begin with " + quoted;
    case Kind::kSuffix:
      return must + "end with " + quoted;
    case Kind::kContains:
      return must + "contain " + quoted;
    case Kind::kRegex:
      return must + "match " + quoted;
    case Kind::kRange:
      return must + "be from " + std::to_string(range_start) + " to below " +
             std::to_string(range_end);
  }
  return must;
}

}  // namespace meshroute::tool
