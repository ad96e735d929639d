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

class ResourceSources;
class SourceOutline;

// Resources that have passed Validate, and the warnings that came up. Only
// Validate makes one and the compile steps take nothing else, so no later code
// checks config again. Immutable; copies share.
class ValidatedConfig {
 public:
  // A configuration without any resource.
  ValidatedConfig();

  const Resources& resources() const { return *resources_; }

  // What each object says alone; what they say of each other, analysis.h finds.
  const std::vector<ConfigProblem>& warnings() const { return *warnings_; }

  // Where the objects stood in their texts, as far as that was kept
  // (LoadOptions::maximum_position_bytes); null where they came from none.
  const ResourceSources* sources() const { return sources_.get(); }

 private:
  friend absl::StatusOr<ValidatedConfig> Validate(Resources resources, ConfigErrors& errors,
                                                  const ResourceSources* sources);
  ValidatedConfig(Resources resources, std::vector<ConfigProblem> warnings,
                  std::shared_ptr<const ResourceSources> sources);

  std::shared_ptr<const Resources> resources_;
  std::shared_ptr<const std::vector<ConfigProblem>> warnings_;
  std::shared_ptr<const ResourceSources> sources_;
};

// Where each resource of a load stands in its text; gives problems a position.
class ResourceSources {
 public:
  struct Source {
    const DocumentNode* root = nullptr;      // While the texts are read.
    const SourceOutline* outline = nullptr;  // Afterwards.
    std::string_view file{};
  };

  virtual ~ResourceSources() = default;

  // The source of a resource, by identity; empty where it did not come from a text.
  virtual Source Find(std::string_view kind, std::string_view namespace_name,
                      std::string_view name) const = 0;

  // Whether there is any object of this kind, be it one of those that are read
  // or a Gateway, of which only the name is.
  virtual bool Has(std::string_view /*kind*/) const { return false; }

  // What may be kept when the texts are gone; null: nothing.
  virtual std::shared_ptr<const ResourceSources> Kept() const { return nullptr; }

  // The position of a field of a resource ("spec.http[0].route[1]"), or of the
  // deepest one on the way to it that the text has. Costs as much as the
  // resource is large.
  SourcePosition Locate(std::string_view kind, const Metadata& metadata,
                        std::string_view path) const;
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
