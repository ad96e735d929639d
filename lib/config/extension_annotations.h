// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_EXTENSION_ANNOTATIONS_H_
#define MESHROUTE_LIB_CONFIG_EXTENSION_ANNOTATIONS_H_

#include <string>
#include <string_view>

#include "lib/config/read_context.h"
#include "meshroute/config/document.h"
#include "meshroute/config/metadata.h"
#include "meshroute/config/source_lines.h"

namespace meshroute {

// What the keys of all annotations of ours begin with.
inline constexpr std::string_view kExtensionPrefix = "meshroute.io/";

inline bool IsExtensionKey(std::string_view key) { return key.starts_with(kExtensionPrefix); }

// Whether the object has an annotation of ours.
bool HasExtensions(const DocumentNode& object);

// The object that an expansion reads, for messages.
struct ExtensionSource {
  std::string resource;                // "DestinationRule prod/reviews"
  std::string_view file{};             // Of its text.
  const SourceLines* lines = nullptr;  // Of its text; null: not known.
};

// `object` with its annotations of ours as trees in place of JSON texts. Their nodes
// have the places in the object's text, so that a problem inside is found by its path
// as everywhere. One that is no JSON is reported and null.
DocumentNode ExpandExtensions(const DocumentNode& object, const ExtensionSource& source,
                              const LoadOptions& options, ReadContext& context);

// `metadata` without the annotations of ours.
DocumentNode WithoutExtensions(const DocumentNode& metadata);

// Reads the annotations of ours, expanded, of `annotations` of a kind that has some
// (Extensible, extension_tables.h).
template <typename Resource>
void ReadExtensions(const DocumentNode& annotations, Resource& resource, ReadContext& context);

// The annotations of `resource` and those that its extensions are written as.
template <typename Resource>
Labels WriteExtensions(const Resource& resource);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_EXTENSION_ANNOTATIONS_H_
