// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_VALUE_GROUP_H_
#define MESHROUTE_LIB_ROUTING_VALUE_GROUP_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/routing/candidate.h"
#include "lib/routing/query_string.h"
#include "lib/routing/request_conditions.h"
#include "lib/routing/request_field.h"
#include "lib/routing/string_table.h"
#include "meshroute/message/request_view.h"

namespace meshroute {

// Rules of one path that each ask for one exact value of the same header or query
// parameter, by that value: only those that ask for a value which the request has
// are tried. Immutable.
class ValueGroup {
 public:
  // Lists in ascending order.
  using Lists = std::map<std::string, std::vector<Candidate>>;

  ValueGroup(const RequestConditions::Subject& subject, const Lists& lists);

  // Calls `visit` with the candidates of each value that `request` has.
  template <typename Visitor>
  void Visit(const RequestView& request, Visitor visit) const {
    const auto visit_value = [&](std::string_view value) {
      const uint32_t list = values_.Find(value);
      if (list != StringTable::kNone) visit(std::span<const Candidate>(lists_[list]));
      return false;  // A header may occur again, with another value.
    };
    if (const auto* field = std::get_if<RequestField>(&source_)) {
      field->VisitValues(request, visit_value);
    } else {
      const auto value = FindQueryParameter(request.path, std::get<std::string>(source_));
      if (value) visit_value(*value);
    }
  }

 private:
  using Source = std::variant<RequestField, std::string>;  // A field, or a parameter's name.

  static Source SourceOf(const RequestConditions::Subject& subject);

  Source source_;
  StringTable values_;  // Numbers of lists_.
  std::vector<std::vector<Candidate>> lists_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_VALUE_GROUP_H_
