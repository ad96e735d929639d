// SPDX-License-Identifier: Apache-2.0
#include "lib/config/core_schema.h"

#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <system_error>

namespace meshroute {
namespace {

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (text == word) return true;
  }
  return false;
}

// Takes the digits off the front of `text`; tells how many there were.
size_t TakeDigits(std::string_view& text) {
  size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
  text.remove_prefix(count);
  return count;
}

std::string_view WithoutSign(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return text;
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool IsDecimal(std::string_view text) {
  text = WithoutSign(text);
  size_t digits = TakeDigits(text);
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    digits += TakeDigits(text);
  }
  if (digits == 0) return false;
  if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
    text = WithoutSign(text.substr(1));
    if (TakeDigits(text) == 0) return false;
  }
  return text.empty();
}

bool IsNotFinite(std::string_view text) {
  return IsOneOf(WithoutSign(text), {".inf", ".Inf", ".INF"}) ||
         IsOneOf(text, {".nan", ".NaN", ".NAN"});
}

// Whether `text` is 0x... or 0o...; `decimal` is then the number in decimal, or
// `text` itself where it is too large for any integer.
bool IsOtherBase(std::string_view text, std::string& decimal) {
  if (text.size() < 3 || text[0] != '0' || (text[1] != 'x' && text[1] != 'o')) return false;
  const char* const end = text.data() + text.size();
  uint64_t value = 0;
  const auto result = std::from_chars(text.data() + 2, end, value, text[1] == 'x' ? 16 : 8);
  if (result.ptr != end) return false;
  decimal = result.ec == std::errc() ? std::to_string(value) : std::string(text);
  return true;
}

}  // namespace

DocumentNode ResolvePlainScalar(std::string_view text, TextPosition position) {
  if (IsOneOf(text, {"", "~", "null", "Null", "NULL"})) return DocumentNode(position);
  if (IsOneOf(text, {"true", "True", "TRUE"})) return DocumentNode::Bool(true, position);
  if (IsOneOf(text, {"false", "False", "FALSE"})) return DocumentNode::Bool(false, position);
  if (IsDecimal(text) || IsNotFinite(text)) {
    return DocumentNode::Number(std::string(text), position);
  }
  if (std::string decimal; IsOtherBase(text, decimal)) {
    return DocumentNode::Number(std::move(decimal), position);
  }
  return DocumentNode::String(std::string(text), position);
}

}  // namespace meshroute
