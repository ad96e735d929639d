// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_HASH_POLICY_H_
#define MESHROUTE_LIB_ROUTING_HASH_POLICY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lib/routing/request_field.h"
#include "meshroute/base/random_source.h"
#include "meshroute/config/load_balancer_settings.h"
#include "meshroute/message/request_view.h"
#include "meshroute/routing/route.h"

namespace meshroute {

// The hash keys of a rule's destinations, joined to one: rotl(h, 1) xor h2, in
// the order of the destinations, over those that give a key. `useSourceIp` gives
// none, since a caller in its own process has no address. Immutable once built.
class HashPolicies {
 public:
  void Append(const ConsistentHash& settings);

  bool empty() const { return policies_.empty(); }
  HashKey Hash(const RequestView& request, RandomSource& random) const;

 private:
  struct ByHeader {
    RequestField field;
  };
  struct ByParameter {
    std::string name;
  };
  using ByCookie = HttpCookie;
  using Policy = std::variant<ByHeader, ByParameter, ByCookie>;

  static std::optional<uint64_t> HashOf(const ByHeader& policy, const RequestView& request);
  static std::optional<uint64_t> HashOf(const ByParameter& policy, const RequestView& request);
  static std::optional<uint64_t> HashOf(const ByCookie& policy, const RequestView& request);

  std::vector<Policy> policies_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_HASH_POLICY_H_
