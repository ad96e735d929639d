// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_COMPLETION_H_
#define MESHROUTE_TOOLS_MESHROUTE_COMPLETION_H_

#include <span>
#include <string>

#include "tools/meshroute/command.h"

namespace meshroute::tool {

// Scripts that teach a shell to complete the tool's commands, options and their
// values; each is for that shell to read as it is.
std::string BashCompletion(std::span<const Command* const> commands);
std::string ZshCompletion(std::span<const Command* const> commands);
std::string FishCompletion(std::span<const Command* const> commands);

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_COMPLETION_H_
