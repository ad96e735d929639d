// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_ROUTE_SPLIT_H_
#define MESHROUTE_LIB_ROUTING_ROUTE_SPLIT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/routing/request_field.h"
#include "lib/routing/rule_index.h"
#include "meshroute/config/sticky_split.h"
#include "meshroute/routing/route_split.h"

namespace meshroute {

// A StickySplit, compiled. Immutable.
class StickyHash {
 public:
  explicit StickyHash(const StickySplit& split);

  std::optional<uint64_t> Of(const RequestView& request, std::string_view given) const;

  // "header x-user"
  std::string NameOfKey(std::string_view given) const;

 private:
  struct Cookie {
    std::string name;
  };
  struct Parameter {
    std::string name;
  };
  using Key = std::variant<std::monostate, RequestField, Cookie, Parameter>;

  static Key KeyOf(const StickyKey& key);
  static std::string_view Find(const std::monostate& nothing, const RequestView& request);
  static std::string_view Find(const RequestField& field, const RequestView& request);
  static std::string_view Find(const Cookie& cookie, const RequestView& request);
  static std::string_view Find(const Parameter& parameter, const RequestView& request);

  static std::string NameOf(const std::monostate& nothing);
  static std::string NameOf(const RequestField& field);
  static std::string NameOf(const Cookie& cookie);
  static std::string NameOf(const Parameter& parameter);

  Key key_;
  uint64_t seed_;
};

struct RouteSplit::Parts {
  std::optional<StickyHash> sticky;
  std::vector<RuleConditions> match;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_ROUTE_SPLIT_H_
