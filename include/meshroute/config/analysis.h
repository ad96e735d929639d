// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_ANALYSIS_H_
#define MESHROUTE_CONFIG_ANALYSIS_H_

#include <optional>
#include <vector>

#include "meshroute/config/errors.h"
#include "meshroute/config/mesh_options.h"
#include "meshroute/config/validated_config.h"

namespace meshroute {

// Finds what is wrong between objects that are each valid: references to what is
// not there, rules that can never apply, claims that collide.
//
//   absl::StatusOr<ValidatedConfig> config = loader.Finish();
//   if (!config.ok()) return Show(loader.errors().problems());
//   Show(config->warnings());                              // each object by itself
//   Show(Analyze(*config, std::nullopt, MeshOptions()));   // all of them together
//
// With a `client` the question is what that client sees: objects that it does not
// see are left out, and a DestinationRule that it never uses is reported. Without
// one the objects are looked at from each VirtualService's own namespace.
//
// Hosts, and what follows from them (ports, endpoints), are doubted only where
// the config has a ServiceEntry: without any, services are known elsewhere.
//
// Problems come in order of the objects and carry positions where the config was
// read from texts. At most ConfigErrors::kMaximumProblems, errors first to stay.
// Takes time in proportion to the config, not to its square.
std::vector<ConfigProblem> Analyze(const ValidatedConfig& config,
                                   const std::optional<ClientIdentity>& client,
                                   const MeshOptions& mesh);

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_ANALYSIS_H_
