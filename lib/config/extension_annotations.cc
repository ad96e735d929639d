// SPDX-License-Identifier: Apache-2.0
#include "lib/config/extension_annotations.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/config/codec.h"
#include "lib/config/embedded_text.h"
#include "lib/config/extension_tables.h"
#include "meshroute/config/json.h"

namespace meshroute {
namespace {

// More than any extension can have, and a bound on what a text can cost.
constexpr size_t kMaximumNodes = 1000;
constexpr size_t kMaximumDepth = 16;

const DocumentNode* AnnotationsOf(const DocumentNode& object) {
  const DocumentNode* const metadata = object.Find("metadata");
  return metadata == nullptr ? nullptr : metadata->Find("annotations");
}

// `map` with another value of `key`.
DocumentNode Replaced(const DocumentNode& map, std::string_view key, const DocumentNode& value) {
  std::vector<DocumentNode::Member> members;
  members.reserve(map.members().size());
  for (const DocumentNode::Member& member : map.members()) {
    members.push_back({member.key, member.key_position, member.key == key ? value : member.value});
  }
  return DocumentNode::Map(std::move(members), map.position());
}

// Reads one annotation's JSON.
class Expansion {
 public:
  Expansion(const DocumentNode::Member& annotation, const ExtensionSource& source,
            const LoadOptions& options, ReadContext& context)
      : annotation_(annotation), source_(source), options_(options), context_(context) {
    if (source.lines == nullptr || annotation.value.kind() != DocumentNode::Kind::kString) return;
    text_ = std::make_unique<EmbeddedText>(annotation.value.string(), *source.lines,
                                           annotation.value.position());
  }

  DocumentNode Run() {
    const DocumentNode null(annotation_.value.position());
    if (annotation_.value.kind() != DocumentNode::Kind::kString) {
      const ConfigErrors::Scope metadata(context_.errors(), "metadata");
      const ConfigErrors::Scope annotations(context_.errors(), "annotations");
      const ConfigErrors::Scope key(context_.errors(), annotation_.key);
      context_.AddWrongType("a string of JSON", annotation_.value, "write it in quotes");
      return null;
    }
    LoadOptions limits = options_;
    limits.maximum_nodes = std::min(limits.maximum_nodes, kMaximumNodes);
    limits.maximum_depth = std::min(limits.maximum_depth, kMaximumDepth);
    ConfigErrors errors;
    const auto tree = ReadJson({"", annotation_.value.string()}, limits, errors);
    if (tree == nullptr) {
      for (const ConfigProblem& problem : errors.problems()) Report(problem);
      return null;
    }
    return Placed(*tree);
  }

 private:
  TextPosition At(TextPosition inside) const {
    const TextPosition position = text_ == nullptr ? TextPosition() : text_->At(inside);
    return position.line == 0 ? annotation_.key_position : position;
  }

  void Report(ConfigProblem problem) {
    const TextPosition position = At({static_cast<uint32_t>(problem.position.line),
                                      static_cast<uint32_t>(problem.position.column)});
    problem.position = {std::string(source_.file), position.line, position.column};
    problem.resource = source_.resource;
    problem.path = absl::StrCat("metadata.annotations.", annotation_.key);
    context_.errors().AddProblem(std::move(problem));
  }

  // `node` at its places in the object's text.
  DocumentNode Placed(const DocumentNode& node) {
    const TextPosition position = At(node.position());
    if (!context_.Spend(sizeof(DocumentNode::Member))) return DocumentNode(position);
    switch (node.kind()) {
      case DocumentNode::Kind::kNull:
        return DocumentNode(position);
      case DocumentNode::Kind::kBool:
        return DocumentNode::Bool(node.boolean(), position);
      case DocumentNode::Kind::kNumber:
        return DocumentNode::Number(node.number_text(), position);
      case DocumentNode::Kind::kString:
        return DocumentNode::String(node.string(), position);
      case DocumentNode::Kind::kList:
        break;
      case DocumentNode::Kind::kMap:
        return PlacedMap(node, position);
    }
    std::vector<DocumentNode> elements;
    for (const DocumentNode& element : node.elements()) elements.push_back(Placed(element));
    return DocumentNode::List(std::move(elements), position);
  }

  DocumentNode PlacedMap(const DocumentNode& node, TextPosition position) {
    std::vector<DocumentNode::Member> members;
    for (const DocumentNode::Member& member : node.members()) {
      members.push_back({member.key, At(member.key_position), Placed(member.value)});
    }
    return DocumentNode::Map(std::move(members), position);
  }

  const DocumentNode::Member& annotation_;
  const ExtensionSource& source_;
  const LoadOptions& options_;
  ReadContext& context_;
  std::unique_ptr<EmbeddedText> text_;  // Null where the object's text is not known.
};

}  // namespace

bool HasExtensions(const DocumentNode& object) {
  const DocumentNode* const annotations = AnnotationsOf(object);
  return annotations != nullptr && annotations->is_map() &&
         std::any_of(annotations->members().begin(), annotations->members().end(),
                     [](const auto& member) { return IsExtensionKey(member.key); });
}

DocumentNode ExpandExtensions(const DocumentNode& object, const ExtensionSource& source,
                              const LoadOptions& options, ReadContext& context) {
  const DocumentNode& annotations = *AnnotationsOf(object);
  std::vector<DocumentNode::Member> members;
  for (const DocumentNode::Member& member : annotations.members()) {
    const bool ours = IsExtensionKey(member.key);
    members.push_back({member.key, member.key_position,
                       ours ? Expansion(member, source, options, context).Run() : member.value});
  }
  const DocumentNode expanded = DocumentNode::Map(std::move(members), annotations.position());
  return Replaced(object, "metadata", Replaced(*object.Find("metadata"), "annotations", expanded));
}

DocumentNode WithoutExtensions(const DocumentNode& metadata) {
  const DocumentNode* const annotations = metadata.Find("annotations");
  if (annotations == nullptr || !annotations->is_map()) return metadata;
  std::vector<DocumentNode::Member> others;
  for (const DocumentNode::Member& member : annotations->members()) {
    if (!IsExtensionKey(member.key)) others.push_back(member);
  }
  return Replaced(metadata, "annotations",
                  DocumentNode::Map(std::move(others), annotations->position()));
}

template <typename Resource>
void ReadExtensions(const DocumentNode& annotations, Resource& resource, ReadContext& context) {
  if (!annotations.is_map()) return;
  std::vector<DocumentNode::Member> ours;
  for (const DocumentNode::Member& member : annotations.members()) {
    if (IsExtensionKey(member.key)) ours.push_back(member);
  }
  StructCodec<Resource, ExtensionsOf<Resource>>::Read(DocumentNode::Map(std::move(ours)), resource,
                                                      context);
}

template <typename Resource>
Labels WriteExtensions(const Resource& resource) {
  Labels annotations = resource.metadata.annotations;
  const DocumentNode written = StructCodec<Resource, ExtensionsOf<Resource>>::Write(resource);
  for (const DocumentNode::Member& member : written.members()) {
    annotations.insert_or_assign(member.key, WriteCompactJson(member.value));
  }
  return annotations;
}

#define MESHROUTE_INSTANTIATE(Resource)                                       \
  template void ReadExtensions(const DocumentNode&, Resource&, ReadContext&); \
  template Labels WriteExtensions(const Resource&)

MESHROUTE_INSTANTIATE(DestinationRule);
MESHROUTE_INSTANTIATE(VirtualService);

#undef MESHROUTE_INSTANTIATE

}  // namespace meshroute
