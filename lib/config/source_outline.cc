// SPDX-License-Identifier: Apache-2.0
#include "lib/config/source_outline.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace meshroute {
namespace {

// A tree as bytes, in the order of the text:
//
//   tree     = position node
//   node     = 4 * children + kind, then the children
//   child    = position node                of a list
//            | length key position node     of a map
//   position = line, as its distance from the position before; column
//
// where a number takes seven bits a byte, the lowest first.
class OutlineWriter {
 public:
  void WriteTree(const DocumentNode& root) {
    WritePosition(root.position());
    WriteNode(root);
  }

  void WritePosition(TextPosition position) {
    // Two's complement, so that a step back in the text comes out right as well.
    WriteNumber(position.line - line_);
    WriteNumber(position.column);
    line_ = position.line;
  }

  void WriteNumber(uint32_t number) {
    for (; number >= 0x80; number >>= 7U) bytes_.push_back(static_cast<char>(number | 0x80U));
    bytes_.push_back(static_cast<char>(number));
  }

  std::string Take() { return std::move(bytes_); }

 private:
  void WriteNode(const DocumentNode& node) {
    if (node.is_map()) {
      WriteNumber(static_cast<uint32_t>(node.members().size() * 4 + 2));
      for (const DocumentNode::Member& member : node.members()) {
        WriteNumber(static_cast<uint32_t>(member.key.size()));
        bytes_ += member.key;
        WritePosition(member.key_position);
        WriteNode(member.value);
      }
    } else if (node.is_list()) {
      WriteNumber(static_cast<uint32_t>(node.elements().size() * 4 + 1));
      for (const DocumentNode& element : node.elements()) WriteTree(element);
    } else {
      WriteNumber(0);
    }
  }

  uint32_t line_ = 0;
  std::string bytes_;
};

// Reads what OutlineWriter wrote.
class OutlineReader {
 public:
  explicit OutlineReader(std::string_view bytes) : bytes_(bytes) {}

  DocumentNode ReadTree() {
    const TextPosition position = ReadPosition();
    return ReadNode(position);
  }

 private:
  DocumentNode ReadNode(TextPosition position) {
    const uint32_t head = ReadNumber();
    const uint32_t count = head / 4;
    if (head % 4 == 2) {
      std::vector<DocumentNode::Member> members;
      members.reserve(count);
      for (uint32_t i = 0; i < count; ++i) {
        const uint32_t length = ReadNumber();
        std::string key(bytes_.substr(0, length));
        bytes_.remove_prefix(length);
        const TextPosition key_position = ReadPosition();
        members.push_back({std::move(key), key_position, ReadNode(key_position)});
      }
      return DocumentNode::Map(std::move(members), position);
    }
    if (head % 4 == 0) return DocumentNode(position);
    std::vector<DocumentNode> elements;
    elements.reserve(count);
    for (uint32_t i = 0; i < count; ++i) elements.push_back(ReadTree());
    return DocumentNode::List(std::move(elements), position);
  }

  TextPosition ReadPosition() {
    line_ += ReadNumber();
    const uint32_t column = ReadNumber();
    return {line_, column};
  }

  uint32_t ReadNumber() {
    uint32_t number = 0;
    for (uint32_t shift = 0;; shift += 7) {
      const auto byte = static_cast<uint8_t>(bytes_.front());
      bytes_.remove_prefix(1);
      number |= uint32_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return number;
    }
  }

  std::string_view bytes_;
  uint32_t line_ = 0;
};

}  // namespace

SourceOutline::SourceOutline(const DocumentNode& root) {
  OutlineWriter writer;
  writer.WriteTree(root);
  bytes_ = writer.Take();
  bytes_.shrink_to_fit();
}

SourceOutline::SourceOutline(TextPosition root) : SourceOutline(DocumentNode(root)) {}

DocumentNode SourceOutline::Expand() const {
  return bytes_.empty() ? DocumentNode() : OutlineReader(bytes_).ReadTree();
}

void SourceOutlines::Add(std::string_view kind, const Metadata& metadata, const DocumentNode& root,
                         std::string_view file) {
  if (files_.empty() || files_.back() != file) files_.emplace_back(file);
  SourceOutline outline(root);
  if (outline.bytes() > bytes_left_) outline = SourceOutline(root.position());
  bytes_left_ -= std::min(outline.bytes(), bytes_left_);
  entries_.insert_or_assign({std::string(kind), metadata.namespace_name, metadata.name},
                            Entry{std::move(outline), files_.back()});
}

ResourceSources::Source SourceOutlines::Find(std::string_view kind, std::string_view namespace_name,
                                             std::string_view name) const {
  const auto found =
      entries_.find({std::string(kind), std::string(namespace_name), std::string(name)});
  if (found == entries_.end()) return {};
  return {.outline = &found->second.outline, .file = found->second.file};
}

bool SourceOutlines::Has(std::string_view kind) const {
  const auto first = entries_.lower_bound({std::string(kind), "", ""});
  return first != entries_.end() && std::get<0>(first->first) == kind;
}

}  // namespace meshroute
