// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_CONSOLE_TERMINAL_H_
#define EXAMPLES_CONSOLE_TERMINAL_H_

#include <cstddef>
#include <string>
#include <vector>

namespace console {

// Standard output: a picture that is redrawn in place on a terminal of 80 columns
// or more, and plain lines elsewhere. Thread-compatible.
class Terminal {
 public:
  enum class Mode { kAutomatic, kPlain };
  enum class Colour { kGreen = 32, kRed = 31, kYellow = 33, kFaint = 2, kBold = 1 };

  // `picture_lines` is how tall the picture gets.
  Terminal(Mode mode, size_t picture_lines);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // Whether pictures are drawn.
  bool live() const { return live_; }

  // `text` in `colour`, or as it is where colours are not wanted.
  std::string Paint(Colour colour, const std::string& text) const;

  // Draws the picture over the one before; live() only.
  void Draw(const std::vector<std::string>& lines);

  void Print(const std::string& line);

 private:
  const bool live_;
  const bool colours_;
  size_t drawn_ = 0;  // Lines of the picture that is there.
};

}  // namespace console

#endif  // EXAMPLES_CONSOLE_TERMINAL_H_
