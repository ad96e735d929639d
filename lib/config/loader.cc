// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/loader.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/config/extension_annotations.h"
#include "lib/config/extension_tables.h"
#include "lib/config/read_context.h"
#include "lib/config/resource_kinds.h"
#include "lib/config/source_outline.h"
#include "lib/config/validate_destination_rule.h"
#include "lib/config/visible_text.h"
#include "meshroute/config/document.h"
#include "meshroute/config/json.h"
#include "meshroute/config/validated_config.h"

namespace meshroute {
namespace {

constexpr std::string_view kListSuffix = "List";

// VirtualServices name its objects, of which only the names are read.
constexpr std::string_view kGateway = "Gateway";

// "networking.istio.io/v1" in two; the core group's "v1" has an empty group.
struct ApiVersion {
  explicit ApiVersion(std::string_view text) {
    const size_t slash = text.find('/');
    if (slash != std::string_view::npos) group = text.substr(0, slash);
    version = slash == std::string_view::npos ? text : text.substr(slash + 1);
  }

  bool IsOf(const ApiGroup& other) const { return group == other.name; }

  bool IsVersionOf(const ApiGroup& other) const {
    return std::find(other.versions.begin(), other.versions.end(), version) != other.versions.end();
  }

  std::string_view group;
  std::string_view version;
};

std::string_view WithoutListSuffix(std::string_view kind) {
  if (kind.size() > kListSuffix.size() &&
      kind.substr(kind.size() - kListSuffix.size()) == kListSuffix) {
    kind.remove_suffix(kListSuffix.size());
  }
  return kind;
}

// Calls `visit` with the ResourceKind of this name; false where there is none.
template <typename Visit>
bool VisitKind(std::string_view name, Visit&& visit) {
  return std::apply(
      [&](const auto&... kind) { return ((kind.name == name && (visit(kind), true)) || ...); },
      kResourceKinds);
}

// The group of the kind of this name; nullptr where there is none.
const ApiGroup* GroupOfKind(std::string_view name) {
  const ApiGroup* group = nullptr;
  VisitKind(name, [&group](const auto& kind) { group = kind.group; });
  return group;
}

// "networking.istio.io/v1, v1beta1 or v1alpha3".
std::string VersionsOf(const ApiGroup& group) {
  std::string text = absl::StrCat(std::string(group.name), "/", std::string(group.versions[0]));
  for (size_t i = 1; i < group.versions.size(); ++i) {
    absl::StrAppend(&text, i + 1 == group.versions.size() ? " or " : ", ",
                    std::string(group.versions[i]));
  }
  return text;
}

// The text of a field that must be a string, or "".
std::string_view StringField(const DocumentNode& object, std::string_view name) {
  const DocumentNode* field = object.Find(name);
  if (field == nullptr || field->kind() != DocumentNode::Kind::kString) return {};
  return field->string();
}

// "VirtualService prod/reviews" of an object's metadata as it stands.
std::string ObjectName(const DocumentNode& object, std::string_view kind,
                       std::string_view default_namespace) {
  std::string_view namespace_name;
  std::string_view name;
  if (const DocumentNode* metadata = object.Find("metadata")) {
    namespace_name = StringField(*metadata, "namespace");
    name = StringField(*metadata, "name");
  }
  if (namespace_name.empty()) namespace_name = default_namespace;
  return ResourceText(kind, namespace_name, name);
}

}  // namespace

// Reads envelopes: what kind of object stands there, and whether it is ours.
struct ResourceLoader::State : ResourceSources {
  // Where a resource is kept, and where its text is.
  struct Origin {
    size_t index = 0;
    Source source;
  };
  using Identity = std::tuple<std::string, std::string, std::string>;

  explicit State(LoadOptions load_options)
      : options(std::move(load_options)), context(errors, options) {}

  Source Find(std::string_view kind, std::string_view namespace_name,
              std::string_view name) const override;
  std::shared_ptr<const ResourceSources> Kept() const override;

  // `list_kind`: the kind of elements that name none, in a typed list; or "".
  void AddObject(const DocumentNode& object, std::string_view list_version,
                 std::string_view list_kind);
  void AddList(const DocumentNode& list, std::string_view version, std::string_view item_kind);
  void CheckTopLevel(const DocumentNode& object);
  bool CheckIsObject(const DocumentNode& object, std::string_view version, std::string_view kind);
  void Skip(const DocumentNode& object, std::string_view version, std::string_view kind);
  void AddGateway(const DocumentNode& object);
  template <typename Resource>
  void AddResource(const ResourceKind<Resource>& kind, const DocumentNode& object);
  const DocumentNode& Expanded(const DocumentNode& object, const std::string& name);
  template <typename Resource>
  void Keep(const ResourceKind<Resource>& kind, Resource resource, const DocumentNode& object);
  void CheckCustomBalancers();

  const LoadOptions options;
  ConfigErrors errors;
  ReadContext context;
  Resources resources;
  std::vector<SkippedObject> skipped;
  std::map<Identity, Origin> origins;
  std::vector<std::unique_ptr<DocumentNode>> documents;
  std::deque<std::string> files;       // A deque keeps them in place. The last is being read.
  const SourceLines* lines = nullptr;  // Of the last of files, where known.
};

ResourceSources::Source ResourceLoader::State::Find(std::string_view kind,
                                                    std::string_view namespace_name,
                                                    std::string_view name) const {
  const auto origin =
      origins.find(Identity(std::string(kind), std::string(namespace_name), std::string(name)));
  return origin == origins.end() ? Source{} : origin->second.source;
}

std::shared_ptr<const ResourceSources> ResourceLoader::State::Kept() const {
  auto outlines = std::make_shared<SourceOutlines>(options.maximum_position_bytes);
  for (const auto& [identity, origin] : origins) {
    Metadata metadata;
    std::string kind;
    std::tie(kind, metadata.namespace_name, metadata.name) = identity;
    outlines->Add(kind, metadata, *origin.source.root, origin.source.file);
  }
  return outlines;
}

void ResourceLoader::State::AddObject(const DocumentNode& object, std::string_view list_version,
                                      std::string_view list_kind) {
  std::string_view version = StringField(object, "apiVersion");
  std::string_view kind = StringField(object, "kind");
  if (version.empty() && kind.empty()) {
    version = list_version;
    kind = list_kind;
  }
  if (!CheckIsObject(object, version, kind)) return;
  const ApiVersion api(version);
  if (version == "v1" && kind == kListSuffix) return AddList(object, "", "");
  const ApiGroup* const group = GroupOfKind(WithoutListSuffix(kind));
  if (group == nullptr || !api.IsOf(*group)) return Skip(object, version, kind);
  if (!api.IsVersionOf(*group)) {
    const ConfigErrors::ResourceScope scope(
        errors, ObjectName(object, kind, options.default_namespace), &object, files.back());
    const ConfigErrors::Scope field(errors, "apiVersion");
    errors.Report(ProblemCode::kMalformedObject,
                  absl::StrCat("must be ", VersionsOf(*group), ", got ", VisibleText(version)));
    return;
  }
  if (GroupOfKind(kind) == nullptr) return AddList(object, version, WithoutListSuffix(kind));
  VisitKind(kind, [&](const auto& known) { AddResource(known, object); });
}

bool ResourceLoader::State::CheckIsObject(const DocumentNode& object, std::string_view version,
                                          std::string_view kind) {
  // An element of a typed list inherits both and may still be no object.
  if (object.is_map() && !version.empty() && !kind.empty()) return true;
  const ConfigErrors::ResourceScope scope(errors, "", &object, files.back());
  if (!object.is_map()) {
    context.AddWrongType("an object with apiVersion, kind, metadata and spec", object);
    return false;
  }
  for (const std::string_view name : {"apiVersion", "kind"}) {
    if (!StringField(object, name).empty()) continue;
    const ConfigErrors::Scope field(errors, name);
    if (const DocumentNode* present = object.Find(name)) {
      context.AddWrongType("a string", *present);
    } else {
      errors.Report(ProblemCode::kMalformedObject,
                    "must be set; every object names its apiVersion and its kind");
    }
  }
  return false;
}

void ResourceLoader::State::AddList(const DocumentNode& list, std::string_view version,
                                    std::string_view item_kind) {
  const DocumentNode* items = list.Find("items");
  if (items == nullptr || items->is_null()) return;
  if (!items->is_list()) {
    const ConfigErrors::ResourceScope scope(errors, "", &list, files.back());
    const ConfigErrors::Scope field(errors, "items");
    context.AddWrongType("a list", *items);
    return;
  }
  for (const DocumentNode& item : items->elements()) AddObject(item, version, item_kind);
}

void ResourceLoader::State::Skip(const DocumentNode& object, std::string_view version,
                                 std::string_view kind) {
  const std::string name = ObjectName(object, kind, options.default_namespace);
  const TextPosition position = object.position();
  skipped.push_back({name, {files.back(), position.line, position.column}});
  const ApiVersion api(version);
  if (api.IsOf(kIstioGroup) && kind == kGateway) AddGateway(object);
  const auto doubt = [&](const auto& known) {
    if (!api.IsOf(*known.group)) return;
    if (!absl::EqualsIgnoreCase(std::string(kind), std::string(known.name))) return;
    const ConfigErrors::ResourceScope scope(errors, name, &object, files.back());
    const ConfigErrors::Scope field(errors, "kind");
    errors.Report(ProblemCode::kUnknownKind,
                  absl::StrCat("this kind is not known and the object is skipped; did you mean '",
                               std::string(known.name), "'?"));
  };
  std::apply([&](const auto&... known) { (doubt(known), ...); }, kResourceKinds);
}

void ResourceLoader::State::AddGateway(const DocumentNode& object) {
  const DocumentNode* const metadata = object.Find("metadata");
  if (metadata == nullptr) return;
  std::string namespace_name(StringField(*metadata, "namespace"));
  if (namespace_name.empty()) namespace_name = options.default_namespace;
  origins.try_emplace(Identity(std::string(kGateway), std::move(namespace_name),
                               std::string(StringField(*metadata, "name"))),
                      Origin{0, {.root = &object, .file = files.back()}});
}

void ResourceLoader::State::CheckTopLevel(const DocumentNode& object) {
  static constexpr FieldFacts kFields[] = {
      {"apiVersion"}, {"kind"}, {"metadata"}, {"spec"}, {"status"}};
  for (const DocumentNode::Member& member : object.members()) {
    bool known = false;
    for (const FieldFacts& field : kFields) known |= member.key == field.name;
    if (!known) context.AddUnknownField(member.key, kFields);
  }
}

template <typename Resource>
void ResourceLoader::State::AddResource(const ResourceKind<Resource>& kind,
                                        const DocumentNode& written) {
  const std::string object_name = ObjectName(written, kind.name, options.default_namespace);
  const DocumentNode& object = Extensible<Resource> ? Expanded(written, object_name) : written;
  const ConfigErrors::ResourceScope scope(errors, object_name, &object, files.back());
  CheckTopLevel(object);
  const auto field = [&object](std::string_view name) {
    const DocumentNode* node = object.Find(name);
    return node == nullptr || node->is_null() ? nullptr : node;
  };
  Resource resource;
  ReadResource(field("metadata"), field("spec"), resource, context);
  if (resource.metadata.namespace_name.empty()) {
    resource.metadata.namespace_name = options.default_namespace;
  }
  if (resource.metadata.name.empty()) {
    const ConfigErrors::Scope metadata(errors, "metadata");
    const ConfigErrors::Scope name(errors, "name");
    errors.Report(ProblemCode::kMalformedObject, "must be set");
  }
  if (context.Spend(sizeof(Resource))) Keep(kind, std::move(resource), object);
}

// `object`, or where it has annotations of ours another that says what they mean.
const DocumentNode& ResourceLoader::State::Expanded(const DocumentNode& object,
                                                    const std::string& name) {
  if (!HasExtensions(object)) return object;
  const ConfigErrors::ResourceScope scope(errors, name, &object, files.back());
  const ExtensionSource source{name, files.back(), lines};
  documents.push_back(
      std::make_unique<DocumentNode>(ExpandExtensions(object, source, options, context)));
  return *documents.back();
}

template <typename Resource>
void ResourceLoader::State::Keep(const ResourceKind<Resource>& kind, Resource resource,
                                 const DocumentNode& object) {
  std::vector<Resource>& list = resources.*(kind.list);
  const Metadata& metadata = resource.metadata;
  const Origin origin{list.size(), {.root = &object, .file = files.back()}};
  const auto [former, is_new] = origins.try_emplace(
      Identity(std::string(kind.name), metadata.namespace_name, metadata.name), origin);
  if (is_new) {
    list.push_back(std::move(resource));
    return;
  }
  const Source replaced = std::exchange(former->second.source, origin.source);
  list[former->second.index] = std::move(resource);
  const TextPosition position = replaced.root->position();
  const ConfigErrors::Scope field(errors, "metadata");
  const ConfigErrors::Scope name(errors, "name");
  errors.Report(ProblemCode::kObjectReplaced,
                absl::StrCat("replaces the object of this name at ", std::string(replaced.file),
                             ":", position.line, ":", position.column));
}

ResourceLoader::ResourceLoader(LoadOptions options)
    : state_(std::make_unique<State>(std::move(options))) {}

ResourceLoader::~ResourceLoader() = default;

void ResourceLoader::AddJson(const SourceText& source) {
  const SourceLines lines(source.text);
  AddDocument(ReadJson(source, state_->options, state_->errors), source.name, &lines);
}

void ResourceLoader::AddDocument(std::unique_ptr<DocumentNode> document, std::string_view file,
                                 const SourceLines* lines) {
  if (document == nullptr || document->is_null()) return;
  if (state_->files.empty() || state_->files.back() != file) state_->files.emplace_back(file);
  state_->documents.push_back(std::move(document));
  state_->lines = lines;
  state_->AddObject(*state_->documents.back(), "", "");
  state_->lines = nullptr;
}

const LoadOptions& ResourceLoader::options() const { return state_->options; }

ConfigErrors& ResourceLoader::errors() { return state_->errors; }

const Resources& ResourceLoader::resources() const { return state_->resources; }

const std::vector<SkippedObject>& ResourceLoader::skipped() const { return state_->skipped; }

void ResourceLoader::State::CheckCustomBalancers() {
  if (!options.custom_balancers) return;
  for (const DestinationRule& rule : resources.destination_rules) {
    const ConfigErrors::ResourceScope scope(errors, "DestinationRule", rule.metadata, this);
    CheckCustomBalancer(rule, *options.custom_balancers, errors);
  }
}

absl::StatusOr<ValidatedConfig> ResourceLoader::Finish() {
  state_->CheckCustomBalancers();
  return Validate(state_->resources, state_->errors, state_.get());
}

}  // namespace meshroute
