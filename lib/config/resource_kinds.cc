// SPDX-License-Identifier: Apache-2.0
#include "lib/config/resource_kinds.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/config/codec.h"
#include "lib/config/extension_annotations.h"
#include "lib/config/extension_tables.h"
#include "lib/config/resource_fields.h"

namespace meshroute {
namespace {

template <typename Resource>
void ReadMetadata(const DocumentNode& metadata, Resource& resource, ReadContext& context) {
  Codec<Metadata>::Read(metadata, resource.metadata, context);
}

// Annotations of ours are settings, and no annotations any more.
template <Extensible Resource>
void ReadMetadata(const DocumentNode& metadata, Resource& resource, ReadContext& context) {
  Codec<Metadata>::Read(WithoutExtensions(metadata), resource.metadata, context);
  const DocumentNode* const annotations = metadata.Find("annotations");
  if (annotations == nullptr) return;
  const ConfigErrors::Scope field(context.errors(), "annotations");
  ReadExtensions(*annotations, resource, context);
}

template <typename Resource>
DocumentNode WriteMetadata(const Resource& resource) {
  return Codec<Metadata>::Write(resource.metadata);
}

template <Extensible Resource>
DocumentNode WriteMetadata(const Resource& resource) {
  Metadata metadata = resource.metadata;
  metadata.annotations = WriteExtensions(resource);
  return Codec<Metadata>::Write(metadata);
}

}  // namespace

template <typename Resource>
void ReadResource(const DocumentNode* metadata, const DocumentNode* spec, Resource& resource,
                  ReadContext& context) {
  if (metadata != nullptr) {
    const ConfigErrors::Scope field(context.errors(), "metadata");
    ReadMetadata(*metadata, resource, context);
  }
  if (spec != nullptr) {
    const ConfigErrors::Scope field(context.errors(), "spec");
    Codec<Resource>::Read(*spec, resource, context);
  }
}

template <typename Resource>
DocumentNode WriteResource(const ResourceKind<Resource>& kind, const Resource& resource) {
  const std::string version =
      absl::StrCat(std::string(kind.group->name), "/", std::string(kind.group->versions[0]));
  std::vector<DocumentNode::Member> members;
  members.push_back({"apiVersion", {}, DocumentNode::String(version)});
  members.push_back({"kind", {}, DocumentNode::String(std::string(kind.name))});
  members.push_back({"metadata", {}, WriteMetadata(resource)});
  members.push_back({"spec", {}, Codec<Resource>::Write(resource)});
  return DocumentNode::Map(std::move(members));
}

#define MESHROUTE_INSTANTIATE(Resource)                                                          \
  template void ReadResource(const DocumentNode*, const DocumentNode*, Resource&, ReadContext&); \
  template DocumentNode WriteResource(const ResourceKind<Resource>&, const Resource&)

MESHROUTE_INSTANTIATE(VirtualService);
MESHROUTE_INSTANTIATE(DestinationRule);
MESHROUTE_INSTANTIATE(ServiceEntry);
MESHROUTE_INSTANTIATE(WorkloadEntry);
MESHROUTE_INSTANTIATE(RolloutPlan);

#undef MESHROUTE_INSTANTIATE

}  // namespace meshroute
