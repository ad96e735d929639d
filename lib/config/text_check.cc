// SPDX-License-Identifier: Apache-2.0
#include "lib/config/text_check.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace meshroute {
namespace {

// The length of the UTF-8 character at the front of `text`; 0 where the bytes
// are none: cut off, overlong, a surrogate, beyond U+10FFFF.
size_t CharacterLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  const uint8_t second = byte(1);
  const bool refused = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                       (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
  return refused ? 0 : length;
}

bool IsControl(char c) {
  const auto byte = static_cast<uint8_t>(c);
  return byte < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

}  // namespace

TextPosition TextCursor::At(size_t offset) {
  for (offset = std::min(offset, text_.size()); passed_ < offset; ++passed_) {
    if (text_[passed_] == '\n') {
      ++line_;
      line_start_ = passed_ + 1;
    }
  }
  return {line_, static_cast<uint32_t>(offset - line_start_ + 1)};
}

std::optional<DocumentBuilder::Error> CheckText(std::string_view text, const LoadOptions& options) {
  if (text.size() > options.maximum_bytes) {
    return DocumentBuilder::Error{absl::StrCat("the text has ", text.size(), " bytes; at most ",
                                               options.maximum_bytes, " are read"),
                                  {1, 1},
                                  ProblemCode::kLimitExceeded};
  }
  size_t offset = 0;
  while (offset < text.size()) {
    const size_t length = CharacterLength(text.substr(offset));
    if (length == 0) {
      return DocumentBuilder::Error{absl::StrFormat("the byte 0x%02X is not valid UTF-8 here",
                                                    static_cast<uint8_t>(text[offset])),
                                    TextCursor(text).At(offset)};
    }
    if (length == 1 && IsControl(text[offset])) {
      return DocumentBuilder::Error{absl::StrFormat("the control character 0x%02X is not allowed",
                                                    static_cast<uint8_t>(text[offset])),
                                    TextCursor(text).At(offset)};
    }
    offset += length;
  }
  return std::nullopt;
}

}  // namespace meshroute
