// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/regex.h"

#include <re2/re2.h>

namespace meshroute {
namespace {

constexpr std::string_view kMetaCharacters = "\\.+*?()|[]{}^$";

bool IsPlain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7f && kMetaCharacters.find(c) == std::string_view::npos;
}

// A backslash before punctuation stands for the character itself.
bool IsEscapedPunctuation(std::string_view pattern) {
  if (pattern.size() < 2 || pattern[0] != '\\') return false;
  const char c = pattern[1];
  return kMetaCharacters.find(c) != std::string_view::npos || c == '/' || c == '-' || c == '_';
}

}  // namespace

Regex::Regex(const std::string& pattern)
    : regex_(std::make_unique<const re2::RE2>(pattern, re2::RE2::Quiet)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

const std::string& Regex::pattern() const { return regex_->pattern(); }

bool Regex::FullMatch(std::string_view text) const {
  return regex_->ok() && regex_->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(),
                                       re2::RE2::ANCHOR_BOTH, nullptr, 0);
}

std::string Regex::ReplaceAll(std::string_view text, const std::string& rewrite) const {
  std::string result(text);
  if (regex_->ok()) re2::RE2::GlobalReplace(&result, *regex_, rewrite);
  return result;
}

std::string Regex::LiteralPrefix(std::string_view pattern) {
  // An alternative may begin differently, and a quoted run hides what is one.
  if (pattern.find('|') != std::string_view::npos) return "";
  if (!pattern.empty() && pattern.front() == '^') pattern.remove_prefix(1);
  std::string prefix;
  while (!pattern.empty()) {
    const bool escaped = IsEscapedPunctuation(pattern);
    if (!escaped && !IsPlain(pattern.front())) break;
    const size_t length = escaped ? 2 : 1;
    const char next = pattern.size() > length ? pattern[length] : '\0';
    if (next == '*' || next == '?' || next == '{') break;  // May occur not at all.
    prefix.push_back(pattern[length - 1]);
    if (next == '+') break;
    pattern.remove_prefix(length);
  }
  return prefix;
}

}  // namespace meshroute
