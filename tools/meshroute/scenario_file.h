// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_SCENARIO_FILE_H_
#define MESHROUTE_TOOLS_MESHROUTE_SCENARIO_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "meshroute/simulation/scenario_reader.h"
#include "tools/meshroute/console.h"

namespace meshroute::tool {

// Reads the scenario at `path` ("-": the standard input), JSON or YAML, with the rules
// that it names, which are looked for from its own folder. Where that fails every
// problem of the scenario is printed to console.err with its line, and the Status counts
// them; what is wrong with rules is in the Status.
absl::StatusOr<LoadedScenario> LoadScenarioFile(const std::string& path, Console& console);

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_SCENARIO_FILE_H_
