// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_COMMANDS_H_
#define MESHROUTE_TOOLS_MESHROUTE_COMMANDS_H_

#include <span>
#include <string>

#include "tools/meshroute/command.h"

namespace meshroute::tool {

extern const Command kAnalyzeCommand;
extern const Command kCheckCommand;
extern const Command kDescribeCommand;
extern const Command kDiffCommand;
extern const Command kExplainCommand;
extern const Command kRoutesCommand;
extern const Command kSimulateCommand;
extern const Command kSupportCommand;
extern const Command kVersionCommand;
extern const Command kHelpCommand;
extern const Command kCompletionCommand;

// Every command, in the order of the help.
std::span<const Command* const> AllCommands();

// Runs the tool on the words behind its name and returns its exit status.
int RunTool(std::span<const std::string> words, Console& console);

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_COMMANDS_H_
