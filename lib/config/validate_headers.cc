// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_text.h"
#include "meshroute/config/header_value.h"

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

void CheckOperators(ConfigErrors& errors, Direction direction, std::string_view name,
                    std::string_view value) {
  const HeaderValueParts value_parts = HeaderValueParts::Parse(
      value, direction == Direction::kRequest ? HeaderValueParts::Direction::kRequest
                                              : HeaderValueParts::Direction::kResponse);
  for (const std::string& problem : value_parts.problems) errors.Add(problem);
  if (!IsAuthorityHeader(name) || !value_parts.problems.empty()) return;
  const bool is_text = std::all_of(
      value_parts.parts.begin(), value_parts.parts.end(),
      [](const HeaderValuePart& part) { return part.kind == HeaderValuePart::Kind::kText; });
  if (!is_text) {
    errors.Add(absl::StrCat("must be an authority without operators, got ", Quoted(value)));
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
      CheckOperators(errors, direction, name, value);
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
