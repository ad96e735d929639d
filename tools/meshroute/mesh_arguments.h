// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_MESH_ARGUMENTS_H_
#define MESHROUTE_TOOLS_MESHROUTE_MESH_ARGUMENTS_H_

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "meshroute/config/loader.h"
#include "meshroute/config/validated_config.h"
#include "meshroute/router.h"
#include "tools/meshroute/arguments.h"
#include "tools/meshroute/command.h"
#include "tools/meshroute/config_files.h"
#include "tools/meshroute/console.h"

namespace meshroute::tool {

// Where the rules stand, for commands that ask for them by an option.
inline constexpr std::array kConfigOptions = {
    Option{.letter = 'c',
           .name = "config",
           .value = "PATH",
           .help = "file or folder with Istio's resources; - reads stdin; may be repeated",
           .completion = Completion::kFiles,
           .times = Option::Times::kMany},
};

// How the rules are read and what is known of the mesh.
inline constexpr std::array kMeshOptions = {
    Option{.letter = 'R',
           .name = "recursive",
           .value = "",
           .help = "read the folders below a folder too"},
    Option{.letter = 'n',
           .name = "namespace",
           .value = "NAMESPACE",
           .help = "namespace of objects that name none (default)"},
    Option{.letter = 0,
           .name = "mesh-config",
           .value = "FILE",
           .help = "Istio's MeshConfig, or its ConfigMap; options say more",
           .completion = Completion::kFiles},
    Option{.letter = 0,
           .name = "cluster-domain",
           .value = "DOMAIN",
           .help = "what short names are completed with (cluster.local)"},
    Option{.letter = 0,
           .name = "root-namespace",
           .value = "NAMESPACE",
           .help = "where mesh-wide rules live (istio-system)"},
    Option{.letter = 0,
           .name = "outbound-policy",
           .value = "POLICY",
           .help = "what becomes of unknown hosts: allow-any or registry-only",
           .choices = "allow-any|registry-only"},
    Option{.letter = 0,
           .name = "virtual-service-merging",
           .value = "HOW",
           .help = "of several for one host: none (one governs) or concatenate",
           .choices = "none|concatenate"},
    Option{.letter = 0,
           .name = "destination-rule-merging",
           .value = "HOW",
           .help = "of several for one host: istio (one governs) or by-field",
           .choices = "istio|by-field"},
};

// Who calls.
inline constexpr std::array kClientOptions = {
    Option{.letter = 0,
           .name = "source-namespace",
           .value = "NAMESPACE",
           .help = "namespace of the caller (that of --namespace)"},
    Option{.letter = 0,
           .name = "source-labels",
           .value = "K=V,...",
           .help = "labels of the caller; may be repeated",
           .times = Option::Times::kMany},
    Option{.letter = 0,
           .name = "locality",
           .value = "REGION/ZONE",
           .help = "where the caller runs: region/zone/subzone"},
};

// What LoadConfig has to read.
std::vector<std::string> ConfigPaths(const Arguments& arguments);

Folders FoldersOf(const Arguments& arguments);
LoadOptions LoadOptionsOf(const Arguments& arguments);

// The mesh's settings: those of the MeshConfig, if one is named, and over them what
// options say. Where that cannot be read every problem is printed to console.err.
absl::StatusOr<MeshOptions> MeshOptionsOf(const Arguments& arguments, Console& console);

// InvalidArgument for labels that are no K=V.
absl::StatusOr<ClientIdentity> ClientOf(const Arguments& arguments);

// The three above in one; clock and chance are the defaults.
absl::StatusOr<RouterOptions> RouterOptionsOf(const Arguments& arguments, Console& console);

// "a=1,b=2" as labels; `what` names the option or field in a complaint.
absl::StatusOr<Labels> ParseLabels(std::string_view text, std::string_view what);

// Reads and validates `paths`. Where that fails every problem is printed to
// console.err with its line, and the Status counts them; warnings are counted in
// one line.
absl::StatusOr<ValidatedConfig> LoadConfig(std::span<const std::string> paths,
                                           const Arguments& arguments, Console& console);

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_MESH_ARGUMENTS_H_
