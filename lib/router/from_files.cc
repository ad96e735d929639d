// SPDX-License-Identifier: Apache-2.0
// The part of Router that reads files; of the component yaml.
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "lib/router/from_files_texts.h"
#include "meshroute/config/mesh_config.h"
#include "meshroute/config/yaml.h"
#include "meshroute/router.h"

namespace meshroute {

absl::StatusOr<std::unique_ptr<Router>> Router::FromFiles(const std::vector<std::string>& paths,
                                                          RouterOptions options) {
  auto router = std::make_unique<Router>(std::move(options));
  if (absl::Status status = router->LoadFiles(paths); !status.ok()) return status;
  return router;
}

absl::StatusOr<MeshOptions> MeshOptionsFromFile(const std::string& path, const MeshOptions& base,
                                                const LoadOptions& load) {
  ConfigErrors errors;
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    ConfigProblem problem =
        MakeProblem(ProblemCode::kUnreadableText, "must be a file: a mesh has one MeshConfig");
    problem.position.file = path;
    errors.AddProblem(std::move(problem));
    return errors.ToStatus();
  }
  const ConfigTexts read = ReadConfigTexts({path}, load);
  for (const ConfigProblem& problem : read.unreadable) errors.AddProblem(problem);
  if (!errors.ok()) return errors.ToStatus();
  const SourceText& source = read.texts.front();
  const MeshConfigBase from{base, load};
  std::optional<MeshOptions> mesh = source.name.ends_with(".json")
                                        ? ReadMeshConfigJson(source, from, errors)
                                        : ReadMeshConfigYaml(source, from, errors);
  if (!mesh) return errors.ToStatus();
  return *std::move(mesh);
}

absl::Status Router::LoadFiles(const std::vector<std::string>& paths) {
  absl::StatusOr<ValidatedConfig> config =
      LoadConfigTexts(ReadConfigTexts(paths, options_.load), options_.load);
  if (!config.ok()) return config.status();
  Apply(*std::move(config));
  return absl::OkStatus();
}

}  // namespace meshroute
