// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/display_columns.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "tools/meshroute/console.h"

namespace meshroute::tool {
namespace {

constexpr size_t kTabStop = 8;
constexpr size_t kColumnsShown = 100;
constexpr size_t kColumnsBefore = 60;  // At most, of the line before the byte.

struct Range {
  uint32_t first;
  uint32_t last;
};

// The blocks that matter of Unicode's East Asian Width "W" and "F".
constexpr std::array<Range, 11> kWide = {{{0x1100, 0x115F},
                                          {0x2E80, 0x303E},
                                          {0x3041, 0xA4CF},
                                          {0xA960, 0xA97C},
                                          {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},
                                          {0xFE30, 0xFE6F},
                                          {0xFF00, 0xFF60},
                                          {0xFFE0, 0xFFE6},
                                          {0x1F300, 0x1F9FF},
                                          {0x20000, 0x3FFFD}}};

// Combining marks, joiners and variation selectors.
constexpr std::array<Range, 6> kCombining = {{{0x0300, 0x036F},
                                              {0x1AB0, 0x1AFF},
                                              {0x200B, 0x200F},
                                              {0x20D0, 0x20FF},
                                              {0xFE00, 0xFE0F},
                                              {0xFE20, 0xFE2F}}};

template <size_t n>
bool IsIn(uint32_t character, const std::array<Range, n>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [character](const Range& range) {
    return range.first <= character && character <= range.last;
  });
}

// The column at which the text up to each character ends.
struct Shown {
  std::string text;
  std::vector<size_t> bytes;  // Of `text`, at which each column begins.
  size_t caret_column = 0;
};

Shown Show(std::string_view line, size_t byte) {
  Shown shown;
  for (size_t i = 0; i < line.size();) {
    if (i <= byte) shown.caret_column = shown.bytes.size();
    if (line[i] == '\t') {
      do {
        shown.bytes.push_back(shown.text.size());
        shown.text += ' ';
      } while (shown.bytes.size() % kTabStop != 0);
      ++i;
      continue;
    }
    const Character character = CharacterAt(line, i);
    shown.bytes.insert(shown.bytes.end(), character.columns, shown.text.size());
    shown.text += Visible(line.substr(i, character.bytes));
    i += character.bytes;
  }
  if (byte >= line.size()) shown.caret_column = shown.bytes.size();
  return shown;
}

}  // namespace

Character CharacterAt(std::string_view text, size_t byte) {
  const auto lead = static_cast<unsigned char>(text[byte]);
  size_t length = 1;
  if (lead >= 0xC2 && lead < 0xE0) length = 2;
  if (lead >= 0xE0 && lead < 0xF0) length = 3;
  if (lead >= 0xF0 && lead < 0xF5) length = 4;
  if (length == 1 || byte + length > text.size()) return {1, 1};
  uint32_t character = lead & (0xFFU >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[byte + i]);
    if ((next & 0xC0U) != 0x80U) return {1, 1};
    character = character << 6 | (next & 0x3FU);
  }
  if (IsIn(character, kCombining)) return {length, 0};
  return {length, IsIn(character, kWide) ? size_t{2} : size_t{1}};
}

size_t DisplayWidth(std::string_view text) {
  size_t columns = 0;
  for (size_t i = 0; i < text.size();) {
    const Character character = CharacterAt(text, i);
    columns += character.columns;
    i += character.bytes;
  }
  return columns;
}

LineWindow CutToWindow(std::string_view line, size_t byte) {
  Shown shown = Show(line, byte);
  const size_t columns = shown.bytes.size();
  if (columns <= kColumnsShown) return {std::move(shown.text), shown.caret_column};
  size_t first = shown.caret_column > kColumnsBefore ? shown.caret_column - kColumnsBefore : 0;
  first = std::min(first, columns - kColumnsShown);
  // Not in the middle of a wide character.
  while (first > 0 && shown.bytes[first] == shown.bytes[first - 1]) --first;
  const size_t last = std::min(first + kColumnsShown, columns);
  const size_t end = last == columns ? shown.text.size() : shown.bytes[last];
  const std::string_view before = first > 0 ? "..." : "";
  LineWindow window;
  window.text = before;
  window.text += shown.text.substr(shown.bytes[first], end - shown.bytes[first]);
  if (last < columns) window.text += "...";
  window.caret_column = shown.caret_column - first + before.size();
  return window;
}

}  // namespace meshroute::tool
