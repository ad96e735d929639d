// SPDX-License-Identifier: Apache-2.0
#include "lib/config/document_builder.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/config/visible_text.h"

namespace meshroute {

DocumentBuilder::DocumentBuilder(const LoadOptions& limits)
    : maximum_depth_(std::min(limits.maximum_depth, kDeepest)),
      maximum_nodes_(limits.maximum_nodes) {}

bool DocumentBuilder::Refuse(std::string message, TextPosition position) {
  return Refuse(Error{std::move(message), position});
}

bool DocumentBuilder::Refuse(Error error) {
  if (error_.message.empty()) error_ = std::move(error);
  return false;
}

std::optional<ConfigProblem> DocumentBuilder::ProblemOf(std::string_view file) const {
  if (error_.message.empty()) return std::nullopt;
  ConfigProblem problem = MakeProblem(error_.code, error_.message);
  problem.position = {std::string(file), error_.position.line, error_.position.column};
  return problem;
}

bool DocumentBuilder::ExpectsKey() const {
  return !open_.empty() && open_.back().is_map && !open_.back().has_key;
}

bool DocumentBuilder::Count(TextPosition position) {
  if (!error_.message.empty()) return false;
  if (++nodes_ <= maximum_nodes_) return true;
  return Refuse(Error{absl::StrCat("the text has more than ", maximum_nodes_, " values"), position,
                      ProblemCode::kLimitExceeded});
}

bool DocumentBuilder::Place(DocumentNode node) {
  if (open_.empty()) {
    root_ = std::make_unique<DocumentNode>(std::move(node));
    return true;
  }
  Open& parent = open_.back();
  if (!parent.is_map) {
    parent.elements.push_back(std::move(node));
    return true;
  }
  assert(parent.has_key);
  parent.members.push_back({std::move(parent.key), parent.key_position, std::move(node)});
  parent.has_key = false;
  return true;
}

bool DocumentBuilder::Null(TextPosition position) {
  return Count(position) && Place(DocumentNode(position));
}

bool DocumentBuilder::Bool(bool value, TextPosition position) {
  return Count(position) && Place(DocumentNode::Bool(value, position));
}

bool DocumentBuilder::Number(std::string text, TextPosition position) {
  return Count(position) && Place(DocumentNode::Number(std::move(text), position));
}

bool DocumentBuilder::String(std::string text, TextPosition position) {
  if (text.find('\0') != std::string::npos) {
    return Refuse("a text must not contain the character NUL", position);
  }
  return Count(position) && Place(DocumentNode::String(std::move(text), position));
}

bool DocumentBuilder::Begin(bool is_map, TextPosition position) {
  if (!Count(position)) return false;
  if (open_.size() >= maximum_depth_) {
    return Refuse(
        Error{absl::StrCat("lists and maps are nested more than ", maximum_depth_, " deep"),
              position, ProblemCode::kLimitExceeded});
  }
  Open& added = open_.emplace_back();
  added.is_map = is_map;
  added.position = position;
  return true;
}

bool DocumentBuilder::BeginList(TextPosition position) { return Begin(false, position); }

bool DocumentBuilder::BeginMap(TextPosition position) { return Begin(true, position); }

bool DocumentBuilder::Key(std::string key, TextPosition position) {
  if (key.find('\0') != std::string::npos) {
    return Refuse("a key must not contain the character NUL", position);
  }
  assert(ExpectsKey());
  Open& map = open_.back();
  map.key = std::move(key);
  map.key_position = position;
  map.has_key = true;
  return error_.message.empty();
}

bool DocumentBuilder::End() {
  if (!error_.message.empty()) return false;
  assert(!open_.empty() && !open_.back().has_key);
  Open done = std::move(open_.back());
  open_.pop_back();
  if (!done.is_map) return Place(DocumentNode::List(std::move(done.elements), done.position));
  DocumentNode map = DocumentNode::Map(std::move(done.members), done.position);
  if (const DocumentNode::Member* again = map.FindDuplicate()) {
    return Refuse(absl::StrCat("the key '", VisibleText(again->key), "' stands twice in one map"),
                  again->key_position);
  }
  return Place(std::move(map));
}

}  // namespace meshroute
