// SPDX-License-Identifier: Apache-2.0
// The part of Router that reads files; of the component yaml.
#include <memory>
#include <utility>

#include "lib/router/from_files_texts.h"
#include "meshroute/router.h"

namespace meshroute {

absl::StatusOr<std::unique_ptr<Router>> Router::FromFiles(const std::vector<std::string>& paths,
                                                          RouterOptions options) {
  auto router = std::make_unique<Router>(std::move(options));
  if (absl::Status status = router->LoadFiles(paths); !status.ok()) return status;
  return router;
}

absl::Status Router::LoadFiles(const std::vector<std::string>& paths) {
  absl::StatusOr<ValidatedConfig> config =
      LoadConfigTexts(ReadConfigTexts(paths, options_.load), options_.load);
  if (!config.ok()) return config.status();
  Apply(*std::move(config));
  return absl::OkStatus();
}

}  // namespace meshroute
