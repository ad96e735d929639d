// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/commands.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "tools/meshroute/arguments.h"
#include "tools/meshroute/help_text.h"
#include "tools/meshroute/spelling.h"

namespace meshroute::tool {
namespace {

constexpr std::array kAllCommands = {
    &kAnalyzeCommand,    &kExplainCommand, &kRoutesCommand,   &kDescribeCommand,
    &kCheckCommand,      &kDiffCommand,    &kSimulateCommand, &kSupportCommand,
    &kCompletionCommand, &kHelpCommand,    &kVersionCommand,
};

constexpr std::string_view kHint = "\nhint: ";

const Command* FindCommand(std::string_view name) {
  const auto found = std::find_if(kAllCommands.begin(), kAllCommands.end(),
                                  [name](const Command* command) { return command->name == name; });
  return found == kAllCommands.end() ? nullptr : *found;
}

void Complain(std::string_view who, std::string_view message, Console& console) {
  const Style& style = console.err_style;
  const size_t hint = message.find(kHint);
  std::string_view lines = message.substr(0, hint);
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    console.err << who << ": " << style(Ink::kError, "error") << ": " << lines.substr(0, end)
                << "\n";
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  if (hint == std::string_view::npos) return;
  console.err << style(Ink::kFaint, "hint: ") << message.substr(hint + kHint.size()) << "\n";
}

int UnknownCommand(const std::string& name, Console& console) {
  if (name.starts_with('-')) {
    Complain("meshroute",
             "a command comes first, not '" + Visible(name) + "'" + std::string(kHint) +
                 "options stand behind it: meshroute analyze " + Visible(name),
             console);
    return static_cast<int>(ExitCode::kTrouble);
  }
  std::vector<std::string_view> names;
  for (const Command* const command : kAllCommands) names.push_back(command->name);
  const std::string_view near = NearestWord(name, names);
  const std::string hint = near.empty() ? "meshroute help names them all"
                                        : "did you mean meshroute " + std::string(near) + "?";
  Complain("meshroute", "there is no command '" + Visible(name) + "'" + std::string(kHint) + hint,
           console);
  return static_cast<int>(ExitCode::kTrouble);
}

// A command that cannot say what it has to say has failed: the disk is full.
int Ended(ExitCode code, Console& console) {
  console.out.flush();
  if (console.out.good()) return static_cast<int>(code);
  Complain("meshroute", "the output cannot be written", console);
  return static_cast<int>(ExitCode::kTrouble);
}

int RunCommand(const Command& command, std::span<const std::string> words, Console& console) {
  const std::string who = "meshroute " + std::string(command.name);
  absl::StatusOr<Arguments> arguments = Arguments::Parse(command, words);
  if (!arguments.ok()) {
    Complain(who, std::string(arguments.status().message()), console);
    return static_cast<int>(ExitCode::kTrouble);
  }
  const std::string_view color = arguments->Get("color", "auto");
  if (console.style_of_out) console.out_style = console.style_of_out(color);
  if (console.style_of_err) console.err_style = console.style_of_err(color);
  if (arguments->Has("help")) {
    console.out << HelpFor(command, console.out_style);
    return Ended(ExitCode::kOk, console);
  }
  const absl::StatusOr<ExitCode> code = command.run(*arguments, console);
  if (code.ok()) return Ended(*code, console);
  console.out.flush();
  Complain(who, std::string(code.status().message()), console);
  return static_cast<int>(ExitCode::kTrouble);
}

}  // namespace

std::span<const Command* const> AllCommands() { return kAllCommands; }

int RunTool(std::span<const std::string> words, Console& console) {
  if (console.style_of_err) console.err_style = console.style_of_err("auto");
  if (words.empty()) {
    console.err << HelpForAll(kAllCommands, console.err_style);
    return static_cast<int>(ExitCode::kTrouble);
  }
  const std::string& name = words[0];
  if (name == "--help" || name == "-h") return RunCommand(kHelpCommand, {}, console);
  if (name == "--version") return RunCommand(kVersionCommand, {}, console);
  const Command* const command = FindCommand(name);
  if (command == nullptr) return UnknownCommand(name, console);
  return RunCommand(*command, words.subspan(1), console);
}

}  // namespace meshroute::tool
