// SPDX-License-Identifier: Apache-2.0
// Conditions in words, for people who ask why a rule did not match.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/config/visible_text.h"
#include "lib/routing/query_string.h"
#include "lib/routing/request_conditions.h"
#include "lib/routing/rule_index.h"

namespace meshroute {
namespace {

std::string Quoted(std::string_view text) { return absl::StrCat("\"", VisibleText(text), "\""); }

}  // namespace

std::string RequestConditions::FieldCondition::What() const {
  const std::string& name = field.name();
  return name.starts_with(':') ? name.substr(1) : absl::StrCat("header ", VisibleText(name));
}

std::string RequestConditions::FieldCondition::Requirement() const {
  if (sense == Sense::kWith) return absl::StrCat("must ", matcher.Describe());
  return matcher.MeansPresent() ? "must be absent" : absl::StrCat("must not ", matcher.Describe());
}

std::string RequestConditions::FieldCondition::Found(const RequestView& request) const {
  std::vector<std::string> values;
  field.VisitValues(request, [&values](std::string_view value) {
    values.push_back(Quoted(value));
    return false;
  });
  if (!values.empty()) return absl::StrCat("is ", absl::StrJoin(values, " and "));
  const bool counts_as_empty = sense == Sense::kWithout && !matcher.MeansPresent();
  return counts_as_empty ? "is absent, which counts as \"\"" : "is absent";
}

std::string RequestConditions::FirstFailure(const RequestView& request) const {
  for (const FieldCondition& condition : fields_) {
    if (condition.Holds(request)) continue;
    return absl::StrCat(condition.What(), " ", condition.Found(request), ", ",
                        condition.Requirement());
  }
  for (const ParameterCondition& condition : parameters_) {
    if (condition.Holds(request.path)) continue;
    const std::optional<std::string_view> value = FindQueryParameter(request.path, condition.name);
    return absl::StrCat("query parameter ", VisibleText(condition.name), " is ",
                        value ? Quoted(*value) : "absent", ", must ", condition.matcher.Describe());
  }
  return "";
}

std::vector<std::string> RequestConditions::Describe() const {
  std::vector<std::string> texts;
  for (const FieldCondition& condition : fields_) {
    texts.push_back(absl::StrCat(condition.What(), " ", condition.Requirement()));
  }
  for (const ParameterCondition& condition : parameters_) {
    texts.push_back(absl::StrCat("query parameter ", VisibleText(condition.name), " must ",
                                 condition.matcher.Describe()));
  }
  return texts;
}

std::string RuleConditions::FirstFailure(const RequestView& request) const {
  const std::string_view bare = PathWithoutQuery(request.path);
  if (!path.Matches(bare)) return absl::StrCat("path is ", Quoted(bare), ", ", path.Describe());
  return others.FirstFailure(request);
}

}  // namespace meshroute
