// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/console.h"

namespace meshroute::tool {
namespace {

// SGR parameters; bright enough for light and for dark backgrounds.
std::string_view Sequence(Ink ink) {
  switch (ink) {
    case Ink::kPlain:
      return "";
    case Ink::kStrong:
      return "\x1b[1m";
    case Ink::kFaint:
      return "\x1b[2m";
    case Ink::kError:
      return "\x1b[1;31m";
    case Ink::kWarning:
      return "\x1b[1;35m";
    case Ink::kInfo:
      return "\x1b[1;36m";
    case Ink::kGood:
      return "\x1b[1;32m";
  }
  return "";
}

}  // namespace

std::string Style::operator()(Ink ink, std::string_view text) const {
  const std::string_view sequence = Sequence(ink);
  if (mode_ == Mode::kPlain || sequence.empty() || text.empty()) return std::string(text);
  std::string colored(sequence);
  colored += text;
  colored += "\x1b[0m";
  return colored;
}

Style ChooseStyle(const ColorQuestion& question) {
  if (question.when == "always") return Style(Style::Mode::kColored);
  if (question.when == "never") return Style(Style::Mode::kPlain);
  const bool refused = question.no_color.has_value() && !question.no_color->empty();
  const bool dumb = !question.terminal.has_value() || *question.terminal == "dumb";
  const bool colored = question.stream == ColorQuestion::Stream::kTerminal && !refused && !dumb;
  return Style(colored ? Style::Mode::kColored : Style::Mode::kPlain);
}

std::string Visible(std::string_view text) {
  std::string visible(text);
  for (size_t i = 0; i < visible.size(); ++i) {
    const auto byte = static_cast<unsigned char>(visible[i]);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7F) visible[i] = '?';
    // U+0080..U+009F, which some terminals obey as well: C2 80 .. C2 9F.
    const bool is_c1 = byte == 0xC2 && i + 1 < visible.size() &&
                       (static_cast<unsigned char>(visible[i + 1]) & 0xE0U) == 0x80U;
    if (is_c1) visible.replace(i, 2, "?");
  }
  return visible;
}

}  // namespace meshroute::tool
