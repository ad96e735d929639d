// SPDX-License-Identifier: Apache-2.0
#include "lib/config/validate_text.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"

namespace meshroute {
namespace {

constexpr size_t kMaximumRegex = 1024;

RE2::Options QuietOptions() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

re2::StringPiece Piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

void CheckRegex(ConfigErrors& errors, std::string_view field, std::string_view pattern) {
  if (pattern.empty()) {
    AddAt(errors, field, "must not be empty");
  } else if (pattern.size() > kMaximumRegex) {
    AddAt(
        errors, field,
        absl::StrCat("must be a regex of at most ", kMaximumRegex, " bytes, got ", pattern.size()));
  } else if (const RE2 regex(Piece(pattern), QuietOptions()); !regex.ok()) {
    AddAt(
        errors, field,
        absl::StrCat("must be a regex in RE2 syntax, got ", Quoted(pattern), ": ", regex.error()));
  }
}

void CheckStringMatch(ConfigErrors& errors, std::string_view field, const StringMatch& match) {
  if (match.kind == StringMatch::Kind::kPrefix && match.value.empty()) {
    const ConfigErrors::Scope scope(errors, field);
    AddAt(errors, "prefix", "must not be empty; {} asks for any value");
  }
  CheckUriMatch(errors, field, match);
}

void CheckUriMatch(ConfigErrors& errors, std::string_view field, const StringMatch& match) {
  if (match.kind != StringMatch::Kind::kRegex) return;
  const ConfigErrors::Scope scope(errors, field);
  CheckRegex(errors, "regex", match.value);
}

void CheckRegexRewrite(ConfigErrors& errors, std::string_view field, const RegexRewrite& rewrite) {
  const ConfigErrors::Scope scope(errors, field);
  CheckRegex(errors, "match", rewrite.match);
  if (rewrite.rewrite.empty()) AddAt(errors, "rewrite", "must not be empty");
  CheckUrlPart(errors, "rewrite", rewrite.rewrite);
  if (rewrite.match.size() > kMaximumRegex) return;
  const RE2 regex(Piece(rewrite.match), QuietOptions());
  std::string problem;
  if (regex.ok() && !regex.CheckRewriteString(Piece(rewrite.rewrite), &problem)) {
    AddAt(errors, "rewrite",
          absl::StrCat("must refer to captures of `match` as \\0 to \\9, got ",
                       Quoted(rewrite.rewrite), ": ", problem));
  }
}

bool IsHttpToken(std::string_view text) {
  static constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           kOthers.find(c) != std::string_view::npos;
  });
}

bool IsJwtClaim(std::string_view header_name) {
  static constexpr std::string_view kPrefix = "@request.auth.claims";
  if (!absl::EqualsIgnoreCase(std::string(header_name.substr(0, kPrefix.size())),
                              std::string(kPrefix))) {
    return false;
  }
  const std::string_view claim = header_name.substr(kPrefix.size());
  return (claim.size() > 1 && claim.front() == '.') ||
         (claim.size() > 2 && claim.front() == '[' && claim.back() == ']');
}

void CheckMatchedHeaderName(ConfigErrors& errors, std::string_view name) {
  static constexpr std::array<std::string_view, 5> kPseudoHeaders{":method", ":scheme",
                                                                  ":authority", ":path", ":status"};
  if (IsHttpToken(name) || IsJwtClaim(name) ||
      std::find(kPseudoHeaders.begin(), kPseudoHeaders.end(), name) != kPseudoHeaders.end()) {
    return;
  }
  AddAt(errors, name, absl::StrCat("must be the name of a header, got ", Quoted(name)));
}

void CheckUrlPart(ConfigErrors& errors, std::string_view field, std::string_view value) {
  const bool is_clean = std::all_of(value.begin(), value.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7F;
  });
  if (is_clean) return;
  AddAt(errors, field,
        absl::StrCat("must not have spaces or control characters, got ", Quoted(value)));
}

bool IsAuthorityHeader(std::string_view name) {
  const std::string lower = absl::AsciiStrToLower(std::string(name));
  return lower == "host" || lower == ":authority";
}

}  // namespace meshroute
