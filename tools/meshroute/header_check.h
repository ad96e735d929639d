// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_HEADER_CHECK_H_
#define MESHROUTE_TOOLS_MESHROUTE_HEADER_CHECK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "meshroute/config/errors.h"
#include "meshroute/message/headers.h"

namespace meshroute::tool {

// A regular expression of RE2 that matches whole texts. Immutable; cheap to copy.
class CompiledRegex {
 public:
  // InvalidArgument with RE2's reason.
  static absl::StatusOr<CompiledRegex> Create(std::string_view pattern);

  bool FullMatch(std::string_view text) const;

 private:
  struct State;
  explicit CompiledRegex(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

// A condition on one header: Envoy's HeaderMatcher.
struct HeaderCheck {
  enum class Kind : uint8_t {
    kPresent,
    kExact,
    kPrefix,
    kSuffix,
    kContains,
    kRegex,
    kRange,  // An integer in [range_start, range_end).
  };
  enum class Case : uint8_t { kSensitive, kIgnored };
  enum class Sense : uint8_t { kMust, kMustNot };
  enum class Missing : uint8_t { kFails, kCountsAsEmpty };

  std::string name;
  Kind kind = Kind::kPresent;
  std::string text;
  std::optional<CompiledRegex> regex{};
  int64_t range_start = 0;
  int64_t range_end = 0;
  Case letter_case = Case::kSensitive;
  Sense sense = Sense::kMust;
  Missing missing = Missing::kFails;
  SourcePosition position{};

  // Lines of one name are joined by commas first, as Envoy does. A missing header
  // fails every kind, in both senses, but for kPresent, which it answers.
  bool Holds(const Headers& headers) const;

  // For people: `must be "v"`.
  std::string Describe() const;
};

// The values of `name` joined by commas; unset where it is absent.
std::optional<std::string> JoinedValue(const Headers& headers, std::string_view name);

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_HEADER_CHECK_H_
