// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/header_edits.h"

#include <algorithm>
#include <map>

namespace meshroute {
namespace {

bool IsAuthority(std::string_view name) {
  return EqualsIgnoreCase(name, "host") || EqualsIgnoreCase(name, ":authority");
}

}  // namespace

void HeaderEditLevel::Append(const HeaderOperations& operations,
                             HeaderValueParts::Direction direction) {
  removals_.insert(removals_.end(), operations.remove.begin(), operations.remove.end());
  AppendEdits(Stage::kSet, operations.set, direction);
  AppendEdits(Stage::kAdd, operations.add, direction);
  std::stable_sort(edits_.begin(), edits_.end(),
                   [](const Edit& a, const Edit& b) { return a.stage < b.stage; });
}

void HeaderEditLevel::AppendEdits(Stage stage, const std::map<std::string, std::string>& operations,
                                  HeaderValueParts::Direction direction) {
  for (const auto& [name, value] : operations) {
    if (IsAuthority(name) || value.empty()) continue;
    edits_.push_back({stage, name, EditedValue(value, direction)});
    if (!edits_.back().value.is_text()) has_operators_ = true;
  }
}

void HeaderEditLevel::Remove(Headers& headers) const {
  for (const std::string& name : removals_) RemoveHeader(headers, name);
}

std::vector<std::string> HeaderEditLevel::Describe() const {
  std::vector<std::string> texts;
  for (const std::string& name : removals_) texts.push_back("remove " + name);
  for (const Edit& edit : edits_) {
    texts.push_back((edit.stage == Stage::kSet ? "set " : "add ") + edit.name + ": " +
                    edit.value.written());
  }
  return texts;
}

void HeaderEditLevel::Write(Headers& headers, const EditSources& sources) const {
  if (!has_operators_) {
    for (const Edit& edit : edits_) Apply(edit, edit.value.text(), headers);
    return;
  }
  // All values first: none must see what another has written.
  std::vector<std::string> values;
  values.reserve(edits_.size());
  for (const Edit& edit : edits_) values.push_back(edit.value.Expand(sources));
  for (size_t i = 0; i < edits_.size(); ++i) {
    if (!values[i].empty()) Apply(edits_[i], values[i], headers);
  }
}

void HeaderEditLevel::Apply(const Edit& edit, const std::string& value, Headers& headers) {
  if (edit.stage == Stage::kSet) {
    SetHeader(headers, edit.name, value);
  } else {
    AddHeader(headers, edit.name, value);
  }
}

std::string AuthorityOf(const HeaderOperations& operations) {
  for (const auto* const group : {&operations.set, &operations.add}) {
    for (const auto& [name, value] : *group) {
      if (!IsAuthority(name) || value.empty()) continue;
      return EditedValue(value, HeaderValueParts::Direction::kRequest).text();
    }
  }
  return "";
}

}  // namespace meshroute
