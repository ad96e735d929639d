// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/value_group.h"

namespace meshroute {

ValueGroup::Source ValueGroup::SourceOf(const RequestConditions::Subject& subject) {
  if (subject.kind == RequestConditions::Subject::Kind::kField) return RequestField(subject.name);
  return subject.name;
}

ValueGroup::ValueGroup(const RequestConditions::Subject& subject, const Lists& lists)
    : source_(SourceOf(subject)) {
  std::map<std::string, uint32_t> numbers;
  for (const auto& [value, list] : lists) {
    numbers.emplace(value, static_cast<uint32_t>(lists_.size()));
    lists_.push_back(list);
  }
  values_ = StringTable(numbers);
}

}  // namespace meshroute
