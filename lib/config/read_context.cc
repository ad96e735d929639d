// SPDX-License-Identifier: Apache-2.0
#include "lib/config/read_context.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/config/visible_text.h"

namespace meshroute {
namespace {

// No field's name is near to anything longer.
constexpr size_t kLongestGuess = 64;

// The least number of letters to change, add or drop that turns `a` into `b`.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

std::string LowerWithoutUnderscores(std::string_view name) {
  std::string lower = absl::AsciiStrToLower(std::string(name));
  lower.erase(std::remove(lower.begin(), lower.end(), '_'), lower.end());
  return lower;
}

// The field whose name is near enough to `name` to be what was meant, or "".
std::string_view NearestName(std::string_view name, std::span<const FieldFacts> known) {
  if (name.size() > kLongestGuess) return {};
  const std::string wanted = LowerWithoutUnderscores(name);
  std::string_view nearest;
  size_t least = std::max<size_t>(2, wanted.size() / 3) + 1;
  for (const FieldFacts& field : known) {
    const size_t distance = EditDistance(wanted, LowerWithoutUnderscores(field.name));
    if (distance < least && distance < field.name.size()) {
      least = distance;
      nearest = field.name;
    }
  }
  return nearest;
}

// Whether `key` is the snake_case name of the field `name`: protobuf's rule drops
// each underscore and capitalises what follows (consecutive_5xx_errors).
bool IsSnakeCaseOf(std::string_view key, std::string_view name) {
  size_t position = 0;
  for (size_t i = 0; i < key.size(); ++i) {
    char c = key[i];
    if (absl::ascii_isupper(static_cast<unsigned char>(c))) return false;
    if (c == '_') {
      if (++i == key.size() || absl::ascii_isupper(static_cast<unsigned char>(key[i])))
        return false;
      c = absl::ascii_toupper(static_cast<unsigned char>(key[i]));
    }
    if (position == name.size() || name[position++] != c) return false;
  }
  return position == name.size();
}

bool Names(std::string_view key, const FieldFacts& field) {
  return key == field.name || IsSnakeCaseOf(key, field.name);
}

// "write {number: 80}" where a scalar stands in place of a struct of one field.
std::string WrapHint(const DocumentNode& node, const FieldFacts& field) {
  std::string scalar;
  if (node.kind() == DocumentNode::Kind::kNumber) scalar = VisibleText(node.number_text());
  if (node.kind() == DocumentNode::Kind::kString) scalar = VisibleText(node.string());
  if (scalar.empty()) return "";
  return absl::StrCat("write {", std::string(field.name), ": ", scalar, "}");
}

void CheckOneOfs(std::span<const FieldFacts> fields, const std::vector<const DocumentNode*>& found,
                 ReadContext& context) {
  for (size_t second = 1; second < fields.size(); ++second) {
    if (found[second] == nullptr || fields[second].one_of.empty()) continue;
    for (size_t first = 0; first < second; ++first) {
      if (found[first] == nullptr || fields[first].one_of != fields[second].one_of) continue;
      const ConfigErrors::Scope field(context.errors(), fields[second].name);
      context.errors().Add(absl::StrCat("must not stand next to '", std::string(fields[first].name),
                                        "'; at most one of the two"));
      break;
    }
  }
}

}  // namespace

bool ReadContext::Spend(size_t bytes) {
  if (bytes <= bytes_left_) {
    bytes_left_ -= bytes;
    return true;
  }
  bytes_left_ = 0;
  errors_.Report(ProblemCode::kLimitExceeded,
                 "too many elements: they would take more memory than a load may");
  return false;
}

void ReadContext::AddWrongType(std::string_view wanted, const DocumentNode& got,
                               std::string_view hint) {
  errors_.Report(ProblemCode::kWrongType,
                 absl::StrCat("must be ", std::string(wanted), ", got ", DescribeNode(got),
                              hint.empty() ? "" : "; ", std::string(hint)));
}

void ReadContext::AddUnknownField(std::string_view name, std::span<const FieldFacts> known) {
  const ConfigErrors::Scope field(errors_, name);
  const std::string_view nearest = NearestName(name, known);
  const std::string message =
      nearest.empty() ? "unknown field"
                      : absl::StrCat("unknown field; did you mean '", std::string(nearest), "'?");
  errors_.Report(unknown_fields_ == LoadOptions::UnknownFields::kError
                     ? ProblemCode::kUnknownField
                     : ProblemCode::kUnknownFieldIgnored,
                 message);
}

void ReadContext::WarnNotEnforced(Support support, std::string_view note) {
  if (support != Support::kReported || silenced_ > 0) return;
  errors_.Report(ProblemCode::kNotHonoured,
                 absl::StrCat("accepted, not enforced: ", std::string(note)));
}

std::vector<const DocumentNode*> FindFields(const DocumentNode& node,
                                            std::span<const FieldFacts> fields,
                                            OtherFields other_fields, ReadContext& context) {
  std::vector<const DocumentNode*> found(fields.size(), nullptr);
  if (!node.is_map()) {
    context.AddWrongType("a map", node, fields.size() == 1 ? WrapHint(node, fields[0]) : "");
    return found;
  }
  std::vector<const DocumentNode::Member*> taken(fields.size(), nullptr);
  for (const DocumentNode::Member& member : node.members()) {
    const auto field = std::find_if(fields.begin(), fields.end(), [&member](const FieldFacts& f) {
      return Names(member.key, f);
    });
    if (field == fields.end()) {
      if (other_fields == OtherFields::kRefused) context.AddUnknownField(member.key, fields);
      continue;
    }
    const auto index = static_cast<size_t>(field - fields.begin());
    if (taken[index] != nullptr) {
      const ConfigErrors::Scope scope(context.errors(), member.key);
      context.errors().Add(absl::StrCat("is the same field as '", taken[index]->key, "'"));
      continue;
    }
    taken[index] = &member;
    if (!member.value.is_null()) found[index] = &member.value;
  }
  CheckOneOfs(fields, found, context);
  return found;
}

std::string DescribeNode(const DocumentNode& node) {
  switch (node.kind()) {
    case DocumentNode::Kind::kNull:
      return "null";
    case DocumentNode::Kind::kBool:
      return node.boolean() ? "the boolean true" : "the boolean false";
    case DocumentNode::Kind::kNumber:
      return absl::StrCat("the number ", VisibleText(node.number_text()));
    case DocumentNode::Kind::kString:
      return absl::StrCat("the string \"", VisibleText(node.string()), "\"");
    case DocumentNode::Kind::kList:
      return "a list";
    case DocumentNode::Kind::kMap:
      return "a map";
  }
  return "";
}

}  // namespace meshroute
