// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/analysis.h"

#include "absl/strings/str_cat.h"
#include "lib/config/validate_references.h"

namespace meshroute {
namespace {

template <typename Object>
void WarnEach(const char* kind, const std::vector<Object>& objects, const References& references,
              ConfigErrors& errors) {
  for (const Object& object : objects) {
    const ConfigErrors::ResourceScope scope(
        errors, absl::StrCat(kind, " ", object.metadata.namespace_name, "/", object.metadata.name),
        nullptr, "");
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
  WarnEach("VirtualService", resources.virtual_services, references, errors);
  WarnEach("DestinationRule", resources.destination_rules, references, errors);
  return errors.problems();
}

}  // namespace meshroute
