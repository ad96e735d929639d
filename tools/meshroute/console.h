// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_CONSOLE_H_
#define MESHROUTE_TOOLS_MESHROUTE_CONSOLE_H_

#include <functional>
#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace meshroute::tool {

// What a piece of output is, of which its colour follows.
enum class Ink { kPlain, kStrong, kFaint, kError, kWarning, kInfo, kGood };

// Colours text, or leaves it as it is.
class Style {
 public:
  enum class Mode { kPlain, kColored };

  explicit Style(Mode mode = Mode::kPlain) : mode_(mode) {}

  // `text` between the control sequences of `ink`.
  std::string operator()(Ink ink, std::string_view text) const;

  Mode mode() const { return mode_; }

 private:
  Mode mode_;
};

// Whether --color=WHEN (auto, always, never) asks for colours on a stream.
struct ColorQuestion {
  std::string_view when = "auto";
  std::optional<std::string> no_color{};  // The environment's NO_COLOR.
  std::optional<std::string> terminal{};  // The environment's TERM.
  enum class Stream { kTerminal, kOther };
  Stream stream = Stream::kOther;
};

// An empty NO_COLOR counts as unset, as its convention has it; a dumb terminal has
// no colours.
Style ChooseStyle(const ColorQuestion& question);

// Where a command reads and writes. Streams outlive it.
struct Console {
  std::istream& in;
  std::ostream& out;  // What was asked for.
  std::ostream& err;  // Complaints and notes.
  Style out_style{};
  Style err_style{};

  // Styles for --color=WHEN; tells what the streams really are.
  std::function<Style(std::string_view when)> style_of_out{};
  std::function<Style(std::string_view when)> style_of_err{};
};

// `text` fit for a terminal: control characters, which could move the cursor or
// forge lines, become '?'. Tabs stay.
std::string Visible(std::string_view text);

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_CONSOLE_H_
