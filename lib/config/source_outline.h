// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_SOURCE_OUTLINE_H_
#define MESHROUTE_LIB_CONFIG_SOURCE_OUTLINE_H_

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "meshroute/config/document.h"
#include "meshroute/config/validated_config.h"

namespace meshroute {

// Where the fields of one object stand in its text, without their values: what
// is kept of a tree when the load is over. Some ten bytes a field. Immutable.
class SourceOutline {
 public:
  SourceOutline() = default;
  explicit SourceOutline(const DocumentNode& root);

  // Of the place of the whole object alone.
  explicit SourceOutline(TextPosition root);

  // A tree with the positions of the original, whose leaves are null.
  DocumentNode Expand() const;

  size_t bytes() const { return bytes_.size(); }

 private:
  std::string bytes_;
};

// The outlines of all objects of a load.
class SourceOutlines : public ResourceSources {
 public:
  // Past `maximum_bytes` in all, only the places of whole objects are kept.
  explicit SourceOutlines(size_t maximum_bytes) : bytes_left_(maximum_bytes) {}

  void Add(std::string_view kind, const Metadata& metadata, const DocumentNode& root,
           std::string_view file);

  Source Find(std::string_view kind, std::string_view namespace_name,
              std::string_view name) const override;
  bool Has(std::string_view kind) const override;

 private:
  struct Entry {
    SourceOutline outline;
    std::string_view file;  // One of files_.
  };

  size_t bytes_left_;
  std::deque<std::string> files_;
  std::map<std::tuple<std::string, std::string, std::string>, Entry> entries_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_SOURCE_OUTLINE_H_
