// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/request_conditions.h"

#include <algorithm>
#include <optional>

#include "lib/routing/path_condition.h"
#include "lib/routing/query_string.h"

namespace meshroute {
namespace {

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), FoldCase);
  return text;
}

}  // namespace

RequestConditions::RequestConditions(const HttpMatchRequest& block) {
  // A request always has these three, so `{}` asks nothing.
  if (block.method && !block.method->MeansPresent()) {
    AddField(":method", Sense::kWith, *block.method);
  }
  if (block.scheme && !block.scheme->MeansPresent()) {
    AddField(":scheme", Sense::kWith, *block.scheme);
  }
  if (block.authority && !block.authority->MeansPresent()) {
    AddField(":authority", Sense::kWith, *block.authority);
  }
  for (const auto& [name, match] : block.headers) AddField(name, Sense::kWith, match);
  for (const auto& [name, match] : block.without_headers) AddField(name, Sense::kWithout, match);
  for (const auto& [name, match] : block.query_params) {
    parameters_.push_back({name, StringMatcher(match)});
  }
}

void RequestConditions::AddField(std::string_view name, Sense sense, const StringMatch& match) {
  fields_.push_back({RequestField(name), sense, StringMatcher(match)});
}

bool RequestConditions::Hold(const RequestView& request) const {
  for (const FieldCondition& condition : fields_) {
    if (!condition.Holds(request)) return false;
  }
  for (const ParameterCondition& condition : parameters_) {
    if (!condition.Holds(request.path)) return false;
  }
  return true;
}

std::vector<RequestConditions::ExactValue> RequestConditions::ExactValues() const {
  std::vector<ExactValue> values;
  for (const FieldCondition& condition : fields_) {
    const std::string* const text = condition.matcher.exact_text();
    if (condition.sense != Sense::kWith || text == nullptr) continue;
    ExactValue& value = values.emplace_back();
    value.subject = {Subject::Kind::kField, LowerCase(condition.field.name())};
    value.text = *text;
  }
  for (const ParameterCondition& condition : parameters_) {
    const std::string* const text = condition.matcher.exact_text();
    if (text == nullptr) continue;
    ExactValue& value = values.emplace_back();
    value.subject = {Subject::Kind::kParameter, condition.name};
    value.text = *text;
  }
  return values;
}

bool RequestConditions::FieldCondition::Holds(const RequestView& request) const {
  bool present = false;
  bool fits = field.VisitValues(request, [&](std::string_view value) {
    present = true;
    return matcher.Matches(value);
  });
  if (sense == Sense::kWith) return fits;
  // An absent header counts as an empty one, but for the condition "present".
  if (!present && !matcher.MeansPresent()) fits = matcher.Matches("");
  return !fits;
}

bool RequestConditions::ParameterCondition::Holds(std::string_view path) const {
  const std::optional<std::string_view> value = FindQueryParameter(path, name);
  return value.has_value() && matcher.Matches(*value);
}

}  // namespace meshroute
