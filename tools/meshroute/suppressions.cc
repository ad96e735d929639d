// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/suppressions.h"

#include <algorithm>

#include "meshroute/config/problem_codes.h"
#include "tools/meshroute/arguments.h"

namespace meshroute::tool {

// Goes back to the last '*' only, so hostile patterns cost no more than n * m.
bool FitsPattern(std::string_view text, std::string_view pattern) {
  size_t t = 0;
  size_t p = 0;
  size_t star = std::string_view::npos;
  size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

absl::StatusOr<Suppressions> Suppressions::Parse(std::span<const std::string> texts) {
  const std::vector<ProblemCodeFacts> known = ListProblemCodes();
  Suppressions suppressions;
  for (const std::string_view text : texts) {
    const size_t equals = text.find('=');
    Entry entry;
    entry.code = text.substr(0, equals);
    entry.object = equals == std::string_view::npos ? "*" : text.substr(equals + 1);
    const bool exists = std::any_of(known.begin(), known.end(), [&](const auto& facts) {
      return FitsPattern(facts.code, entry.code) ||
             (!facts.istio_code.empty() && FitsPattern(facts.istio_code, entry.code));
    });
    if (!exists) {
      return UsageError("--suppress: there is no code '" + Visible(entry.code) + "'",
                        "meshroute analyze --list names them all");
    }
    suppressions.entries_.push_back(std::move(entry));
  }
  return suppressions;
}

bool Suppressions::Cover(const ConfigProblem& problem) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    const bool code = FitsPattern(problem.code, entry.code) ||
                      (!problem.istio_code.empty() && FitsPattern(problem.istio_code, entry.code));
    return code && FitsPattern(problem.resource, entry.object);
  });
}

}  // namespace meshroute::tool
