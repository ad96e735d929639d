// SPDX-License-Identifier: Apache-2.0
#include "meshroute/simulation/scenario_reader.h"

#include <memory>
#include <utility>

#include "lib/config/read_context.h"
#include "lib/simulation/scenario_fields.h"

namespace meshroute {
namespace {

// Adds what one block of a scenario brings to a load.
absl::Status AddRules(const std::vector<std::string>& paths, const InlineResources& resources,
                      std::string_view file, const RuleReader& read, ResourceLoader& loader) {
  for (const std::string& path : paths) {
    if (!read) return absl::InvalidArgumentError("rules: files cannot be read here: " + path);
    if (absl::Status status = read(path, loader); !status.ok()) return status;
  }
  if (resources == nullptr) return absl::OkStatus();
  for (const DocumentNode& resource : resources->elements()) {
    loader.AddDocument(std::make_unique<DocumentNode>(resource), file);
  }
  return absl::OkStatus();
}

LoadOptions OptionsFor(const Scenario& scenario) {
  LoadOptions options;
  options.default_namespace = scenario.client.namespace_name;
  return options;
}

// The rules as they stand when the first `changes` changes were made.
absl::StatusOr<ValidatedConfig> RulesAfter(const Scenario& scenario, size_t changes,
                                           std::string_view file, const RuleReader& read) {
  ResourceLoader loader(OptionsFor(scenario));
  absl::Status status = AddRules(scenario.rules, scenario.resources, file, read, loader);
  for (size_t i = 0; i < changes && status.ok(); ++i) {
    const ScenarioChange& change = scenario.changes[i];
    status = AddRules(change.rules, change.resources, file, read, loader);
  }
  if (!status.ok()) return status;
  return loader.Finish();
}

}  // namespace

Scenario ReadScenario(const DocumentNode& document, std::string_view file, ConfigErrors& errors) {
  const ConfigErrors::ResourceScope scope(errors, "", &document, file);
  Scenario scenario;
  const size_t errors_before = errors.error_count();
  ReadContext context(errors, LoadOptions());
  Codec<Scenario>::Read(document, scenario, context);
  // What only follows from a value that could not be read is left out.
  if (errors.error_count() == errors_before) ValidateScenario(scenario, errors);
  return scenario;
}

absl::StatusOr<LoadedScenario> LoadScenario(Scenario scenario, std::string_view file,
                                            const RuleReader& read) {
  LoadedScenario loaded;
  absl::StatusOr<ValidatedConfig> rules = RulesAfter(scenario, 0, file, read);
  if (!rules.ok()) return rules.status();
  loaded.rules = *std::move(rules);
  for (size_t i = 0; i < scenario.changes.size(); ++i) {
    const ScenarioChange& change = scenario.changes[i];
    if (change.rules.empty() && change.resources == nullptr) {
      loaded.changed_rules.emplace_back();
      continue;
    }
    absl::StatusOr<ValidatedConfig> changed = RulesAfter(scenario, i + 1, file, read);
    if (!changed.ok()) return changed.status();
    loaded.changed_rules.emplace_back(*std::move(changed));
  }
  loaded.scenario = std::move(scenario);
  return loaded;
}

}  // namespace meshroute
