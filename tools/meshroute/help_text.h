// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_HELP_TEXT_H_
#define MESHROUTE_TOOLS_MESHROUTE_HELP_TEXT_H_

#include <span>
#include <string>

#include "tools/meshroute/command.h"

namespace meshroute::tool {

// "meshroute analyze [OPTIONS] PATH..."
std::string UsageLine(const Command& command);

// What `meshroute analyze --help` prints.
std::string HelpFor(const Command& command, const Style& style);

// What `meshroute help` prints: every command in a line.
std::string HelpForAll(std::span<const Command* const> commands, const Style& style);

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_HELP_TEXT_H_
