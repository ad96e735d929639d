// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/mesh_arguments.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "meshroute/config/mesh_config.h"
#include "meshroute/config/yaml.h"
#include "tools/meshroute/problem_report.h"
#include "tools/meshroute/source_book.h"

namespace meshroute::tool {

std::vector<std::string> ConfigPaths(const Arguments& arguments) { return arguments.All("config"); }

Folders FoldersOf(const Arguments& arguments) {
  return arguments.Has("recursive") ? Folders::kRecursive : Folders::kTopOnly;
}

LoadOptions LoadOptionsOf(const Arguments& arguments) {
  LoadOptions options;
  options.default_namespace = arguments.Get("namespace", options.default_namespace);
  return options;
}

namespace {

// Warnings are shown, and do not keep it from being used.
absl::StatusOr<MeshOptions> LoadMeshConfig(const std::string& path, const Arguments& arguments,
                                           Console& console) {
  const MeshConfigBase base{.options = {}, .load = LoadOptionsOf(arguments)};
  absl::StatusOr<std::vector<SourceText>> texts =
      ReadConfigFiles(std::span(&path, 1), Folders::kTopOnly, console.in, base.load.maximum_bytes);
  if (!texts.ok()) return texts.status();
  if (texts->size() != 1) return UsageError("--mesh-config: " + Visible(path) + " is a folder");
  const SourceText& source = texts->front();
  ConfigErrors errors;
  std::optional<MeshOptions> mesh = source.name.ends_with(".json")
                                        ? ReadMeshConfigJson(source, base, errors)
                                        : ReadMeshConfigYaml(source, base, errors);
  SourceBook book(*texts);
  if (mesh) {
    for (const ConfigProblem& warning : errors.problems()) {
      PrintProblem(warning, book, console.err_style, console.err);
    }
    return *std::move(mesh);
  }
  PrintErrors(errors.problems(), errors.error_count(), book, console);
  return absl::InvalidArgumentError("the mesh config has " +
                                    Counted(errors.error_count(), "error"));
}

}  // namespace

absl::StatusOr<MeshOptions> MeshOptionsOf(const Arguments& arguments, Console& console) {
  MeshOptions mesh;
  if (arguments.Has("mesh-config")) {
    absl::StatusOr<MeshOptions> read =
        LoadMeshConfig(std::string(arguments.Get("mesh-config")), arguments, console);
    if (!read.ok()) return read.status();
    mesh = *std::move(read);
  }
  mesh.cluster_domain = arguments.Get("cluster-domain", mesh.cluster_domain);
  mesh.root_namespace = arguments.Get("root-namespace", mesh.root_namespace);
  if (const std::string_view policy = arguments.Get("outbound-policy"); !policy.empty()) {
    mesh.outbound_traffic_policy = policy == "registry-only"
                                       ? MeshOptions::OutboundTrafficPolicy::kRegistryOnly
                                       : MeshOptions::OutboundTrafficPolicy::kAllowAny;
  }
  if (arguments.Get("virtual-service-merging") == "concatenate") {
    mesh.virtual_service_merging = MeshOptions::VirtualServiceMerging::kConcatenate;
  }
  if (arguments.Get("destination-rule-merging") == "by-field") {
    mesh.destination_rule_merging = MeshOptions::DestinationRuleMerging::kByField;
  }
  return mesh;
}

absl::StatusOr<Labels> ParseLabels(std::string_view text, std::string_view what) {
  Labels labels;
  while (!text.empty()) {
    const size_t end = std::min(text.find(','), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t equals = pair.find('=');
    if (equals == 0 || equals == std::string_view::npos) {
      return UsageError(std::string(what) + ": expected KEY=VALUE, got '" + Visible(pair) + "'",
                        "several labels are separated by commas: version=v1,app=web");
    }
    labels[std::string(pair.substr(0, equals))] = std::string(pair.substr(equals + 1));
  }
  return labels;
}

absl::StatusOr<ClientIdentity> ClientOf(const Arguments& arguments) {
  ClientIdentity client;
  client.namespace_name =
      arguments.Get("source-namespace", arguments.Get("namespace", client.namespace_name));
  client.locality = arguments.Get("locality");
  for (const std::string& text : arguments.All("source-labels")) {
    absl::StatusOr<Labels> labels = ParseLabels(text, "--source-labels");
    if (!labels.ok()) return labels.status();
    client.labels.merge(*labels);
  }
  return client;
}

absl::StatusOr<RouterOptions> RouterOptionsOf(const Arguments& arguments, Console& console) {
  absl::StatusOr<ClientIdentity> client = ClientOf(arguments);
  if (!client.ok()) return client.status();
  absl::StatusOr<MeshOptions> mesh = MeshOptionsOf(arguments, console);
  if (!mesh.ok()) return mesh.status();
  RouterOptions options;
  options.client = *std::move(client);
  options.mesh = *std::move(mesh);
  options.load = LoadOptionsOf(arguments);
  return options;
}

absl::StatusOr<ValidatedConfig> LoadConfig(std::span<const std::string> paths,
                                           const Arguments& arguments, Console& console) {
  const LoadOptions options = LoadOptionsOf(arguments);
  absl::StatusOr<std::vector<SourceText>> texts =
      ReadConfigFiles(paths, FoldersOf(arguments), console.in, options.maximum_bytes);
  if (!texts.ok()) return texts.status();
  ResourceLoader loader(options);
  AddTexts(*texts, loader);
  absl::StatusOr<ValidatedConfig> config = loader.Finish();
  if (config.ok()) {
    if (const size_t count = config->warnings().size(); count > 0) {
      console.err << console.err_style(Ink::kFaint, "note: " + Counted(count, "warning") +
                                                        " about these rules; meshroute analyze "
                                                        "shows what and where")
                  << "\n";
    }
    return config;
  }
  SourceBook book(*texts);
  PrintErrors(loader.errors().problems(), loader.errors().error_count(), book, console);
  return absl::InvalidArgumentError("the rules have " +
                                    Counted(loader.errors().error_count(), "error") +
                                    ", so nothing can be told of what they do");
}

}  // namespace meshroute::tool
