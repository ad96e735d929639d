// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_VALIDATED_CONFIG_H_
#define MESHROUTE_CONFIG_VALIDATED_CONFIG_H_

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "meshroute/config/errors.h"
#include "meshroute/config/resources.h"

namespace meshroute {

// Resources that have passed Validate, and the warnings that came up. Only
// Validate makes one and the compile steps take nothing else, so no later code
// checks config again. Immutable; copies share.
class ValidatedConfig {
 public:
  // A configuration without any resource.
  ValidatedConfig();

  const Resources& resources() const { return *resources_; }
  const std::vector<ConfigProblem>& warnings() const { return *warnings_; }

 private:
  friend absl::StatusOr<ValidatedConfig> Validate(Resources resources, ConfigErrors& errors,
                                                  const class ResourceSources* sources);
  ValidatedConfig(Resources resources, std::vector<ConfigProblem> warnings);

  std::shared_ptr<const Resources> resources_;
  std::shared_ptr<const std::vector<ConfigProblem>> warnings_;
};

// Where each resource of a load stands in its text; gives problems a position.
class ResourceSources {
 public:
  struct Source {
    const DocumentNode* root = nullptr;
    std::string_view file;
  };

  virtual ~ResourceSources() = default;

  // The source of a resource, by identity; empty where it did not come from a text.
  virtual Source Find(std::string_view kind, std::string_view namespace_name,
                      std::string_view name) const = 0;
};

// Checks every rule of Istio's validation (and the CRD's where it is stricter)
// over all `resources`, adding every problem to `errors`, none left out.
// Returns the config, or errors.ToStatus() where `errors` has any error.
// `sources` may be null.
absl::StatusOr<ValidatedConfig> Validate(Resources resources, ConfigErrors& errors,
                                         const ResourceSources* sources);

// As above for resources built in code.
absl::StatusOr<ValidatedConfig> Validate(Resources resources);

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_VALIDATED_CONFIG_H_
