// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_MESH_CONFIG_H_
#define MESHROUTE_CONFIG_MESH_CONFIG_H_

#include <optional>
#include <string_view>

#include "meshroute/config/document.h"
#include "meshroute/config/errors.h"
#include "meshroute/config/loader.h"
#include "meshroute/config/mesh_options.h"

namespace meshroute {

// What reading a MeshConfig begins with.
struct MeshConfigBase {
  MeshOptions options{};  // What the text does not set stays as it is here.
  LoadOptions load{};     // Limits, and what becomes of unknown fields.
};

// Reads Istio's MeshConfig: the object without a kind that stands under `mesh` in the
// ConfigMap `istio` of the root namespace, or under `meshConfig` of an installation.
//
//   ConfigErrors errors;
//   std::optional<MeshOptions> mesh = ReadMeshConfigJson({"mesh.json", text}, {}, errors);
//   if (!mesh) return errors.ToStatus();
//
// As strict as resources are: an unknown field is an error, so is a value that breaks a
// rule; what is known and not obeyed in-process is a warning in `errors`, and what says
// nothing to a client (access logs, ports of the proxy) is passed over. A setting that is
// there replaces that of `base` whole. The cluster domain is no part of a MeshConfig.
//
// nullopt: `errors` has every problem. YAML is read by yaml.h.
std::optional<MeshOptions> ReadMeshConfigJson(const SourceText& source, const MeshConfigBase& base,
                                              ConfigErrors& errors);

// As above from a tree that some other format gave; `file` is its name in messages.
std::optional<MeshOptions> ReadMeshConfig(const DocumentNode& document, std::string_view file,
                                          const MeshConfigBase& base, ConfigErrors& errors);

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_MESH_CONFIG_H_
