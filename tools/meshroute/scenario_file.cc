// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/scenario_file.h"

#include <array>
#include <filesystem>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "meshroute/config/json.h"
#include "meshroute/config/yaml.h"
#include "tools/meshroute/arguments.h"
#include "tools/meshroute/config_files.h"
#include "tools/meshroute/problem_report.h"
#include "tools/meshroute/source_book.h"

namespace meshroute::tool {
namespace {

namespace fs = std::filesystem;

// The one document of `source`, or nullptr.
std::unique_ptr<DocumentNode> ReadOne(const SourceText& source, ConfigErrors& errors) {
  if (source.name.ends_with(".json")) return ReadJson(source, LoadOptions(), errors);
  std::vector<std::unique_ptr<DocumentNode>> documents = ReadYaml(source, LoadOptions(), errors);
  if (documents.size() == 1) return std::move(documents.front());
  if (errors.ok()) {
    ConfigProblem problem;
    problem.position.file = source.name;
    problem.message =
        "must hold one document, a scenario, and holds " + std::to_string(documents.size());
    errors.AddProblem(std::move(problem));
  }
  return nullptr;
}

absl::Status PrintScenarioErrors(const ConfigErrors& errors, const std::vector<SourceText>& texts,
                                 Console& console) {
  SourceBook book(texts);
  std::vector<ConfigProblem> problems = errors.problems();
  for (ConfigProblem& problem : problems) {
    // Codes of Istio's resources do not fit here.
    problem.code.clear();
    problem.istio_code.clear();
  }
  PrintErrors(std::move(problems), errors.error_count(), book, console);
  return absl::InvalidArgumentError("the scenario has " + Counted(errors.error_count(), "error"));
}

}  // namespace

absl::StatusOr<LoadedScenario> LoadScenarioFile(const std::string& path, Console& console) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    return UsageError("a scenario must be a file, and " + Visible(path) + " is a folder");
  }
  const std::array<std::string, 1> paths = {path};
  const absl::StatusOr<std::vector<SourceText>> texts =
      ReadConfigFiles(paths, Folders::kTopOnly, console.in, LoadOptions().maximum_bytes);
  if (!texts.ok()) return texts.status();
  const SourceText& source = texts->front();
  ConfigErrors errors;
  const std::unique_ptr<DocumentNode> document = ReadOne(source, errors);
  Scenario scenario;
  if (document != nullptr) scenario = ReadScenario(*document, source.name, errors);
  if (!errors.ok()) return PrintScenarioErrors(errors, *texts, console);

  const fs::path folder = fs::path(source.name).parent_path();
  const RuleReader read = [&](const std::string& rule, ResourceLoader& loader) {
    const std::array<std::string, 1> rules = {(folder / rule).string()};
    const absl::StatusOr<std::vector<SourceText>> rule_texts =
        ReadConfigFiles(rules, Folders::kTopOnly, console.in, LoadOptions().maximum_bytes);
    if (rule_texts.ok()) AddTexts(*rule_texts, loader);
    return rule_texts.status();
  };
  return LoadScenario(std::move(scenario), source.name, read);
}

}  // namespace meshroute::tool
