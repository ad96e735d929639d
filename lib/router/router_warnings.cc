// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "meshroute/config/analysis.h"
#include "meshroute/router.h"

namespace meshroute {
namespace {

// Whether it is only true if the config declares all services and endpoints.
bool IsAboutEndpoints(const ConfigProblem& problem) {
  static constexpr std::array kCodes{ProblemCode::kUnknownHost,      ProblemCode::kUnknownPort,
                                     ProblemCode::kPortRequired,     ProblemCode::kEmptySubset,
                                     ProblemCode::kUnknownRuleHost,  ProblemCode::kNeverEjects,
                                     ProblemCode::kUnknownPolicyPort};
  return std::any_of(kCodes.begin(), kCodes.end(),
                     [&problem](ProblemCode code) { return problem.code == FactsOf(code).code; });
}

}  // namespace

std::vector<ConfigProblem> Router::warnings() const {
  bool knows_all = true;
  {
    const MutexLock lock(update_mutex_);
    knows_all = endpoints_.empty();
  }
  const std::shared_ptr<const TrafficTables> tables = tables_.Get();
  std::vector<ConfigProblem> warnings = tables->config.warnings();
  for (ConfigProblem& problem : Analyze(tables->config, tables->client, tables->mesh)) {
    const bool is_certain = knows_all || !IsAboutEndpoints(problem);
    if (is_certain && problem.severity != Severity::kInfo) warnings.push_back(std::move(problem));
  }
  for (const std::string& problem : tables->routes->split_problems()) {
    if (problem.empty()) continue;
    warnings.push_back(
        MakeProblem(ProblemCode::kNoEffect, absl::StrCat("a split has no rule: ", problem)));
  }
  return warnings;
}

}  // namespace meshroute
