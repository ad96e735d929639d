// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/request_conditions.h"

#include <optional>

#include "lib/routing/query_string.h"

namespace meshroute {

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
