// SPDX-License-Identifier: Apache-2.0
#include "meshroute/message/headers.h"

#include <algorithm>

namespace meshroute {
namespace {

constexpr char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return ToLower(x) == ToLower(y);
         });
}

std::string_view FindHeader(HeaderSpan headers, std::string_view name) {
  for (const HeaderView& header : headers) {
    if (EqualsIgnoreCase(header.name, name)) {
      // A present, empty value must not look absent.
      return header.value.data() == nullptr ? std::string_view("") : header.value;
    }
  }
  return {};
}

std::string_view FindHeader(const Headers& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (EqualsIgnoreCase(header.name, name)) return header.value;
  }
  return {};
}

std::vector<HeaderView> ViewsOf(const Headers& headers) {
  std::vector<HeaderView> views;
  views.reserve(headers.size());
  for (const Header& header : headers) views.push_back({header.name, header.value});
  return views;
}

void RemoveHeader(Headers& headers, std::string_view name) {
  std::erase_if(headers,
                [name](const Header& header) { return EqualsIgnoreCase(header.name, name); });
}

void SetHeader(Headers& headers, std::string_view name, std::string_view value) {
  RemoveHeader(headers, name);
  AddHeader(headers, name, value);
}

void AddHeader(Headers& headers, std::string_view name, std::string_view value) {
  headers.push_back({std::string(name), std::string(value)});
}

}  // namespace meshroute
