// SPDX-License-Identifier: Apache-2.0
#include "lib/config/embedded_text.h"

#include <algorithm>
#include <optional>

namespace meshroute {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Reads a scalar as it is written, character by character. White space is passed
// over: folding and indentation change it, and nothing is looked for there.
class WrittenScalar {
 public:
  WrittenScalar(std::string_view text, size_t start) : text_(text), next_(start) {
    style_ = next_ < text_.size() ? text_[next_] : ' ';
    if (style_ == '"' || style_ == '\'') ++next_;
    if (style_ == '|' || style_ == '>') next_ = std::min(text_.find('\n', next_), text_.size());
  }

  // The offset of the next character, which must be `wanted`.
  std::optional<size_t> Take(char wanted) {
    SkipSpace();
    if (next_ >= text_.size()) return std::nullopt;
    if (style_ == '"' && text_[next_] == '\\' && ++next_ == text_.size()) return std::nullopt;
    if (text_[next_] != wanted) return std::nullopt;
    const size_t found = next_++;
    if (style_ == '\'' && wanted == '\'') ++next_;
    return found;
  }

 private:
  // In double quotes an escape may be white space too.
  void SkipSpace() {
    static constexpr std::string_view kEscapedSpace = " \t\n\rntr";
    while (next_ < text_.size()) {
      if (IsSpace(text_[next_])) {
        ++next_;
      } else if (style_ == '"' && text_[next_] == '\\' && next_ + 1 < text_.size() &&
                 kEscapedSpace.find(text_[next_ + 1]) != std::string_view::npos) {
        next_ += 2;
      } else {
        return;
      }
    }
  }

  const std::string_view text_;
  size_t next_;
  char style_ = ' ';
};

std::vector<size_t> Align(std::string_view string, std::string_view text, size_t start) {
  std::vector<size_t> offsets(string.size());
  WrittenScalar written(text, start);
  for (size_t i = 0; i < string.size(); ++i) {
    if (IsSpace(string[i])) continue;
    const std::optional<size_t> offset = written.Take(string[i]);
    if (!offset) return {};
    offsets[i] = *offset;
  }
  // White space counts as what follows it; at the end, as what comes before.
  size_t following = string.empty() ? 0 : *std::max_element(offsets.begin(), offsets.end());
  for (size_t i = string.size(); i-- > 0;) {
    if (IsSpace(string[i])) offsets[i] = following;
    following = offsets[i];
  }
  return offsets;
}

}  // namespace

EmbeddedText::EmbeddedText(std::string_view string, const SourceLines& outer, TextPosition scalar)
    : outer_(outer),
      lines_(string),
      offsets_(Align(lines_.text(), outer.text(), outer.OffsetOf(scalar))) {}

TextPosition EmbeddedText::At(TextPosition inside) const {
  if (offsets_.empty()) return {};
  return outer_.PositionOf(offsets_[std::min(lines_.OffsetOf(inside), offsets_.size() - 1)]);
}

}  // namespace meshroute
