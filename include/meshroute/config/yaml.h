// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_YAML_H_
#define MESHROUTE_CONFIG_YAML_H_

#include <memory>
#include <optional>
#include <vector>

#include "meshroute/config/document.h"
#include "meshroute/config/errors.h"
#include "meshroute/config/loader.h"
#include "meshroute/config/mesh_config.h"

namespace meshroute {

// Reads all documents of one YAML text into `loader`. JSON is YAML too, but for
// characters escaped in two halves ("\ud83d\ude00"): use AddJson for JSON. Part
// of the component `yaml`. Problems go to loader.errors(), with line and column.
//
// Plain scalars follow the core schema of YAML 1.2: `on`, `yes` and `010` mean
// the texts "on" and "yes" and the number ten. What could make a small text
// large or a key ambiguous is refused: aliases, merge keys (`<<`), a key twice
// in one map, keys that are lists or maps, tags other than those of the schema.
// The documents before one that cannot be read are kept.
void AddYaml(const SourceText& source, ResourceLoader& loader);

// The documents of one YAML text as trees, for texts that hold no resources. Reads
// as AddYaml does; problems go to `errors`, and the documents before are returned.
std::vector<std::unique_ptr<DocumentNode>> ReadYaml(const SourceText& source,
                                                    const LoadOptions& options,
                                                    ConfigErrors& errors);

// Istio's MeshConfig (mesh_config.h) of one YAML document: the object itself, or the
// ConfigMap that holds it as text, as `kubectl -n istio-system get configmap istio -o yaml`
// gives it. An empty text sets nothing.
std::optional<MeshOptions> ReadMeshConfigYaml(const SourceText& source, const MeshConfigBase& base,
                                              ConfigErrors& errors);

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_YAML_H_
