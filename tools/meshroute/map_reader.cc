// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/map_reader.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "tools/meshroute/console.h"
#include "tools/meshroute/spelling.h"

namespace meshroute::tool {
namespace {

std::string LowerCaseKey(std::string_view key) {
  std::string lower;
  for (const char c : key) {
    if (c >= 'A' && c <= 'Z') {
      lower += '_';
      lower += static_cast<char>(c - 'A' + 'a');
    } else {
      lower += c;
    }
  }
  return lower;
}

std::string_view NameOf(DocumentNode::Kind kind) {
  switch (kind) {
    case DocumentNode::Kind::kNull:
      return "nothing";
    case DocumentNode::Kind::kBool:
      return "true or false";
    case DocumentNode::Kind::kNumber:
      return "a number";
    case DocumentNode::Kind::kString:
      return "a text";
    case DocumentNode::Kind::kList:
      return "a list";
    case DocumentNode::Kind::kMap:
      return "a map";
  }
  return "nothing";
}

}  // namespace

bool MapReader::IsKind(const DocumentNode& node, DocumentNode::Kind kind, std::string_view what) {
  if (node.kind() == kind) return true;
  errors_.Add("must be " + std::string(what) + ", not " + std::string(NameOf(node.kind())));
  return false;
}

void MapReader::Map(const DocumentNode& node, std::initializer_list<Field> fields) {
  if (!IsKind(node, DocumentNode::Kind::kMap, "a map")) return;
  for (const Member& member : node.members()) {
    const std::string key = LowerCaseKey(member.key);
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field& known) { return known.name == key; });
    const ConfigErrors::Scope scope(errors_, member.key);
    if (field != fields.end()) {
      if (!member.value.is_null()) field->read(member);
      continue;
    }
    std::vector<std::string_view> names;
    for (const Field& known : fields) names.push_back(known.name);
    const std::string_view near = NearestWord(key, names);
    errors_.Add("unknown field" +
                (near.empty() ? "" : "; did you mean '" + std::string(near) + "'?"));
  }
}

void MapReader::List(const DocumentNode& node,
                     const std::function<void(const DocumentNode&)>& read) {
  if (!IsKind(node, DocumentNode::Kind::kList, "a list")) return;
  for (size_t i = 0; i < node.elements().size(); ++i) {
    const ConfigErrors::Scope scope(errors_, i);
    read(node.elements()[i]);
  }
}

void MapReader::Text(const Member& member, std::string& value) {
  if (IsKind(member.value, DocumentNode::Kind::kString,
             "a text, in quotes where it may be taken "
             "for a number")) {
    value = member.value.string();
  }
}

void MapReader::Truth(const Member& member, std::function<void()> if_true) {
  if (IsKind(member.value, DocumentNode::Kind::kBool, "true or false") && member.value.boolean()) {
    if_true();
  }
}

void MapReader::Integer(const Member& member, std::optional<int64_t>& value) {
  const std::optional<int64_t> number = member.value.AsInt64();
  if (number.has_value()) {
    value = number;
  } else {
    errors_.Add("must be a whole number");
  }
}

void MapReader::Unsigned(const Member& member, uint64_t& value) {
  std::optional<uint64_t> number = member.value.AsUint64();
  if (member.value.kind() == DocumentNode::Kind::kString) {
    const std::string& text = member.value.string();
    uint64_t parsed = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
    if (error == std::errc() && end == text.data() + text.size()) number = parsed;
  }
  if (number.has_value()) {
    value = *number;
  } else {
    errors_.Add("must be a whole number from 0 to 2^64-1");
  }
}

}  // namespace meshroute::tool
