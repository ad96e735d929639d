// SPDX-License-Identifier: Apache-2.0
// The commands about the tool itself: help, version, completion.
#include <algorithm>
#include <array>
#include <utility>

#include "tools/meshroute/arguments.h"
#include "tools/meshroute/commands.h"
#include "tools/meshroute/completion.h"
#include "tools/meshroute/help_text.h"

namespace meshroute::tool {
namespace {

constexpr std::array kHelpPositionals = {
    Positional{.name = "COMMAND",
               .help = "the command to tell more of",
               .count = Positional::Count::kMaybeOne},
};

absl::StatusOr<ExitCode> RunHelp(const Arguments& arguments, Console& console) {
  if (arguments.positionals().empty()) {
    console.out << HelpForAll(AllCommands(), console.out_style);
    return ExitCode::kOk;
  }
  const std::string& name = arguments.positionals()[0];
  for (const Command* const command : AllCommands()) {
    if (command->name != name) continue;
    console.out << HelpFor(*command, console.out_style);
    return ExitCode::kOk;
  }
  return UsageError("there is no command '" + Visible(name) + "'", "meshroute help names them all");
}

absl::StatusOr<ExitCode> RunVersion(const Arguments&, Console& console) {
  console.out << "meshroute " << MESHROUTE_VERSION << "\n";
  return ExitCode::kOk;
}

constexpr std::array kCompletionPositionals = {
    Positional{
        .name = "SHELL", .help = "the shell to write the script for", .choices = "bash|zsh|fish"},
};

absl::StatusOr<ExitCode> RunCompletion(const Arguments& arguments, Console& console) {
  const std::string& shell = arguments.positionals()[0];
  if (shell == "bash") console.out << BashCompletion(AllCommands());
  if (shell == "zsh") console.out << ZshCompletion(AllCommands());
  if (shell == "fish") console.out << FishCompletion(AllCommands());
  return ExitCode::kOk;
}

}  // namespace

constinit const Command kHelpCommand = {
    .name = "help",
    .summary = "tell what the commands do",
    .description =
        "Names all commands, or tells more of one: the same as meshroute COMMAND --help.",
    .positionals = kHelpPositionals,
    .run = RunHelp};

constinit const Command kVersionCommand = {.name = "version",
                                           .summary = "print the version",
                                           .description = "Prints the version of this tool.",
                                           .run = RunVersion};

constinit const Command kCompletionCommand = {
    .name = "completion",
    .summary = "print a script that completes commands in bash, zsh or fish",
    .description = "Prints a script for the shell to read.",
    .positionals = kCompletionPositionals,
    .examples =
        "source <(meshroute completion bash)\n"
        "meshroute completion zsh > \"${fpath[1]}/_meshroute\"\n"
        "meshroute completion fish | source",
    .run = RunCompletion};

}  // namespace meshroute::tool
