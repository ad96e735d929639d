// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_STRING_MATCH_H_
#define MESHROUTE_CONFIG_STRING_MATCH_H_

#include <cstdint>
#include <string>

namespace meshroute {

// Istio's StringMatch: a condition on one text.
struct StringMatch {
  enum class Kind : uint8_t {
    kPresent,  // `{}`: the header or parameter is there, whatever its value.
    kExact,    // Bytes equal.
    kPrefix,   // Begins with these bytes; never aware of path segments.
    kRegex,    // RE2; must match the whole text.
  };

  Kind kind = Kind::kPresent;
  std::string value;

  static StringMatch Exact(std::string value) { return {Kind::kExact, std::move(value)}; }
  static StringMatch Prefix(std::string value) { return {Kind::kPrefix, std::move(value)}; }
  static StringMatch Regex(std::string value) { return {Kind::kRegex, std::move(value)}; }

  // `{}` and the regex "*" both mean "present" in headers and query parameters.
  bool MeansPresent() const {
    return kind == Kind::kPresent || (kind == Kind::kRegex && value == "*");
  }

  bool operator==(const StringMatch&) const = default;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_STRING_MATCH_H_
