// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/json_object.h"

#include <array>
#include <charconv>

#include "meshroute/config/json.h"
#include "meshroute/config/writer.h"
#include "tools/meshroute/display_columns.h"

namespace meshroute::tool {

DocumentNode JsonString(std::string_view text) {
  std::string valid;
  for (size_t i = 0; i < text.size();) {
    const size_t length = CharacterAt(text, i).bytes;
    const bool is_stray = length == 1 && static_cast<unsigned char>(text[i]) >= 0x80;
    valid += is_stray ? std::string_view("?") : text.substr(i, length);
    i += length;
  }
  return DocumentNode::String(std::move(valid));
}

JsonObject& JsonObject::Set(std::string_view key, DocumentNode value) {
  members_.push_back({std::string(key), {}, std::move(value)});
  return *this;
}

JsonObject& JsonObject::Set(std::string_view key, std::string_view value) {
  return Set(key, JsonString(value));
}

JsonObject& JsonObject::Set(std::string_view key, uint64_t value) {
  return Set(key, DocumentNode::Number(std::to_string(value)));
}

JsonObject& JsonObject::Set(std::string_view key, double value) {
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  (void)error;  // 32 bytes hold every double.
  return Set(key, DocumentNode::Number(std::string(text.data(), end)));
}

JsonObject& JsonObject::Set(std::string_view key, std::vector<DocumentNode> values) {
  return Set(key, DocumentNode::List(std::move(values)));
}

JsonObject& JsonObject::Set(std::string_view key, const std::vector<std::string>& values) {
  std::vector<DocumentNode> nodes;
  for (const std::string& value : values) nodes.push_back(JsonString(value));
  return Set(key, std::move(nodes));
}

JsonObject& JsonObject::SetTruth(std::string_view key, bool value) {
  return Set(key, DocumentNode::Bool(value));
}

void Print(const DocumentNode& document, std::string_view format, std::ostream& out) {
  out << (format == "yaml" ? WriteYaml(document) : WriteJson(document));
}

}  // namespace meshroute::tool
