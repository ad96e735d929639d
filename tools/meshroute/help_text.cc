// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/help_text.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "tools/meshroute/arguments.h"

namespace meshroute::tool {
namespace {

constexpr size_t kIndent = 2;

// Two columns, the second one lined up.
struct Row {
  std::string left;
  std::string_view right;
};

std::string Rows(const std::vector<Row>& rows, const Style& style) {
  constexpr size_t kWidestLeft = 34;
  size_t width = 0;
  for (const Row& row : rows) {
    if (row.left.size() <= kWidestLeft) width = std::max(width, row.left.size());
  }
  std::string text;
  for (const Row& row : rows) {
    text.append(kIndent, ' ').append(style(Ink::kStrong, row.left));
    if (row.left.size() > width) {
      text.append("\n").append(kIndent + width + 2, ' ');
    } else {
      text.append(width + 2 - row.left.size(), ' ');
    }
    text.append(row.right).append("\n");
  }
  return text;
}

std::string Indented(std::string_view lines) {
  std::string text;
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    text.append(kIndent, ' ').append(lines.substr(0, end)).append("\n");
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return text;
}

Row RowOf(const Option& option) {
  std::string left =
      option.letter == 0 ? std::string("    ") : "-" + std::string(1, option.letter) + ", ";
  left.append("--").append(option.name);
  if (!option.value.empty()) left.append("=").append(option.value);
  return {left, option.help};
}

std::string Options(std::string_view title, std::span<const Option> options, const Style& style) {
  std::vector<Row> rows;
  for (const Option& option : options) rows.push_back(RowOf(option));
  return "\n" + style(Ink::kStrong, title) + "\n" + Rows(rows, style);
}

std::string NameOf(const Positional& positional) {
  std::string name(positional.name);
  if (!positional.choices.empty()) name = positional.choices;
  switch (positional.count) {
    case Positional::Count::kOne:
      return name;
    case Positional::Count::kMaybeOne:
      return "[" + name + "]";
    case Positional::Count::kOneOrMore:
      return name + "...";
    case Positional::Count::kAny:
      return "[" + name + "...]";
  }
  return name;
}

}  // namespace

std::string UsageLine(const Command& command) {
  std::string line = "meshroute " + std::string(command.name);
  if (!command.options.empty()) line += " [OPTIONS]";
  for (const Positional& positional : command.positionals) line += " " + NameOf(positional);
  return line;
}

std::string HelpFor(const Command& command, const Style& style) {
  std::string text = style(Ink::kStrong, "Usage") + "\n  " + UsageLine(command) + "\n\n";
  text.append(command.description).append("\n");
  std::vector<Row> rows;
  for (const Positional& positional : command.positionals) {
    rows.push_back({std::string(positional.name), positional.help});
  }
  if (!rows.empty()) text += "\n" + style(Ink::kStrong, "Arguments") + "\n" + Rows(rows, style);
  for (const OptionGroup& group : command.options) {
    text += Options(group.title, group.options, style);
  }
  text += Options("General", GeneralOptions(), style);
  if (!command.examples.empty()) {
    text += "\n" + style(Ink::kStrong, "Examples") + "\n" + Indented(command.examples);
  }
  return text;
}

std::string HelpForAll(std::span<const Command* const> commands, const Style& style) {
  std::string text =
      "meshroute reads the Istio resources that an application routes by, and tells what they do.\n"
      "\n" +
      style(Ink::kStrong, "Usage") + "\n  meshroute COMMAND [OPTIONS] ARGUMENTS\n\n" +
      style(Ink::kStrong, "Commands") + "\n";
  std::vector<Row> rows;
  for (const Command* const command : commands) {
    rows.push_back({std::string(command->name), command->summary});
  }
  text += Rows(rows, style);
  text +=
      "\nmeshroute COMMAND --help tells more of a command.\n"
      "\n" +
      style(Ink::kStrong, "Exit status") +
      "\n  0  all is well\n  1  there are findings, mismatches or differences\n"
      "  2  wrong usage, or input that cannot be read\n";
  return text;
}

}  // namespace meshroute::tool
