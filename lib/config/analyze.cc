// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/analysis.h"

#include "lib/config/validate_references.h"

namespace meshroute {
namespace {

template <typename Object>
void WarnEach(const char* kind, const std::vector<Object>& objects, const References& references,
              const ResourceSources* sources, ConfigErrors& errors) {
  for (const Object& object : objects) {
    const ConfigErrors::ResourceScope scope(errors, kind, object.metadata, sources);
    references.Warn(object, errors);
  }
}

}  // namespace

std::vector<ConfigProblem> Analyze(const ValidatedConfig& config,
                                   const std::optional<ClientIdentity>& /*client*/,
                                   const MeshOptions& mesh) {
  const Resources& resources = config.resources();
  const References references(resources, mesh);
  ConfigErrors errors;
  WarnEach("VirtualService", resources.virtual_services, references, config.sources(), errors);
  WarnEach("DestinationRule", resources.destination_rules, references, config.sources(), errors);
  return errors.problems();
}

}  // namespace meshroute
