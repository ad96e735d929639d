// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/meshroute/commands.h"

namespace {

using meshroute::tool::ChooseStyle;
using meshroute::tool::ColorQuestion;
using meshroute::tool::Style;

std::optional<std::string> Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Style StyleOf(int descriptor, std::string_view when) {
  return ChooseStyle({.when = when,
                      .no_color = Environment("NO_COLOR"),
                      .terminal = Environment("TERM"),
                      .stream = isatty(descriptor) == 1 ? ColorQuestion::Stream::kTerminal
                                                        : ColorQuestion::Stream::kOther});
}

}  // namespace

int main(int count, char** words) {
  std::ios::sync_with_stdio(false);
  meshroute::tool::Console console{
      .in = std::cin,
      .out = std::cout,
      .err = std::cerr,
      .style_of_out = [](std::string_view when) { return StyleOf(STDOUT_FILENO, when); },
      .style_of_err = [](std::string_view when) { return StyleOf(STDERR_FILENO, when); }};
  return meshroute::tool::RunTool(std::vector<std::string>(words + 1, words + count), console);
}
