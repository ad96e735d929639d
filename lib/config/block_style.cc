// SPDX-License-Identifier: Apache-2.0
// YAML's block style. No part of yaml-cpp: its emitter drops quotes that are
// needed, and core does without the library.
#include "lib/config/block_style.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "meshroute/config/document.h"
#include "meshroute/config/duration.h"
#include "meshroute/config/writer.h"

namespace meshroute {
namespace {

// YAML allows 1024 characters for a key that is not marked as one.
constexpr size_t kLongestSimpleKey = 1000;

bool IsLetter(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)); }
bool IsAlphanumeric(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

// Words that some YAML reader takes for a boolean or null.
bool IsReserved(std::string_view text) {
  static constexpr std::array<std::string_view, 9> kWords{"null", "true", "false", "yes", "no",
                                                          "on",   "off",  "y",     "n"};
  const std::string lower = absl::AsciiStrToLower(std::string(text));
  return std::find(kWords.begin(), kWords.end(), lower) != kWords.end();
}

// A duration with a unit is no number to anybody: 10s, 1.5s.
bool IsPlainDuration(std::string_view text) {
  return IsLetter(text.back()) && absl::ascii_isdigit(static_cast<unsigned char>(text.front())) &&
         text.find_first_not_of("0123456789.hmsun") == std::string_view::npos &&
         ParseDuration(text).has_value();
}

// Deliberately narrow: what begins with a letter, '_' or '/' is no number, no
// date and no indicator; the characters inside begin nothing either.
bool IsSafePlain(std::string_view text) {
  if (text.empty() || IsReserved(text)) return false;
  if (IsPlainDuration(text)) return true;
  if (!IsLetter(text.front()) && text.front() != '_' && text.front() != '/') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return IsAlphanumeric(c) || std::string_view("_/.-").find(c) != std::string_view::npos;
  });
}

bool IsPrintableAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::string SingleQuoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c;
    if (c == '\'') quoted += c;
  }
  return quoted + "'";
}

// Escapes control characters; everything else but quote and backslash is
// written as it is.
std::string DoubleQuoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      absl::StrAppend(&quoted, absl::StrFormat("\\x%02X", byte));
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

// Appends documents, each line indented by its depth.
class BlockWriter {
 public:
  explicit BlockWriter(std::string& text) : text_(text) {}

  // `node` behind what already stands on the line: a "key:" or the "-" of a
  // list. A list below a key is indented no further than the key.
  void Value(const DocumentNode& node, size_t indent, bool behind_dash) {
    if (node.is_map() && !node.members().empty()) {
      Map(node, behind_dash ? indent + 2 : indent, behind_dash);
    } else if (node.is_list() && !node.elements().empty()) {
      List(node, behind_dash ? indent + 2 : indent, behind_dash);
    } else {
      text_ += ' ';
      text_ += Scalar(node);
      text_ += '\n';
    }
  }

  void Document(const DocumentNode& node) {
    if (node.is_map() && !node.members().empty()) {
      for (const DocumentNode::Member& member : node.members()) Entry(member, 0);
    } else if (node.is_list() && !node.elements().empty()) {
      for (const DocumentNode& element : node.elements()) Element(element, 0);
    } else {
      text_ += Scalar(node);
      text_ += '\n';
    }
  }

 private:
  void Map(const DocumentNode& node, size_t indent, bool behind_dash) {
    bool same_line = behind_dash;
    StartBlock(behind_dash);
    for (const DocumentNode::Member& member : node.members()) {
      if (!std::exchange(same_line, false)) text_.append(indent, ' ');
      Entry(member, indent);
    }
  }

  void List(const DocumentNode& node, size_t indent, bool behind_dash) {
    bool same_line = behind_dash;
    StartBlock(behind_dash);
    for (const DocumentNode& element : node.elements()) {
      if (!std::exchange(same_line, false)) text_.append(indent, ' ');
      Element(element, indent);
    }
  }

  // What is in a list goes on behind the dash; what is under a key, below it.
  void StartBlock(bool behind_dash) { text_ += behind_dash ? ' ' : '\n'; }

  void Entry(const DocumentNode::Member& member, size_t indent) {
    const std::string key = YamlScalar(member.key);
    if (key.size() <= kLongestSimpleKey) {
      text_ += key;
    } else {
      absl::StrAppend(&text_, "? ", key, "\n", std::string(indent, ' '));
    }
    text_ += ':';
    Value(member.value, member.value.is_list() ? indent : indent + 2, false);
  }

  void Element(const DocumentNode& element, size_t indent) {
    text_ += '-';
    Value(element, indent, true);
  }

  static std::string Scalar(const DocumentNode& node) {
    switch (node.kind()) {
      case DocumentNode::Kind::kNull:
        return "null";
      case DocumentNode::Kind::kBool:
        return node.boolean() ? "true" : "false";
      case DocumentNode::Kind::kNumber:
        return node.number_text();
      case DocumentNode::Kind::kString:
        return YamlScalar(node.string());
      case DocumentNode::Kind::kList:
        return "[]";
      case DocumentNode::Kind::kMap:
        return "{}";
    }
    return "";
  }

  std::string& text_;
};

}  // namespace

std::string YamlScalar(std::string_view text) {
  if (IsSafePlain(text)) return std::string(text);
  return IsPrintableAscii(text) ? SingleQuoted(text) : DoubleQuoted(text);
}

std::string WriteYaml(const DocumentNode& document) {
  std::string text;
  BlockWriter(text).Document(document);
  return text;
}

}  // namespace meshroute
