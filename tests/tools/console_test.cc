// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/console.h"

#include <gtest/gtest.h>

namespace meshroute::tool {
namespace {

using Stream = ColorQuestion::Stream;

Style::Mode ModeOf(ColorQuestion question) { return ChooseStyle(question).mode(); }

TEST(ConsoleTest, ColoursAreForTerminalsOnly) {
  EXPECT_EQ(ModeOf({.terminal = "xterm", .stream = Stream::kTerminal}), Style::Mode::kColored);
  EXPECT_EQ(ModeOf({.terminal = "xterm", .stream = Stream::kOther}), Style::Mode::kPlain);
}

TEST(ConsoleTest, NoColorAndDumbTerminalsTurnColoursOff) {
  EXPECT_EQ(ModeOf({.no_color = "1", .terminal = "xterm", .stream = Stream::kTerminal}),
            Style::Mode::kPlain);
  EXPECT_EQ(ModeOf({.no_color = "", .terminal = "xterm", .stream = Stream::kTerminal}),
            Style::Mode::kColored);
  EXPECT_EQ(ModeOf({.terminal = "dumb", .stream = Stream::kTerminal}), Style::Mode::kPlain);
  EXPECT_EQ(ModeOf({.stream = Stream::kTerminal}), Style::Mode::kPlain);
}

TEST(ConsoleTest, TheOptionHasTheLastWord) {
  EXPECT_EQ(ModeOf({.when = "always", .no_color = "1"}), Style::Mode::kColored);
  EXPECT_EQ(ModeOf({.when = "never", .terminal = "xterm", .stream = Stream::kTerminal}),
            Style::Mode::kPlain);
}

TEST(ConsoleTest, PlainStyleLeavesTextAsItIs) {
  EXPECT_EQ(Style()(Ink::kError, "bad"), "bad");
  EXPECT_EQ(Style(Style::Mode::kColored)(Ink::kError, "bad"), "\x1b[1;31mbad\x1b[0m");
  EXPECT_EQ(Style(Style::Mode::kColored)(Ink::kPlain, "fine"), "fine");
}

TEST(ConsoleTest, ControlCharactersCannotReachTheTerminal) {
  EXPECT_EQ(Visible("a\x1b[2Jb\rc\x7f"), "a?[2Jb?c?");
  EXPECT_EQ(Visible("a\xC2\x9B"
                    "b"),
            "a?b");
  EXPECT_EQ(Visible("a\tb h\xC3\xA9"), "a\tb h\xC3\xA9");
}

}  // namespace
}  // namespace meshroute::tool
