// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/header_edits.h"

#include <map>

namespace meshroute {
namespace {

bool IsAuthority(std::string_view name) {
  return EqualsIgnoreCase(name, "host") || EqualsIgnoreCase(name, ":authority");
}

std::string Unescape(std::string_view value) {
  std::string text;
  text.reserve(value.size());
  for (size_t i = 0; i < value.size(); ++i) {
    text.push_back(value[i]);
    if (value[i] == '%' && value.substr(i + 1).starts_with('%')) ++i;
  }
  return text;
}

void AppendValues(const std::map<std::string, std::string>& operations, Headers& values) {
  for (const auto& [name, value] : operations) {
    if (!IsAuthority(name) && !value.empty()) values.push_back({name, Unescape(value)});
  }
}

}  // namespace

void HeaderEditLevel::Append(const HeaderOperations& operations) {
  removals_.insert(removals_.end(), operations.remove.begin(), operations.remove.end());
  AppendValues(operations.set, sets_);
  AppendValues(operations.add, adds_);
}

void HeaderEditLevel::Apply(Headers& headers) const {
  for (const std::string& name : removals_) RemoveHeader(headers, name);
  for (const Header& header : sets_) SetHeader(headers, header.name, header.value);
  for (const Header& header : adds_) AddHeader(headers, header.name, header.value);
}

std::string AuthorityOf(const HeaderOperations& operations) {
  for (const auto* const group : {&operations.set, &operations.add}) {
    for (const auto& [name, value] : *group) {
      if (IsAuthority(name) && !value.empty()) return Unescape(value);
    }
  }
  return "";
}

}  // namespace meshroute
