// SPDX-License-Identifier: Apache-2.0
#include "console/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace console {
namespace {

constexpr size_t kColumns = 80;

void WriteOut(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

bool CanDraw(size_t lines) {
  const char* const kind = std::getenv("TERM");
  if (isatty(STDOUT_FILENO) == 0 || kind == nullptr || std::string_view(kind) == "dumb") {
    return false;
  }
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return true;  // Not known.
  return size.ws_col >= kColumns && size.ws_row > lines;
}

bool WantsColours() {
  const char* const no_colour = std::getenv("NO_COLOR");  // https://no-color.org
  return no_colour == nullptr || *no_colour == '\0';
}

}  // namespace

Terminal::Terminal(Mode mode, size_t picture_lines)
    : live_(mode == Mode::kAutomatic && CanDraw(picture_lines)), colours_(live_ && WantsColours()) {
  if (live_) WriteOut("\x1b[?25l");  // No cursor.
}

Terminal::~Terminal() {
  if (live_) WriteOut("\x1b[?25h");
}

std::string Terminal::Paint(Colour colour, const std::string& text) const {
  if (!colours_) return text;
  return "\x1b[" + std::to_string(static_cast<int>(colour)) + "m" + text + "\x1b[0m";
}

void Terminal::Draw(const std::vector<std::string>& lines) {
  std::string out = "\r";
  if (drawn_ > 0) out += "\x1b[" + std::to_string(drawn_) + "A";
  for (const std::string& line : lines) out += line + "\x1b[K\n";
  out += "\x1b[J";
  drawn_ = lines.size();
  WriteOut(out);
}

void Terminal::Print(const std::string& line) { WriteOut(line + "\n"); }

}  // namespace console
