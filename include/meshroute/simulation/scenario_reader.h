// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_SIMULATION_SCENARIO_READER_H_
#define MESHROUTE_SIMULATION_SCENARIO_READER_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "meshroute/config/document.h"
#include "meshroute/config/errors.h"
#include "meshroute/config/loader.h"
#include "meshroute/config/validated_config.h"
#include "meshroute/simulation/scenario.h"

namespace meshroute {

// Reads a scenario from a document of YAML or JSON and checks it. Everything that is
// wrong goes to `errors`, with line and column; the scenario is then incomplete.
//
//   ConfigErrors errors;
//   std::unique_ptr<DocumentNode> document = ReadJson({"late.json", text}, {}, errors);
//   const Scenario scenario = ReadScenario(*document, "late.json", errors);
Scenario ReadScenario(const DocumentNode& document, std::string_view file, ConfigErrors& errors);

// The same checks for a scenario that was made in code, under the open scopes.
void ValidateScenario(const Scenario& scenario, ConfigErrors& errors);

// A scenario with its rules, read and validated.
struct LoadedScenario {
  Scenario scenario{};
  ValidatedConfig rules{};

  // By index of scenario.changes: the rules from then on, where the change has any.
  std::vector<std::optional<ValidatedConfig>> changed_rules{};
};

// Reads the resources that `path`, as a scenario names it, stands for into `loader`.
using RuleReader = std::function<absl::Status(const std::string& path, ResourceLoader& loader)>;

// Reads all rules of `scenario`, of which `file` is the name in messages. InvalidArgument
// with a line for each problem. `read` may be empty where no files are named.
absl::StatusOr<LoadedScenario> LoadScenario(Scenario scenario, std::string_view file,
                                            const RuleReader& read = {});

}  // namespace meshroute

#endif  // MESHROUTE_SIMULATION_SCENARIO_READER_H_
