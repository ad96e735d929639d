// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/document.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <system_error>

namespace meshroute {
namespace {

// Maps of this size and below are searched from end to end.
constexpr size_t kSmallMap = 16;

// Integers up to here survive a detour through double.
constexpr double kLargestExactInteger = 9007199254740992.0;  // 2^53

// `text` as T if all of it is one, without a leading '+'.
template <typename T>
std::optional<T> ParseWhole(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Whether `text` begins as a number does; from_chars would also take "inf" and "nan".
bool BeginsAsNumber(std::string_view text) {
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
  if (!text.empty() && text.front() == '.') text.remove_prefix(1);
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Whether two field names differ only in letter case and underscores.
bool SpelledAlike(std::string_view a, std::string_view b) {
  size_t i = 0;
  size_t j = 0;
  for (;;) {
    while (i < a.size() && a[i] == '_') ++i;
    while (j < b.size() && b[j] == '_') ++j;
    if (i == a.size() || j == b.size()) return i == a.size() && j == b.size();
    if (Lower(a[i++]) != Lower(b[j++])) return false;
  }
}

}  // namespace

DocumentNode DocumentNode::Bool(bool value, TextPosition position) {
  DocumentNode node(position);
  node.value_ = value;
  return node;
}

DocumentNode DocumentNode::Number(std::string text, TextPosition position) {
  DocumentNode node(position);
  node.value_ = NumberText{std::move(text)};
  return node;
}

DocumentNode DocumentNode::String(std::string text, TextPosition position) {
  DocumentNode node(position);
  node.value_ = std::move(text);
  return node;
}

DocumentNode DocumentNode::List(std::vector<DocumentNode> elements, TextPosition position) {
  DocumentNode node(position);
  node.value_ = std::move(elements);
  return node;
}

DocumentNode DocumentNode::Map(std::vector<Member> members, TextPosition position) {
  DocumentNode node(position);
  std::vector<uint32_t> by_key;
  if (members.size() > kSmallMap) {
    by_key.resize(members.size());
    std::iota(by_key.begin(), by_key.end(), 0U);
    std::stable_sort(by_key.begin(), by_key.end(),
                     [&](uint32_t a, uint32_t b) { return members[a].key < members[b].key; });
  }
  node.value_ = MapValue{std::move(members), std::move(by_key)};
  return node;
}

std::optional<int64_t> DocumentNode::AsInt64() const {
  if (kind() != Kind::kNumber) return std::nullopt;
  if (const auto integer = ParseWhole<int64_t>(number_text())) return integer;
  const std::optional<double> value = AsDouble();
  if (!value || std::abs(*value) > kLargestExactInteger || std::trunc(*value) != *value) {
    return std::nullopt;
  }
  return static_cast<int64_t>(*value);
}

std::optional<uint64_t> DocumentNode::AsUint64() const {
  if (kind() != Kind::kNumber) return std::nullopt;
  if (const auto integer = ParseWhole<uint64_t>(number_text())) return integer;
  const std::optional<int64_t> value = AsInt64();
  if (!value || *value < 0) return std::nullopt;
  return static_cast<uint64_t>(*value);
}

std::optional<double> DocumentNode::AsDouble() const {
  if (kind() != Kind::kNumber || !BeginsAsNumber(number_text())) return std::nullopt;
  const std::optional<double> value = ParseWhole<double>(number_text());
  if (!value || !std::isfinite(*value)) return std::nullopt;
  return value;
}

const DocumentNode* DocumentNode::Find(std::string_view key) const {
  if (!is_map()) return nullptr;
  const Member* member = FindMember(key);
  return member == nullptr ? nullptr : &member->value;
}

const DocumentNode::Member* DocumentNode::FindMember(std::string_view key) const {
  const auto& [members, by_key] = std::get<MapValue>(value_);
  if (by_key.empty()) {
    for (const Member& member : members) {
      if (member.key == key) return &member;
    }
    return nullptr;
  }
  const std::vector<Member>& all = members;
  const auto found =
      std::lower_bound(by_key.begin(), by_key.end(), key,
                       [&all](uint32_t index, std::string_view k) { return all[index].key < k; });
  if (found == by_key.end() || members[*found].key != key) return nullptr;
  return &members[*found];
}

const DocumentNode::Member* DocumentNode::FindDuplicate() const {
  const auto& [members, by_key] = std::get<MapValue>(value_);
  if (by_key.empty()) {
    for (size_t i = 1; i < members.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (members[i].key == members[j].key) return &members[i];
      }
    }
    return nullptr;
  }
  for (size_t i = 1; i < by_key.size(); ++i) {
    if (members[by_key[i]].key == members[by_key[i - 1]].key) return &members[by_key[i]];
  }
  return nullptr;
}

// The member that `path` leads into, with its key taken off `path`. A key may
// have dots and brackets of its own, so the longest part that is a key wins.
const DocumentNode::Member* DocumentNode::FindMemberOnPath(std::string_view& path) const {
  const Member* found = nullptr;
  size_t length = 0;
  for (size_t end = path.size(); found == nullptr && end > 0 && end != std::string_view::npos;
       end = path.find_last_of(".[", end - 1)) {
    found = FindMember(path.substr(0, end));
    length = end;
  }
  if (found == nullptr && members().size() <= kSmallMap) {
    length = std::min(path.find_first_of(".["), path.size());
    for (const Member& member : members()) {
      if (SpelledAlike(member.key, path.substr(0, length))) found = &member;
    }
  }
  if (found != nullptr) path.remove_prefix(length);
  return found;
}

TextPosition DocumentNode::PositionOf(std::string_view path) const {
  const DocumentNode* node = this;
  TextPosition position = position_;
  while (!path.empty()) {
    if (path.front() == '.') path.remove_prefix(1);
    if (node->is_map()) {
      const Member* member = node->FindMemberOnPath(path);
      if (member == nullptr) break;
      node = &member->value;
      position = member->key_position;
    } else if (node->is_list() && path.front() == '[') {
      size_t index = 0;
      const char* const last = path.data() + path.size();
      const auto [end, error] = std::from_chars(path.data() + 1, last, index);
      if (error != std::errc() || end == last || *end != ']') break;
      if (index >= node->elements().size()) break;
      path.remove_prefix(static_cast<size_t>(end - path.data()) + 1);
      node = &node->elements()[index];
      position = node->position_;
    } else {
      break;
    }
  }
  return position;
}

}  // namespace meshroute
