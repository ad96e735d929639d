// SPDX-License-Identifier: Apache-2.0
#include "lib/config/scalar_codec.h"

#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/config/core_schema.h"
#include "meshroute/config/duration.h"

namespace meshroute {
namespace {

// Whether a string would be a number, or a boolean, without its quotes.
bool IsQuoted(const DocumentNode& node, DocumentNode::Kind kind) {
  return node.kind() == DocumentNode::Kind::kString &&
         ResolvePlainScalar(node.string()).kind() == kind;
}

template <typename Integer>
void ReadInteger(const DocumentNode& node, Integer& value, ReadContext& context) {
  constexpr Integer kLeast = std::numeric_limits<Integer>::min();
  constexpr Integer kMost = std::numeric_limits<Integer>::max();
  const std::optional<int64_t> number = node.AsInt64();
  if (number && *number >= kLeast && *number <= kMost) {
    value = static_cast<Integer>(*number);
    return;
  }
  context.AddWrongType(
      absl::StrCat("a whole number from ", kLeast, " to ", kMost), node,
      IsQuoted(node, DocumentNode::Kind::kNumber) ? "write it without quotes" : "");
}

template <typename Number>
DocumentNode WriteNumber(Number value) {
  std::array<char, 64> text;
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  return DocumentNode::Number(std::string(text.data(), result.ptr));
}

constexpr std::array<FieldFacts, 3> kStringMatchFields{{
    {"exact", Support::kHonoured, "", "string match"},
    {"prefix", Support::kHonoured, "", "string match"},
    {"regex", Support::kHonoured, "", "string match"},
}};
constexpr std::array<StringMatch::Kind, 3> kStringMatchKinds{
    StringMatch::Kind::kExact, StringMatch::Kind::kPrefix, StringMatch::Kind::kRegex};

}  // namespace

void Codec<bool>::Read(const DocumentNode& node, bool& value, ReadContext& context) {
  if (node.kind() == DocumentNode::Kind::kBool) {
    value = node.boolean();
    return;
  }
  context.AddWrongType("true or false", node,
                       IsQuoted(node, DocumentNode::Kind::kBool) ? "write it without quotes" : "");
}

DocumentNode Codec<bool>::Write(bool value) { return DocumentNode::Bool(value); }

void Codec<int32_t>::Read(const DocumentNode& node, int32_t& value, ReadContext& context) {
  ReadInteger(node, value, context);
}

DocumentNode Codec<int32_t>::Write(int32_t value) { return WriteNumber(value); }

void Codec<uint32_t>::Read(const DocumentNode& node, uint32_t& value, ReadContext& context) {
  ReadInteger(node, value, context);
}

DocumentNode Codec<uint32_t>::Write(uint32_t value) { return WriteNumber(value); }

void Codec<uint64_t>::Read(const DocumentNode& node, uint64_t& value, ReadContext& context) {
  const bool quoted = IsQuoted(node, DocumentNode::Kind::kNumber);
  const auto number = quoted ? ResolvePlainScalar(node.string()).AsUint64() : node.AsUint64();
  if (number) {
    value = *number;
    return;
  }
  context.AddWrongType(
      absl::StrCat("a whole number from 0 to ", std::numeric_limits<uint64_t>::max()), node);
}

DocumentNode Codec<uint64_t>::Write(uint64_t value) { return WriteNumber(value); }

void Codec<double>::Read(const DocumentNode& node, double& value, ReadContext& context) {
  if (const std::optional<double> number = node.AsDouble()) {
    value = *number;
    return;
  }
  context.AddWrongType(
      "a finite number", node,
      IsQuoted(node, DocumentNode::Kind::kNumber) ? "write it without quotes" : "");
}

DocumentNode Codec<double>::Write(double value) { return WriteNumber(value); }

void Codec<std::string>::Read(const DocumentNode& node, std::string& value, ReadContext& context) {
  if (node.kind() == DocumentNode::Kind::kString) {
    value = node.string();
    return;
  }
  context.AddWrongType(
      "a string", node,
      node.is_list() || node.is_map() || node.is_null() ? "" : "write it in quotes");
}

DocumentNode Codec<std::string>::Write(const std::string& value) {
  return DocumentNode::String(value);
}

void Base64Codec::Read(const DocumentNode& node, std::string& value, ReadContext& context) {
  if (node.kind() == DocumentNode::Kind::kString) {
    std::string decoded;
    if (absl::Base64Unescape(node.string(), &decoded) ||
        absl::WebSafeBase64Unescape(node.string(), &decoded)) {
      value = std::move(decoded);
      return;
    }
  }
  context.AddWrongType("bytes in base64", node);
}

DocumentNode Base64Codec::Write(const std::string& value) {
  return DocumentNode::String(absl::Base64Escape(value));
}

void Codec<Duration>::Read(const DocumentNode& node, Duration& value, ReadContext& context) {
  std::string hint;
  if (node.kind() == DocumentNode::Kind::kString) {
    if (const std::optional<Duration> duration = ParseDuration(node.string())) {
      value = *duration;
      return;
    }
    if (IsQuoted(node, DocumentNode::Kind::kNumber)) hint = "add a unit: h, m, s, ms, us or ns";
  } else if (node.kind() == DocumentNode::Kind::kNumber) {
    hint = "add a unit: h, m, s, ms, us or ns";
  }
  context.AddWrongType("a duration such as 1.5s, 30ms or 1h2m", node, hint);
}

DocumentNode Codec<Duration>::Write(Duration value) {
  return DocumentNode::String(FormatDuration(value));
}

void Codec<StringMatch>::Read(const DocumentNode& node, StringMatch& value, ReadContext& context) {
  const auto found = FindFields(node, kStringMatchFields, OtherFields::kRefused, context);
  for (size_t i = 0; i < found.size(); ++i) {
    if (found[i] == nullptr) continue;
    const ConfigErrors::Scope field(context.errors(), kStringMatchFields[i].name);
    value.kind = kStringMatchKinds[i];
    Codec<std::string>::Read(*found[i], value.value, context);
    return;
  }
}

DocumentNode Codec<StringMatch>::Write(const StringMatch& value) {
  std::vector<DocumentNode::Member> members;
  for (size_t i = 0; i < kStringMatchKinds.size(); ++i) {
    if (value.kind != kStringMatchKinds[i]) continue;
    members.push_back(
        {std::string(kStringMatchFields[i].name), {}, DocumentNode::String(value.value)});
  }
  return DocumentNode::Map(std::move(members));
}

size_t ReadEnumIndex(const DocumentNode& node, std::span<const FieldFacts> values,
                     ReadContext& context) {
  if (const std::optional<uint64_t> number = node.AsUint64(); number && *number < values.size()) {
    return static_cast<size_t>(*number);
  }
  std::vector<std::string> names;
  for (size_t i = 0; i < values.size(); ++i) {
    if (node.kind() == DocumentNode::Kind::kString && node.string() == values[i].name) return i;
    names.emplace_back(values[i].name);
  }
  context.AddWrongType(absl::StrCat("one of ", absl::StrJoin(names, ", ")), node);
  return values.size();
}

}  // namespace meshroute
