// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_LOADER_H_
#define MESHROUTE_CONFIG_LOADER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "meshroute/config/errors.h"
#include "meshroute/config/resources.h"
#include "meshroute/config/source_lines.h"
#include "meshroute/config/validated_config.h"

namespace meshroute {

// How texts are read. The limits bound the memory that a hostile text can take.
struct LoadOptions {
  // Namespace of objects that name none.
  std::string default_namespace = "default";

  // An unknown field is an error, as in istioctl validate; false: a warning.
  enum class UnknownFields { kError, kWarning };
  UnknownFields unknown_fields = UnknownFields::kError;

  // Names that `meshroute.io/load-balancer: {"custom": ...}` may give; unset: any. Router
  // sets them to those of its own balancers.
  std::optional<std::set<std::string, std::less<>>> custom_balancers{};

  size_t maximum_bytes = size_t{64} << 20;  // of one text
  size_t maximum_depth = 64;                // of nested maps and lists
  size_t maximum_nodes = 1'000'000;         // maps, lists and scalars of one text

  // Memory of the list and map elements that all texts are read into. An empty
  // element is a few bytes of text and may be a kilobyte of struct.
  size_t maximum_element_bytes = size_t{512} << 20;

  // Memory in which the lines of fields are kept after the load, for problems
  // found later (ValidatedConfig::sources); some ten bytes a field. Beyond it
  // only the lines of whole objects are.
  size_t maximum_position_bytes = size_t{32} << 20;
};

// One text with its name for messages.
struct SourceText {
  std::string name;
  std::string text;
};

// An object of a kind that is not read.
struct SkippedObject {
  std::string object;  // "Gateway prod/ingress"
  SourcePosition position;
};

// Collects Istio's resources from texts: several documents per text, List
// kinds, the three apiVersions, both spellings of field names; and our own Rollout
// (meshroute.io/v1alpha1). Kinds other than these and VirtualService,
// DestinationRule, ServiceEntry and WorkloadEntry are skipped.
//
//   ResourceLoader loader({});
//   loader.AddJson({"reviews.json", text});
//   AddYaml({"reviews.yaml", text}, loader);        // yaml.h, component yaml
//   ValidatedConfig config = *loader.Finish();       // or every problem at once
//
// Thread-compatible. Holds the texts' trees until destroyed, for positions.
class ResourceLoader {
 public:
  explicit ResourceLoader(LoadOptions options);
  ~ResourceLoader();
  ResourceLoader(const ResourceLoader&) = delete;
  ResourceLoader& operator=(const ResourceLoader&) = delete;

  // Reads one JSON text (one object, or a List). Problems go to errors().
  void AddJson(const SourceText& source);

  // Reads the objects of one document tree that some other format gave.
  // An envelope of an unknown kind is skipped. `lines` are those of the text that it
  // was read from, for places inside of strings; may be null.
  void AddDocument(std::unique_ptr<DocumentNode> document, std::string_view file,
                   const SourceLines* lines = nullptr);

  const LoadOptions& options() const;
  ConfigErrors& errors();

  // What was read so far; fields that could not be read have their defaults. An
  // object whose kind, namespace and name were there before has replaced the
  // former one, with a warning.
  const Resources& resources() const;

  // The objects of other kinds, in the order they were met.
  const std::vector<SkippedObject>& skipped() const;

  // Validates everything (validated_config.h), with positions. InvalidArgument
  // with a line per error where anything at all is wrong, in reading or in
  // meaning. To be called once, at the end.
  absl::StatusOr<ValidatedConfig> Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_LOADER_H_
