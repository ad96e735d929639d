// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_text.h"

namespace meshroute {
namespace {

enum class Direction { kRequest, kResponse };

// Whether a header's edit may rewrite the authority: requests' set and add may.
enum class Authority { kRefused, kAllowed };

void CheckEditedHeaderName(ConfigErrors& errors, std::string_view name, Authority authority) {
  const bool is_authority = IsAuthorityHeader(name);
  if (name.empty()) {
    errors.Add("must not have an empty name of a header");
  } else if (is_authority ? authority == Authority::kRefused : !IsHttpToken(name)) {
    errors.Add(
        absl::StrCat("must be the name of a header that may be edited here, got ", Quoted(name)));
  }
}

void SkipSpaces(std::string_view& text) {
  while (!text.empty() && absl::ascii_isspace(static_cast<unsigned char>(text.front()))) {
    text.remove_prefix(1);
  }
}

bool Skip(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// Takes a quoted string with backslash escapes off `text`.
bool SkipString(std::string_view& text) {
  if (!Skip(text, '"')) return false;
  while (!text.empty() && text.front() != '"') {
    text.remove_prefix(text.front() == '\\' ? std::min<size_t>(2, text.size()) : 1);
  }
  return Skip(text, '"');
}

// Takes `["a", "b"]` or any text up to ')' off `text`, and the ')' itself.
bool SkipArguments(std::string_view& text) {
  SkipSpaces(text);
  if (!Skip(text, '[')) {
    text.remove_prefix(std::min(text.find(')'), text.size()));
    return Skip(text, ')');
  }
  do {
    SkipSpaces(text);
    if (!SkipString(text)) return false;
    SkipSpaces(text);
  } while (Skip(text, ','));
  if (!Skip(text, ']')) return false;
  SkipSpaces(text);
  return Skip(text, ')');
}

// Takes a command operator, `%NAME%` or `%NAME(arguments)%`, off `text`.
bool SkipOperator(std::string_view& text) {
  if (!Skip(text, '%')) return false;
  text.remove_prefix(std::min(text.find_first_of("%("), text.size()));
  if (Skip(text, '(')) {
    if (!SkipArguments(text)) return false;
    SkipSpaces(text);
  }
  return Skip(text, '%');
}

void CheckOperators(ConfigErrors& errors, std::string_view value) {
  std::string_view rest = value;
  for (;;) {
    rest.remove_prefix(std::min(rest.find('%'), rest.size()));
    if (rest.empty()) return;
    const std::string_view start = rest;
    if (!SkipOperator(rest)) {
      errors.Add(absl::StrCat("must write a percent sign as %%, got an unfinished operator in ",
                              Quoted(value)));
      return;
    }
    const std::string_view found = start.substr(0, start.size() - rest.size());
    if (found != "%%") {
      errors.Add(absl::StrCat("uses the command operator ", Quoted(found),
                              ", which is not supported in-process; %% is a percent sign"));
    }
  }
}

void CheckHeaderValue(ConfigErrors& errors, std::string_view value) {
  const bool is_clean = std::all_of(value.begin(), value.end(), [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  });
  if (!is_clean) {
    errors.Add(
        absl::StrCat("must not have control characters in a header's value, got ", Quoted(value)));
  }
  CheckOperators(errors, value);
}

void CheckOperations(ConfigErrors& errors, Direction direction, const HeaderOperations& edits) {
  const ConfigErrors::Scope scope(errors,
                                  direction == Direction::kRequest ? "request" : "response");
  const Authority authority =
      direction == Direction::kRequest ? Authority::kAllowed : Authority::kRefused;
  const auto check_map = [&](std::string_view field,
                             const std::map<std::string, std::string>& headers) {
    const ConfigErrors::Scope map(errors, field);
    for (const auto& [name, value] : headers) {
      const ConfigErrors::Scope header(errors, name);
      CheckEditedHeaderName(errors, name, authority);
      CheckHeaderValue(errors, value);
    }
  };
  check_map("set", edits.set);
  check_map("add", edits.add);
  for (size_t i = 0; i < edits.remove.size(); ++i) {
    const ConfigErrors::Scope element(errors, "remove", i);
    CheckEditedHeaderName(errors, edits.remove[i], Authority::kRefused);
  }
}

}  // namespace

void CheckHeaderEdits(ConfigErrors& errors, const HeaderEdits& edits) {
  const ConfigErrors::Scope scope(errors, "headers");
  if (edits.request) CheckOperations(errors, Direction::kRequest, *edits.request);
  if (edits.response) CheckOperations(errors, Direction::kResponse, *edits.response);
}

}  // namespace meshroute
