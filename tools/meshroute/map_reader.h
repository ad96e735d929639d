// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_MAP_READER_H_
#define MESHROUTE_TOOLS_MESHROUTE_MAP_READER_H_

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "meshroute/config/document.h"
#include "meshroute/config/errors.h"

namespace meshroute::tool {

// Reads the maps of a document tree by their fields; every field that is not asked
// for, and every value of another type, is an error under its path.
//
//   MapReader reader(errors);
//   reader.Map(node, {{"name", [&](const Member& member) { reader.Text(member, name); }}});
//
// Keys may be written as lower_case or lowerCamelCase; null counts as not there.
class MapReader {
 public:
  using Member = DocumentNode::Member;

  struct Field {
    std::string_view name;  // In lower_case.
    std::function<void(const Member& member)> read;
  };

  // `errors` has a ResourceScope open and outlives the reader.
  explicit MapReader(ConfigErrors& errors) : errors_(errors) {}

  void Map(const DocumentNode& node, std::initializer_list<Field> fields);

  // Calls `read` with each element, under its index.
  void List(const DocumentNode& node, const std::function<void(const DocumentNode&)>& read);

  // These leave the value as it is where the node is of another type.
  void Text(const Member& member, std::string& value);
  void Truth(const Member& member, std::function<void()> if_true);
  void Integer(const Member& member, std::optional<int64_t>& value);

  // Also as a string of digits, which is how protobuf's JSON writes 64-bit numbers.
  void Unsigned(const Member& member, uint64_t& value);

  void Complain(std::string_view message) { errors_.Add(message); }
  ConfigErrors& errors() { return errors_; }

 private:
  bool IsKind(const DocumentNode& node, DocumentNode::Kind kind, std::string_view what);

  ConfigErrors& errors_;
};

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_MAP_READER_H_
