// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_DOCUMENT_BUILDER_H_
#define MESHROUTE_LIB_CONFIG_DOCUMENT_BUILDER_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/config/document.h"
#include "meshroute/config/loader.h"

namespace meshroute {

// Builds the trees of one text from a parser's events, and refuses what is too
// deep, too much, or a key twice in one map. Every event returns false, from
// then on, where something was refused; error() then tells what and where.
//
//   builder.BeginMap({1, 1}) && builder.Key("port", {1, 2}) &&
//       builder.Number("80", {1, 8}) && builder.End();
//   std::unique_ptr<DocumentNode> root = builder.Take();
//
// Thread-compatible.
class DocumentBuilder {
 public:
  // Depths beyond this are refused whatever the options say, so that a walk
  // over a tree cannot exhaust the stack.
  static constexpr size_t kDeepest = 1000;

  struct Error {
    std::string message;  // Empty: none.
    TextPosition position;
    ProblemCode code = ProblemCode::kUnreadableText;

    bool operator==(const Error&) const = default;
  };

  // The limits are counted over all trees of this builder.
  explicit DocumentBuilder(const LoadOptions& limits);

  bool Null(TextPosition position);
  bool Bool(bool value, TextPosition position);
  bool Number(std::string text, TextPosition position);
  bool String(std::string text, TextPosition position);
  bool BeginList(TextPosition position);
  bool BeginMap(TextPosition position);
  bool Key(std::string key, TextPosition position);
  bool End();  // Of the innermost list or map.

  // Whether the next event must be Key (or End).
  bool ExpectsKey() const;

  // Refuses the text for a reason of the caller's. Returns false.
  bool Refuse(std::string message, TextPosition position);
  bool Refuse(Error error);

  // The complete tree, once; null where no value came.
  std::unique_ptr<DocumentNode> Take() { return std::move(root_); }

  const Error& error() const { return error_; }

  // error() as a problem of the file; nullopt where there is none.
  std::optional<ConfigProblem> ProblemOf(std::string_view file) const;

 private:
  // A list or map that is not yet complete.
  struct Open {
    bool is_map = false;
    bool has_key = false;  // A map: its key is there, its value is not.
    TextPosition position;
    TextPosition key_position;
    std::string key;
    std::vector<DocumentNode> elements;
    std::vector<DocumentNode::Member> members;
  };

  bool Count(TextPosition position);
  bool Begin(bool is_map, TextPosition position);
  bool Place(DocumentNode node);

  const size_t maximum_depth_;
  const size_t maximum_nodes_;
  size_t nodes_ = 0;
  std::vector<Open> open_;
  std::unique_ptr<DocumentNode> root_;
  Error error_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_DOCUMENT_BUILDER_H_
