// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_SUPPRESSIONS_H_
#define MESHROUTE_TOOLS_MESHROUTE_SUPPRESSIONS_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "meshroute/config/errors.h"

namespace meshroute::tool {

// Whether `text` fits `pattern`, in which '*' stands for any text.
bool FitsPattern(std::string_view text, std::string_view pattern);

// Findings that the user knows of: CODE=OBJECT, with '*' for any text in both.
// Immutable.
class Suppressions {
 public:
  // InvalidArgument for a code that does not exist.
  static absl::StatusOr<Suppressions> Parse(std::span<const std::string> texts);

  bool Cover(const ConfigProblem& problem) const;

 private:
  struct Entry {
    std::string code;    // "MR0017", "IST0101", with wildcards.
    std::string object;  // "VirtualService prod/*"
  };

  std::vector<Entry> entries_;
};

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_SUPPRESSIONS_H_
