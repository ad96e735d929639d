// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_DISPLAY_COLUMNS_H_
#define MESHROUTE_TOOLS_MESHROUTE_DISPLAY_COLUMNS_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace meshroute::tool {

// One character of a UTF-8 text as a terminal shows it.
struct Character {
  size_t bytes = 1;
  size_t columns = 1;  // 2 of a wide one (CJK, emoji), 0 of a combining one.
};

// The character that begins at `byte`, which lies in `text`. A byte that begins no
// character counts as one of its own.
Character CharacterAt(std::string_view text, size_t byte);

// How many columns `text` takes: of text without tabs and control characters.
size_t DisplayWidth(std::string_view text);

// The part of a line that is shown.
struct LineWindow {
  std::string text;         // Tabs as spaces, control characters as '?'.
  size_t caret_column = 0;  // Where the byte asked for stands in `text`, from 0.
};

// Cuts a long `line` to the part around `byte`, with "..." where something is left
// out. `byte` may be the line's end.
LineWindow CutToWindow(std::string_view line, size_t byte);

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_DISPLAY_COLUMNS_H_
