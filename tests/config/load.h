// SPDX-License-Identifier: Apache-2.0
// Short ways to load a text in a test and to look at what came of it.
#ifndef MESHROUTE_TESTS_CONFIG_LOAD_H_
#define MESHROUTE_TESTS_CONFIG_LOAD_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "meshroute/config/loader.h"
#include "meshroute/config/yaml.h"

namespace meshroute {

// One text, read but not validated.
class Loaded {
 public:
  static Loaded Yaml(std::string text, LoadOptions options = {}) {
    Loaded loaded(std::move(options));
    AddYaml({"test.yaml", std::move(text)}, *loaded.loader_);
    return loaded;
  }

  static Loaded Json(std::string text, LoadOptions options = {}) {
    Loaded loaded(std::move(options));
    loaded.loader_->AddJson({"test.json", std::move(text)});
    return loaded;
  }

  // Objects named "test" with this YAML, in flow or block style, as their spec.
  static Loaded Spec(const std::string& kind, const std::string& spec, LoadOptions options = {}) {
    const std::string group =
        kind == "Rollout" ? "meshroute.io/v1alpha1" : "networking.istio.io/v1";
    return Yaml("apiVersion: " + group + "\nkind: " + kind + "\nmetadata: {name: test}\nspec:\n" +
                    Indented(spec),
                std::move(options));
  }

  ResourceLoader& loader() { return *loader_; }
  const Resources& resources() const { return loader_->resources(); }

  // The errors, or the warnings, without their positions: "spec.hosts: must ...".
  std::vector<std::string> errors() const { return Texts(ConfigProblem::Severity::kError); }
  std::vector<std::string> warnings() const { return Texts(ConfigProblem::Severity::kWarning); }

  // "line:column" of each problem.
  std::vector<std::string> positions() const {
    std::vector<std::string> positions;
    for (const ConfigProblem& problem : loader_->errors().problems()) {
      positions.push_back(std::to_string(problem.position.line) + ":" +
                          std::to_string(problem.position.column));
    }
    return positions;
  }

 private:
  explicit Loaded(LoadOptions options)
      : loader_(std::make_unique<ResourceLoader>(std::move(options))) {}

  static std::string Indented(const std::string& text) {
    std::string indented = "  ";
    for (const char c : text) {
      indented += c;
      if (c == '\n') indented += "  ";
    }
    return indented;
  }

  std::vector<std::string> Texts(ConfigProblem::Severity severity) const {
    std::vector<std::string> texts;
    for (const ConfigProblem& problem : loader_->errors().problems()) {
      if (problem.severity != severity) continue;
      texts.push_back(problem.path.empty() ? problem.message
                                           : problem.path + ": " + problem.message);
    }
    return texts;
  }

  std::unique_ptr<ResourceLoader> loader_;
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_CONFIG_LOAD_H_
