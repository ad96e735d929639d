// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_REQUEST_CONDITIONS_H_
#define MESHROUTE_LIB_ROUTING_REQUEST_CONDITIONS_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/routing/request_field.h"
#include "lib/routing/string_matcher.h"
#include "meshroute/config/http_match.h"
#include "meshroute/message/request_view.h"

namespace meshroute {

// All that a match block asks of a request besides its path: `method`, `scheme`,
// `authority`, `headers`, `withoutHeaders`, `queryParams`. Immutable; move-only.
//
// A header that occurs several times: `headers` holds where any one line fits
// (Envoy since 1.39; older sidecars compare the lines joined with ','), and
// `withoutHeaders` fails where any one line fits.
class RequestConditions {
 public:
  RequestConditions() = default;  // No condition: holds always.
  explicit RequestConditions(const HttpMatchRequest& block);

  bool empty() const { return size() == 0; }
  size_t size() const { return fields_.size() + parameters_.size(); }
  bool Hold(const RequestView& request) const;

  // What a condition looks at: a field of the head (header names in lower case) or
  // a query parameter.
  struct Subject {
    enum class Kind : uint8_t { kField, kParameter };

    Kind kind = Kind::kField;
    std::string name{};

    auto operator<=>(const Subject&) const = default;
  };

  // A condition that holds only where the subject has this very value.
  struct ExactValue {
    Subject subject{};
    std::string text{};
  };
  std::vector<ExactValue> ExactValues() const;

  // The first condition that `request` fails, for people: `header end-user is
  // "amy", must be "jason"`. Empty: all hold.
  std::string FirstFailure(const RequestView& request) const;

  // Each condition for people: `header end-user must be "jason"`.
  std::vector<std::string> Describe() const;

 private:
  enum class Sense : uint8_t { kWith, kWithout };

  struct FieldCondition {
    RequestField field;
    Sense sense;
    StringMatcher matcher;

    bool Holds(const RequestView& request) const;
    std::string What() const;         // `header end-user`
    std::string Requirement() const;  // `must be "jason"`
    std::string Found(const RequestView& request) const;
  };

  struct ParameterCondition {
    std::string name;
    StringMatcher matcher;

    bool Holds(std::string_view path) const;
  };

  void AddField(std::string_view name, Sense sense, const StringMatch& match);

  std::vector<FieldCondition> fields_;
  std::vector<ParameterCondition> parameters_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_REQUEST_CONDITIONS_H_
