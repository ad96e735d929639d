// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_REGEX_SAMPLE_H_
#define MESHROUTE_TOOLS_MESHROUTE_REGEX_SAMPLE_H_

#include <optional>
#include <string>
#include <string_view>

namespace meshroute::tool {

// A short text that the whole of `pattern` (RE2) matches, or nullopt where none was
// found: what is written out is taken as it is, of alternatives the first, of
// classes some member, of repetitions the fewest. The result is always checked
// against the pattern itself.
//
//   SampleOf("/api/v[0-9]+/(users|items)/.*")  // "/api/v0/users/"
std::optional<std::string> SampleOf(std::string_view pattern);

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_REGEX_SAMPLE_H_
