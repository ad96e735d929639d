// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_MESSAGE_HEADERS_H_
#define MESHROUTE_MESSAGE_HEADERS_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meshroute {

// One header line, seen but not owned. Names compare without regard to ASCII
// case; a name may occur several times.
struct HeaderView {
  std::string_view name;
  std::string_view value;
};

// The header lines of a message, in order, in the caller's memory.
using HeaderSpan = std::span<const HeaderView>;

// One header line with memory of its own.
struct Header {
  std::string name;
  std::string value;

  bool operator==(const Header&) const = default;
};

// Header lines with memory of their own, in order.
using Headers = std::vector<Header>;

// Whether `a` and `b` are equal but for ASCII case.
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

// The first value of `name`, or a view with data() == nullptr where it is absent.
std::string_view FindHeader(HeaderSpan headers, std::string_view name);
std::string_view FindHeader(const Headers& headers, std::string_view name);

// Views of all lines, for as long as `headers` stays as it is.
std::vector<HeaderView> ViewsOf(const Headers& headers);

// Edits that a route asks for; they act on every line of the name.
void RemoveHeader(Headers& headers, std::string_view name);
void SetHeader(Headers& headers, std::string_view name, std::string_view value);
void AddHeader(Headers& headers, std::string_view name, std::string_view value);

}  // namespace meshroute

#endif  // MESHROUTE_MESSAGE_HEADERS_H_
