// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_DOCUMENT_H_
#define MESHROUTE_CONFIG_DOCUMENT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace meshroute {

// A place in a text; both count from 1. 0: not known.
struct TextPosition {
  uint32_t line = 0;
  uint32_t column = 0;  // In bytes.

  bool operator==(const TextPosition&) const = default;
};

// One value of a JSON or YAML text, with all values below it, and where each
// stands: what every format is read into before anything is known of Istio.
//
//   {"spec": {"http": [{"timeout": "5s"}]}}
//
//   const DocumentNode* spec = root.Find("spec");               // a map
//   root.PositionOf("spec.http[0].timeout");                    // of the key
//
// Owns what is below it. Depth is bounded by who builds it (LoadOptions), so
// recursion over it is safe. Immutable once built; copies are deep.
class DocumentNode {
 public:
  enum class Kind : uint8_t { kNull, kBool, kNumber, kString, kList, kMap };

  // One `key: value` of a map.
  struct Member;

  explicit DocumentNode(TextPosition position = {});  // null

  static DocumentNode Bool(bool value, TextPosition position = {});

  // `text` as it stands in the file; JSON's syntax, or YAML's "+5", ".5", "5.", ".inf".
  static DocumentNode Number(std::string text, TextPosition position = {});
  static DocumentNode String(std::string text, TextPosition position = {});
  static DocumentNode List(std::vector<DocumentNode> elements, TextPosition position = {});

  // Keys must differ; FindDuplicate tells.
  static DocumentNode Map(std::vector<Member> members, TextPosition position = {});

  Kind kind() const { return static_cast<Kind>(value_.index()); }
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_map() const { return kind() == Kind::kMap; }
  bool is_list() const { return kind() == Kind::kList; }
  TextPosition position() const { return position_; }

  // Only for a node of that kind.
  bool boolean() const { return std::get<bool>(value_); }
  const std::string& string() const { return std::get<std::string>(value_); }
  const std::string& number_text() const { return std::get<NumberText>(value_).text; }
  const std::vector<DocumentNode>& elements() const;
  const std::vector<Member>& members() const;  // In the order of the text.

  // The number, where this is one and fits without loss: 80, 80.0 and 8e1 are
  // the integer 80. An integer beyond 2^53 must be written without point or
  // exponent. NaN and infinities are no numbers.
  std::optional<int64_t> AsInt64() const;
  std::optional<uint64_t> AsUint64() const;
  std::optional<double> AsDouble() const;

  // The value of `key`, or nullptr, also where this is no map. Logarithmic in
  // the size of a large map.
  const DocumentNode* Find(std::string_view key) const;

  // The position of the deepest node on the way along `path`
  // ("spec.http[0].route[1].weight"): of the key where the way ends in a map.
  // Keys may have dots. A key also answers to its other spelling, so that
  // "perTryTimeout" finds `per_try_timeout`.
  TextPosition PositionOf(std::string_view path) const;

  // A member of this map whose key an earlier member has too, or nullptr.
  const Member* FindDuplicate() const;

 private:
  struct NumberText {
    std::string text;
  };
  struct MapValue {
    std::vector<Member> members;
    std::vector<uint32_t> by_key;  // Indexes of members, sorted; empty for a small map.
  };

  const Member* FindMember(std::string_view key) const;
  const Member* FindMemberOnPath(std::string_view& path) const;

  std::variant<std::monostate, bool, NumberText, std::string, std::vector<DocumentNode>, MapValue>
      value_;
  TextPosition position_;
};

struct DocumentNode::Member {
  std::string key;
  TextPosition key_position;
  DocumentNode value;
};

inline DocumentNode::DocumentNode(TextPosition position) : position_(position) {}

inline const std::vector<DocumentNode>& DocumentNode::elements() const {
  return std::get<std::vector<DocumentNode>>(value_);
}

inline const std::vector<DocumentNode::Member>& DocumentNode::members() const {
  return std::get<MapValue>(value_).members;
}

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_DOCUMENT_H_
